"""What becomes of a provider's event once it is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from services.payments.domain.transitions import Transitions

WEBHOOK_EVENT_STATUSES: Final = ("received", "waiting", "applied", "ignored", "stuck", "refused")
WEBHOOK_EVENTS_DUE: Final = ("received", "waiting")
_WORKED_ON: Final = {
    "apply": "applied",
    "ignore": "ignored",
    "wait": "waiting",
    "give_up": "stuck",
    "refuse": "refused",
}
WEBHOOK_EVENT: Final[Transitions] = {
    **{
        (status, trigger): after
        for status in WEBHOOK_EVENTS_DUE
        for trigger, after in _WORKED_ON.items()
    },
    **{(status, "retry"): "received" for status in ("waiting", "ignored", "stuck", "applied")},
    # A person looked at it: there is nothing to book.
    ("stuck", "dismiss"): "ignored",
}

_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=6)
MOST_TRIES: Final = 16


def wait_after(tries: int) -> timedelta:
    """How long to wait after the n-th try in vain: half a minute, doubled, six hours at most.

    All tries together span more than a day, as long as providers repeat webhooks themselves.
    """
    return min(_FIRST_WAIT * (1 << min(tries - 1, 20)), _LONGEST_WAIT)
