"""The HTTP side all services share."""
