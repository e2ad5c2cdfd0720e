"""Billing: what is owed, and the truth about every outstanding balance."""
