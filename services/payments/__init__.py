"""Payments: what came in, and whose it is."""
