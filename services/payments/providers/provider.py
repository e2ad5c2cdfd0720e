"""What every payment provider is to us: words it signs, and a state it can be asked for.

A webhook becomes `ProviderEvent`s, whoever sent it. Where a provider tells no more than an id
(`changed`), the payment is fetched from it; where it tells all, its signature vouches for it.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final, Literal, Protocol

from services.payments.domain.payouts import PayoutSeen, Settlement
from shared.currency import EXPONENTS
from shared.errors import InningError, InvalidInput, TransientError
from shared.money import Money

Outcome = Literal["open", "paid", "failed", "expired", "cancelled"]
Kind = Literal[
    "changed",
    "paid",
    "failed",
    "expired",
    "cancelled",
    "refunded",
    # The sum of all refunds of the payment, not one of them.
    "refunded_in_all",
    "refund_failed",
    "charged_back",
    "chargeback_reversed",
    "paid_out",
    # What a payout is made of can be fetched.
    "report",
    "mandate",
    "other",
]

_LONGEST_ID = 255


class ProviderAway(TransientError):
    """No answer, or none that tells what happened: the outcome is unknown."""

    code = "provider_unavailable"
    title = "The payment provider does not answer"


class ProviderRefused(Exception):
    """The provider said no and did nothing."""


class BadSignature(InningError):
    code = "bad_signature"
    status = 401
    title = "The signature is not of this body"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPayment:
    """`reference` is our id of it: the same one never makes two payments."""

    reference: str
    amount: Money
    description: str
    return_url: str
    webhook_url: str
    locale: str
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderState:
    """A payment as the provider knows it now. `expires_in` counts from its creation.

    `charged_back` is all that was taken from us again, by refunds and by chargebacks; None when
    this telling does not say. `came_again` had been taken and is with us now.
    """

    id: str
    outcome: Outcome
    amount: Money
    charged_back: Money | None
    came_again: Money | None = None
    checkout_url: str | None = None
    expires_in: timedelta | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderEvent:
    """One thing a provider told. `id` is its own, unique per provider: the guard against replays.

    `payment` is the provider's id of the payment and `reference` ours, as far as told. `amount`
    is what was paid or went back.
    """

    id: str
    kind: Kind
    # The provider's own word for it.
    type: str
    occurred_at: datetime | None = None
    payment: str | None = None
    reference: str | None = None
    amount: Money | None = None
    # Whether a signature vouches that the provider sent it.
    signed: bool = True


class Provider(Protocol):
    """Reads what one provider sends."""

    name: str
    # The body of the answer that makes the provider stop repeating.
    thanks: str

    def hear(
        self, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> Sequence[ProviderEvent]:
        """The events of a webhook, verified. `headers` have lower-case names.

        Raises `BadSignature`, or `InvalidInput` for what cannot be read.
        """
        ...

    async def state(self, payment: str) -> ProviderState | None:
        """The payment of this id as the provider knows it; None when it knows none."""
        ...


class PayoutSource(Protocol):
    """Tells what one provider's payouts are made of."""

    async def settlement(self, payout: PayoutSeen) -> Settlement | None:
        """None when the provider knows no such payout (yet).

        Raises `ProviderAway`, or `ProviderRefused`.
        """
        ...


class TellsAll:
    """A provider whose webhooks say everything: nothing is ever fetched."""

    async def state(self, _payment: str) -> ProviderState | None:
        return None


def secrets_of(listed: str) -> tuple[str, ...]:
    """Several secrets, separated by commas, hold while one takes over from another."""
    return tuple(secret for part in listed.split(",") if (secret := part.strip()))


def is_signed_hex(body: bytes, given: Sequence[str], secrets: Sequence[str]) -> bool:
    """Whether one of the signatures (hex HMAC-SHA256) is of `body` under one of the secrets."""
    expected = [hmac.digest(secret.encode(), body, "sha256").hex().encode() for secret in secrets]
    return any(
        hmac.compare_digest(one.strip().encode(), right) for one in given for right in expected
    )


def document(body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise InvalidInput.field("body", "not a JSON document") from None
    if not isinstance(read, dict):
        raise InvalidInput.field("body", "not a JSON object")
    return read


def text_at(value: Mapping[str, Any], name: str) -> str:
    found = value.get(name)
    # What cannot be printed (NUL, half a surrogate pair) cannot be stored either.
    if not isinstance(found, str) or not found.isprintable() or not 0 < len(found) <= _LONGEST_ID:
        raise InvalidInput.field(name, "a text is needed here")
    return found


def text_or_none(value: Mapping[str, Any], name: str) -> str | None:
    found = value.get(name)
    return None if found is None or found == "" else text_at(value, name)


def moment(text: str) -> datetime | None:
    """An ISO 8601 instant with its offset, else None: no decision hangs on it."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo is not None else None


def money_of(minor: object, currency: object, exponents: Mapping[str, int]) -> Money:
    """An amount in the provider's own minor units; `exponents` where they are not ISO 4217's."""
    if not isinstance(currency, str) or type(minor) is not int:
        raise InvalidInput.field("amount", "a whole number of minor units and a currency")
    code: Final = currency.upper()
    if code not in EXPONENTS:
        raise InvalidInput.field("currency", f"unknown currency {code[:3]!r}")
    decimals = exponents.get(code, EXPONENTS[code])
    if abs(minor) >= 10**18:
        raise InvalidInput.field("amount", "amount is out of range")
    return Money.from_decimal(Decimal(minor).scaleb(-decimals), code)
