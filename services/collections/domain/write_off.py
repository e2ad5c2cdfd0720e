"""A write-off: proposed, approved by a second person, booked by billing, and reversible."""

from services.collections.domain.transition import Transitions

NOUN = "write-off"
INITIAL = "proposed"

TRANSITIONS: Transitions = {
    ("proposed", "approve"): "approved",
    ("proposed", "reject"): "rejected",
    ("approved", "book"): "booked",
    ("approved", "revoke"): "rejected",
    ("booked", "reverse"): "reversed",
}
