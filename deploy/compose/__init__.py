"""The stack in containers, as programs on this machine see it."""
