"""How a status changes: only through the transition table of its noun."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.errors import IllegalTransition

Transitions = Mapping[tuple[str, str], str]

MANDATE_STATUSES: Final = ("pending", "active", "suspended", "cancelled", "expired")
MANDATE: Final[Transitions] = {
    # Asked for online: nothing is collected until its customer confirmed.
    ("pending", "confirm"): "active",
    ("pending", "cancel"): "cancelled",
    ("pending", "expire"): "expired",
    ("active", "suspend"): "suspended",
    ("suspended", "resume"): "active",
    ("active", "cancel"): "cancelled",
    ("suspended", "cancel"): "cancelled",
    ("active", "expire"): "expired",
    ("suspended", "expire"): "expired",
}

BATCH_STATUSES: Final = ("planned", "released", "cancelled")
BATCH: Final[Transitions] = {
    ("planned", "release"): "released",
    ("planned", "cancel"): "cancelled",
}

DEBIT_STATUSES: Final = ("planned", "submitted", "collected", "returned", "cancelled")
DEBIT: Final[Transitions] = {
    ("planned", "submit"): "submitted",
    ("planned", "cancel"): "cancelled",
    ("submitted", "collect"): "collected",
    ("collected", "return"): "returned",
    # Refused before it was booked, or the statement of the collection comes later.
    ("submitted", "return"): "returned",
    # Withdrawn or refused, and booked all the same.
    ("returned", "collect"): "collected",
}
DEBITS_IN_FLIGHT: Final = ("planned", "submitted")

TRANSFER_STATUSES: Final = (
    "asked",
    "approved",
    "refused",
    "cancelled",
    "in_file",
    "executed",
    "rejected",
)
TRANSFER: Final[Transitions] = {
    ("asked", "approve"): "approved",
    ("asked", "refuse"): "refused",
    ("asked", "cancel"): "cancelled",
    ("approved", "cancel"): "cancelled",
    ("approved", "send"): "in_file",
    ("in_file", "execute"): "executed",
    ("in_file", "reject"): "rejected",
}
# They keep hold of the money they are about.
TRANSFERS_PENDING: Final = ("asked", "approved", "in_file")

PAYMENT_STATUSES: Final = (
    "unallocated",
    "partly_allocated",
    "allocated",
    "reversed",
    "reclassified",
)
PAYMENT: Final[Transitions] = {
    ("unallocated", "free_all"): "unallocated",
    ("unallocated", "allocate_part"): "partly_allocated",
    ("unallocated", "allocate_all"): "allocated",
    ("partly_allocated", "allocate_part"): "partly_allocated",
    ("partly_allocated", "allocate_all"): "allocated",
    ("partly_allocated", "free_all"): "unallocated",
    ("allocated", "allocate_part"): "partly_allocated",
    ("allocated", "free_all"): "unallocated",
    ("unallocated", "reverse"): "reversed",
    # It was no customer's money, such as a payout of the provider.
    ("unallocated", "reclassify"): "reclassified",
}

ALLOCATION_STATUSES: Final = (
    "proposed",
    "applied",
    "rejected",
    "withdrawn",
    "undoing",
    "undone",
)
# Billing's answers may come late, doubled or in another order than asked; each pair has one end.
ALLOCATION: Final[Transitions] = {
    ("proposed", "apply"): "applied",
    ("proposed", "reject"): "rejected",
    ("proposed", "undo"): "withdrawn",
    ("proposed", "reverse"): "undone",
    ("applied", "apply"): "applied",
    ("applied", "undo"): "undoing",
    ("applied", "reverse"): "undone",
    ("rejected", "reject"): "rejected",
    ("withdrawn", "apply"): "undoing",
    ("withdrawn", "reject"): "undone",
    ("withdrawn", "reverse"): "undone",
    ("undoing", "apply"): "undoing",
    ("undoing", "reverse"): "undone",
    ("undone", "apply"): "undone",
    ("undone", "reject"): "undone",
    ("undone", "reverse"): "undone",
}
ACTIVE_ALLOCATIONS: Final = ("proposed", "applied")

REMITTANCE_STATUSES: Final = ("waiting", "settled", "cancelled")
REMITTANCE: Final[Transitions] = {
    ("waiting", "settle"): "settled",
    ("waiting", "cancel"): "cancelled",
}

# Of money that a bank took back: which payment it was, or that it was nobody's.
REVERSAL_STATUSES: Final = ("waiting", "settled", "dismissed")
REVERSAL: Final[Transitions] = {
    ("waiting", "settle"): "settled",
    ("waiting", "dismiss"): "dismissed",
    # A person knows better by now.
    ("dismissed", "settle"): "settled",
}

PROVIDER_PAYMENT_STATUSES: Final = (
    "created",
    "unknown",
    "open",
    "paid",
    "failed",
    "expired",
    "cancelled",
)
PROVIDER_PAYMENT: Final[Transitions] = {
    ("created", "open"): "open",
    ("created", "lose"): "unknown",
    ("unknown", "lose"): "unknown",
    ("unknown", "open"): "open",
    ("open", "open"): "open",
    **{
        (status, trigger): after
        for status in ("created", "unknown", "open")
        for trigger, after in (
            ("pay", "paid"),
            ("fail", "failed"),
            ("expire", "expired"),
            ("cancel", "cancelled"),
        )
    },
    # Money that came after all is money.
    ("failed", "pay"): "paid",
    ("expired", "pay"): "paid",
    ("cancelled", "pay"): "paid",
}
PROVIDER_PAYMENTS_PENDING: Final = ("created", "unknown", "open")


def after(transitions: Transitions, noun: str, status: str, trigger: str) -> str:
    """The status that follows, or `IllegalTransition`."""
    try:
        return transitions[status, trigger]
    except KeyError:
        raise IllegalTransition(noun, status, trigger) from None


def payment_trigger(amount_minor: int, allocated_minor: int) -> str:
    """What a change of the allocated part means for the status of a payment."""
    if allocated_minor >= amount_minor:
        return "allocate_all"
    return "allocate_part" if allocated_minor > 0 else "free_all"


def payment_status(amount_minor: int, allocated_minor: int) -> str:
    """The status a new payment begins in."""
    return after(PAYMENT, "payment", "unallocated", payment_trigger(amount_minor, allocated_minor))
