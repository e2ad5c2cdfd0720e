"""What a refusal says about the road or the address, rather than about the message."""

from __future__ import annotations

import re
from datetime import timedelta

from services.notifications.domain.sending import Bounced, SendOutcome

# While the relay is away nobody's message has failed; it is only looked at less often.
ROAD_PAUSE = timedelta(minutes=1)

_ROAD = ("smtp_unreachable", "smtp_relay_", "print_house_folder_", "print_house_write_")
_STATUS = re.compile(r"smtp_(?P<code>\d{3})(?:_(?P<enhanced>[\d.]+))?")


def road_is_closed(outcome: SendOutcome) -> bool:
    """The relay or the print house is away or turns us down as a whole."""
    return (
        isinstance(outcome, Bounced)
        and not outcome.permanent
        and outcome.reason_code.startswith(_ROAD)
    )


def address_is_dead(reason: str) -> bool:
    """Whether mail to this address will come back whatever it says (RFC 3463, 3.2 and 3.3).

    A refusal of the content (5.6, 5.7) or of a full mailbox (5.2.2) tells nothing of the address.
    """
    found = _STATUS.fullmatch(reason)
    if found is None:
        return False
    if found["enhanced"] is not None:
        return found["enhanced"].startswith("5.1.") or found["enhanced"] == "5.2.1"
    return found["code"] in {"550", "551", "553"}
