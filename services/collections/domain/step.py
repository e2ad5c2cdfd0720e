"""A step as it was taken: a message until it is known to have gone, a task, costs, a hand-over."""

from services.collections.domain.transition import Transitions

NOUN = "step"

# Tasks and costs are `taken` from the start; a message is `requested`, a hand-over `proposed`.
TRANSITIONS: Transitions = {
    ("requested", "send"): "sent",
    ("requested", "fail"): "failed",
    # A mail can bounce after the relay took it; a clerk can have it sent after all.
    ("sent", "fail"): "failed",
    ("failed", "send"): "sent",
    ("proposed", "approve"): "approved",
    ("proposed", "reject"): "rejected",
    # What it was meant for was settled meanwhile: it never counted, and can come again.
    ("proposed", "drop"): "dropped",
    ("taken", "drop"): "dropped",
}
STATUSES = ("approved", "dropped", "failed", "proposed", "rejected", "requested", "sent", "taken")
