"""A hand-over to the bailiff (gerechtsdeurwaarder): the policy proposes, a person approves."""

from services.collections.domain.transition import Transitions

NOUN = "hand-over"
INITIAL = "proposed"

TRANSITIONS: Transitions = {
    ("proposed", "approve"): "approved",
    ("proposed", "reject"): "rejected",
    # Paid or disputed before the file left.
    ("approved", "revoke"): "revoked",
    ("approved", "send"): "sent",
    ("sent", "accept"): "accepted",
    ("sent", "refuse"): "returned",
    ("accepted", "return"): "returned",
    ("accepted", "close"): "closed",
}
