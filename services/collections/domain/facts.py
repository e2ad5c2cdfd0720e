"""The facts about one customer that the policy and the guards judge. Values, nothing more.

Days are dates in the creditor's time zone. `covers` names invoices; None means all of them.
What is absent here is unknown to the decision, so whoever loads the facts loads all of it: also
the steps of closed cases, as far back as the look-back over costs reaches (six months in NL).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal
from uuid import UUID

from shared.money import Money

CustomerKind = Literal["consumer", "business"]
Covers = frozenset[UUID] | None


class FlagKind(StrEnum):
    """What changes who may be asked for money, and how. The Dutch term stands behind it."""

    DECEASED = "deceased"
    BANKRUPTCY = "bankruptcy"  # faillissement
    SUSPENSION_OF_PAYMENTS = "suspension_of_payments"  # surseance
    DEBT_RESTRUCTURING = "debt_restructuring"  # Wsnp
    DEBT_HELP = "debt_help"  # schuldhulpverlening, Msnp
    MORATORIUM = "moratorium"  # Fw 287b, Wgs 5
    ADMINISTRATION = "administration"  # beschermingsbewind


class MessageState(StrEnum):
    NONE = "none"
    REQUESTED = "requested"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Receivable:
    """One invoice and what is open of it; amounts are what billing last said.

    `debit_returned_on` is the day its latest direct debit came back: steps taken before that
    day no longer count for it. `last_enforceable_day`: see `prescription`.
    """

    invoice_id: UUID
    version: int
    number: str
    issued_on: date
    due_on: date
    principal: Money
    costs: Money
    interest: Money
    collection: Literal["direct_debit", "transfer"] = "transfer"
    is_instalment: bool = False
    cost_clause_safe: bool = True
    debit_returned_on: date | None = None
    last_enforceable_day: date | None = None

    @property
    def open_minor(self) -> int:
        return self.principal.minor + self.costs.minor + self.interest.minor


@dataclass(frozen=True, slots=True)
class StepTaken:
    """A step of the policy that was taken for some invoices.

    `costs`: named by a letter, or imposed by a costs step; without VAT. `letter_id` is the letter
    a costs step rests on. `delivered_on` is proof of receipt, not the presumption for post.
    """

    step_id: UUID
    code: str
    taken_on: date
    covers: frozenset[UUID]
    message: MessageState = MessageState.NONE
    sent_on: date | None = None
    channel: str | None = None
    delivered_on: date | None = None
    wording: str | None = None
    costs: Money | None = None
    letter_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PaymentInFlight:
    """Money that may be on its way: a submitted debit, or a provider's page in use."""

    covers: Covers
    kind: Literal["debit", "provider"]
    expected_by: date


@dataclass(frozen=True, slots=True)
class OpenDispute:
    """A dispute or complaint that has not been answered."""

    covers: Covers
    opened_on: date


@dataclass(frozen=True, slots=True)
class ActiveHold:
    """A pause until and including `until` (None: until somebody lifts it)."""

    covers: Covers
    until: date | None
    kind: Literal["clerk", "promise", "move", "other", "debit_to_mend"] = "clerk"


@dataclass(frozen=True, slots=True)
class ArrangementStanding:
    """An arrangement as it stands. `holds_until`: the day it must be looked at again."""

    covers: Covers
    status: Literal["proposed", "active", "broken", "completed", "cancelled"]
    holds_until: date | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    kind: FlagKind
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class CreditorTerms:
    """How this creditor collects. `registered_until`: end of the Wki registration, if any."""

    vat_uplift: bool = False
    collects_for_third_party: bool = False
    registered_until: date | None = None


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """Everything known about one customer of one creditor.

    `channels` are the ways this customer can be reached and has agreed to; a failed message
    counts against its channel until the contact data changes (leave older failures out then).
    `bank_known_on`: the statements are known up to this day; None when that is not tracked.
    """

    jurisdiction: str
    kind: CustomerKind
    receivables: tuple[Receivable, ...]
    steps: tuple[StepTaken, ...] = ()
    in_flight: tuple[PaymentInFlight, ...] = ()
    disputes: tuple[OpenDispute, ...] = ()
    holds: tuple[ActiveHold, ...] = ()
    arrangements: tuple[ArrangementStanding, ...] = ()
    flags: tuple[Flag, ...] = ()
    channels: frozenset[str] = frozenset({"letter"})
    administrator_known: bool = False
    bank_known_on: date | None = None
    creditor: CreditorTerms = field(default_factory=CreditorTerms)
