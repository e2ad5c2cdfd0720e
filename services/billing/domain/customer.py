"""A customer as people know them: the part that is encrypted at rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shared.events.billing import Address

Kind = Literal["consumer", "business"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who and where somebody is. Never logged, never in an error text."""

    name: str
    email: str | None
    phone: str | None
    address: Address
