"""A hold: a pause a clerk (or a promise) puts on a case or on some of its invoices."""

from services.collections.domain.transition import Transitions

NOUN = "hold"
INITIAL = "active"

TRANSITIONS: Transitions = {
    ("active", "lift"): "lifted",
    ("active", "expire"): "expired",
}
