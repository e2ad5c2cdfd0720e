"""What collections tells: cases, the steps taken in them, and what it asks others to do."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from shared.events.envelope import Event, Fact
from shared.events.topics import CASES
from shared.money import Money


class CaseOpened(Event, type="collections.case.opened.v1", topic=CASES.name):
    case_id: UUID
    customer_id: UUID
    number: str


class CaseClosed(Event, type="collections.case.closed.v1", topic=CASES.name):
    case_id: UUID
    customer_id: UUID
    reason: str


class StepTaken(Event, type="collections.step.taken.v1", topic=CASES.name):
    step_id: UUID
    case_id: UUID
    customer_id: UUID
    step: str
    taken_on: date
    invoice_ids: tuple[UUID, ...]
    policy: str
    reason: str


class ClaimItem(Fact):
    """One invoice as a message shows it."""

    invoice_id: UUID
    number: str
    issued_on: date
    due_on: date
    open_principal: Money
    open_costs: Money
    open_interest: Money
    rf_reference: str
    payment_reference: str | None = None


class InstalmentItem(Fact):
    number: int
    due_on: date
    amount: Money


class MessageRequested(Event, type="collections.message.requested.v1", topic=CASES.name):
    """Say this to the customer, once per `cause_id`. Carries every figure the text needs."""

    message_id: UUID
    cause_id: UUID
    customer_id: UUID
    case_id: UUID | None = None
    template: str
    requested_on: date
    items: tuple[ClaimItem, ...] = ()
    total_open: Money
    # The amount of collection costs that will be claimed, named in the 14-day letter.
    costs_if_unpaid: Money | None = None
    pay_by: date | None = None
    instalments: tuple[InstalmentItem, ...] = ()
    return_code: str | None = None
    note: str | None = None
    # What letters about an arrangement or a dispute say beside the figures.
    case_number: str | None = None
    agreed_on: date | None = None
    # Pay what was missed until this day and the arrangement stands; none: it has ended.
    restore_by: date | None = None
    received_on: date | None = None
    answer_by: date | None = None
    outcome: Literal["upheld", "partly_upheld", "rejected", "withdrawn"] | None = None


class ChargeImposed(Event, type="collections.charge.imposed.v1", topic=CASES.name):
    """Costs or interest the debtor now owes by law; billing posts it or says why not."""

    charge_id: UUID
    case_id: UUID
    invoice_id: UUID
    customer_id: UUID
    kind: Literal["costs", "interest"]
    amount: Money
    # The first day it is owed: payments of a later value date go to it first (BW 6:44).
    effective_on: date
    ground: str


class ArrangementAgreed(Event, type="collections.arrangement.agreed.v1", topic=CASES.name):
    arrangement_id: UUID
    customer_id: UUID
    invoice_ids: tuple[UUID, ...]
    instalments: tuple[InstalmentItem, ...]


class ArrangementEnded(Event, type="collections.arrangement.ended.v1", topic=CASES.name):
    arrangement_id: UUID
    customer_id: UUID
    outcome: Literal["broken", "completed", "cancelled"]
    ended_on: date


class DisputeOpened(Event, type="collections.dispute.opened.v1", topic=CASES.name):
    dispute_id: UUID
    customer_id: UUID
    invoice_ids: tuple[UUID, ...]
    reason: str


class DisputeResolved(Event, type="collections.dispute.resolved.v1", topic=CASES.name):
    dispute_id: UUID
    customer_id: UUID
    invoice_ids: tuple[UUID, ...]
    outcome: Literal["upheld", "rejected", "withdrawn"]


class Bailiff(Fact):
    """Whom the debtor pays from now on, as the creditor named them at the hand-over."""

    name: str
    # What the creditor's files are known by there.
    reference: str | None = None
    phone: str | None = None
    url: str | None = None


class CaseHandedOver(Event, type="collections.case.handed_over.v1", topic=CASES.name):
    """The file goes to the bailiff (gerechtsdeurwaarder) with what is claimed."""

    case_id: UUID
    customer_id: UUID
    invoice_ids: tuple[UUID, ...]
    total_open: Money
    handed_over_on: date
    # None: the creditor has named nobody.
    bailiff: Bailiff | None = None
