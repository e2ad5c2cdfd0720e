"""Pure decisions and values of notifications: no await, no I/O, no framework."""
