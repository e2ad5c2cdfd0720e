"""Bank file formats: bytes to typed values and back. No database, no clock, no network.

`read` recognises a statement by its content; `camt` and `mt940` read one kind each; `pain008`
writes direct debits.
"""
