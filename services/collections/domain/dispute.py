"""A dispute or complaint over invoices: while it is open or in review nothing is pursued."""

from services.collections.domain.transition import Transitions

NOUN = "dispute"
INITIAL = "open"
BLOCKING = frozenset({"open", "in_review"})

TRANSITIONS: Transitions = {
    ("open", "take_up"): "in_review",
    ("in_review", "release"): "open",
    ("open", "uphold"): "upheld",
    ("in_review", "uphold"): "upheld",
    ("open", "reject"): "rejected",
    ("in_review", "reject"): "rejected",
    ("open", "withdraw"): "withdrawn",
    ("in_review", "withdraw"): "withdrawn",
    # The customer brings something new, or takes it to the disputes committee.
    ("rejected", "reopen"): "open",
}
