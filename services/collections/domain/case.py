"""A case: one customer of one creditor with something overdue. It is opened again, never twice.

Whether a step may be taken is no status: `policy.decide` says it anew each time it is asked.
"""

from services.collections.domain.transition import Transitions

NOUN = "case"
INITIAL = "open"

TRANSITIONS: Transitions = {
    ("open", "hand_over"): "with_bailiff",
    ("with_bailiff", "take_back"): "open",
    ("open", "close"): "closed",
    ("with_bailiff", "close"): "closed",
    ("open", "write_off"): "written_off",
    ("with_bailiff", "write_off"): "written_off",
    # A returned debit or a new arrear: the same case goes on, with its history.
    ("closed", "reopen"): "open",
    # Someone paid after all, or the write-off was a mistake.
    ("written_off", "reopen"): "open",
}
