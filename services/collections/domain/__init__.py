"""Pure decisions of collections: no await, no I/O beyond packaged data read once."""
