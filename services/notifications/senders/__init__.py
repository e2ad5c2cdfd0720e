"""The roads out of the house: an SMTP relay and a print house, behind one small Protocol."""
