"""Everything the evaluation of one customer goes by: values, made of rows elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from services.collections.domain.arrangement import Instalment, Received, Warned
from services.collections.domain.costs_review import Overcharge
from services.collections.domain.debit_to_mend import DebitToMend
from services.collections.domain.facts import CaseFacts
from services.collections.domain.running_interest import ClaimAccount
from shared.events.collections import ClaimItem


@dataclass(frozen=True, slots=True)
class CaseStanding:
    case_id: UUID
    number: str
    status: str


@dataclass(frozen=True, slots=True)
class RunningArrangement:
    """An active arrangement with what came in for it since it was agreed."""

    arrangement_id: UUID
    number: str
    agreed_on: date
    claim_ids: frozenset[UUID]
    instalments: tuple[Instalment, ...]
    received: tuple[Received, ...]
    warnings: tuple[Warned, ...]


@dataclass(frozen=True, slots=True)
class OpenWork:
    """A work item not finished yet. `covers`: the claims of the task it stands for, if any."""

    item_id: UUID
    kind: str
    subject_id: UUID | None = None
    covers: frozenset[UUID] | None = None


@dataclass(frozen=True, slots=True)
class LastDecision:
    kind: str
    code: str
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Dossier:
    """`is_known` is False until the customer's own event came: nobody is dunned unseen.

    The facts hold the invoices of `overcharges` and `debits_to_mend`, if any, back. `steps_made`
    counts the steps ever taken by code, so that a repeated one has an id of its own.
    """

    customer_id: UUID
    is_known: bool
    facts: CaseFacts
    case: CaseStanding | None = None
    accounts: Mapping[UUID, ClaimAccount] = field(default_factory=dict)
    arrangements: tuple[RunningArrangement, ...] = ()
    work: tuple[OpenWork, ...] = ()
    overcharges: tuple[Overcharge, ...] = ()
    debits_to_mend: tuple[DebitToMend, ...] = ()
    steps_made: Mapping[str, int] = field(default_factory=dict)
    # How messages show each open claim, and the bank's code where its debit came back.
    items: Mapping[UUID, ClaimItem] = field(default_factory=dict)
    return_codes: Mapping[UUID, str] = field(default_factory=dict)
    last_decision: LastDecision | None = None
