"""The outside world that collects money for us."""
