"""From rows to the facts that policy and guards judge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Literal, cast
from uuid import UUID

from services.collections.domain import dispute
from services.collections.domain.arrangements_kept import holds_until
from services.collections.domain.dossier import RunningArrangement
from services.collections.domain.facts import (
    ActiveHold,
    ArrangementStanding,
    CaseFacts,
    CustomerKind,
    Flag,
    FlagKind,
    MessageState,
    OpenDispute,
    PaymentInFlight,
    Receivable,
    StepTaken,
)
from services.collections.domain.jurisdiction import Jurisdiction, jurisdiction
from services.collections.domain.prescription import last_enforceable_day
from services.collections.models import (
    Arrangement,
    ArrangementInstalment,
    Case,
    Charge,
    Claim,
    Creditor,
    Customer,
    CustomerFlag,
    Debit,
    DecisionTaken,
    Dispute,
    Hold,
    Movement,
    ProviderPayment,
    Step,
    WorklistItem,
)
from shared.money import Money

# Without word from the bank for this long a debit file was lost, not slow.
DEBIT_TOLD_WITHIN = timedelta(days=14)
# Between "paid" at the provider and the booking at billing lie seconds, at worst a night and a day.
BOOKED_WITHIN = timedelta(hours=36)
_CHANNELS = ("email", "letter")
_MESSAGE_STATES = {
    "requested": MessageState.REQUESTED,
    "sent": MessageState.SENT,
    "failed": MessageState.FAILED,
}


@dataclass(slots=True)
class Bundle:
    """The rows of one customer."""

    claims: list[Claim] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    steps: list[tuple[Step, list[UUID]]] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    movements: list[Movement] = field(default_factory=list)
    debits: list[Debit] = field(default_factory=list)
    provider_payments: list[ProviderPayment] = field(default_factory=list)
    disputes: list[Dispute] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    flags: list[CustomerFlag] = field(default_factory=list)
    arrangements: list[Arrangement] = field(default_factory=list)
    instalments: list[ArrangementInstalment] = field(default_factory=list)
    work: list[WorklistItem] = field(default_factory=list)
    decisions: list[DecisionTaken] = field(default_factory=list)


def facts_of(
    creditor: Creditor,
    customer: Customer,
    bundle: Bundle,
    running: Sequence[RunningArrangement],
    today: date,
    now: datetime,
) -> CaseFacts:
    law = jurisdiction(creditor.jurisdiction)
    active_flags = [row for row in bundle.flags if row.status == "active"]
    facts = CaseFacts(
        jurisdiction=creditor.jurisdiction,
        kind=cast(CustomerKind, customer.kind or "consumer"),
        receivables=tuple(_receivables(bundle, law)),
        steps=tuple(_steps(bundle, customer.contact_changed_at)),
        in_flight=tuple(_in_flight(bundle, law, today, now)),
        disputes=tuple(_disputes(bundle)),
        holds=tuple(_hold(row) for row in bundle.holds if row.status == "active"),
        flags=tuple(Flag(FlagKind(row.kind), row.since_on, row.until_on) for row in active_flags),
        channels=frozenset(_CHANNELS if customer.has_email else ("letter",)),
        administrator_known=any(row.administrator_known for row in active_flags),
    )
    return _with_arrangements(facts, bundle, running, today)


def _with_arrangements(
    facts: CaseFacts, bundle: Bundle, running: Sequence[RunningArrangement], today: date
) -> CaseFacts:
    standings = [
        ArrangementStanding(a.claim_ids, "active", holds_until(a, facts, today)) for a in running
    ]
    standings += [
        ArrangementStanding(frozenset(row.claim_ids), "completed")
        for row in bundle.arrangements
        if row.status == "completed"
    ]
    return replace(facts, arrangements=tuple(standings))


def _receivables(bundle: Bundle, law: Jurisdiction) -> Iterable[Receivable]:
    """Open claims whose invoice is known; a balance that came first waits for its invoice."""
    returned = _returned_on(bundle.debits)
    for claim in bundle.claims:
        if claim.status != "open" or claim.number is None or claim.issued_on is None:
            continue
        # A written demand and an acknowledgment each start the term anew.
        interruptions = [
            step.sent_on for step, covers in bundle.steps if step.sent_on and claim.id in covers
        ]
        interruptions += [a.agreed_on for a in bundle.arrangements if claim.id in a.claim_ids]
        yield Receivable(
            invoice_id=claim.id,
            version=claim.version,
            number=claim.number,
            issued_on=claim.issued_on,
            due_on=claim.due_on,
            principal=Money(claim.open_principal_minor, claim.currency),
            costs=Money(claim.open_costs_minor, claim.currency),
            interest=Money(claim.open_interest_minor, claim.currency),
            collection=cast(Literal["direct_debit", "transfer"], claim.collection),
            # Periodic bills under one contract are its instalments; the reading that favours
            # the debtor when costs are stacked.
            is_instalment=claim.contract_id is not None,
            debit_returned_on=returned.get(claim.id),
            last_enforceable_day=last_enforceable_day(
                claim.due_on, law.prescription, interruptions
            ),
        )


def _returned_on(debits: Iterable[Debit]) -> dict[UUID, date]:
    """The latest return that concerns the debtor, by claim."""
    found: dict[UUID, date] = {}
    for debit in debits:
        if debit.status == "returned" and debit.returned_on is not None and not debit.at_fault:
            day = found.get(debit.claim_id, debit.returned_on)
            found[debit.claim_id] = max(day, debit.returned_on)
    return found


def _steps(bundle: Bundle, contact_changed_at: datetime | None) -> Iterable[StepTaken]:
    """Dropped tasks never counted; failures from before the contact data changed no longer do."""
    for row, covers in bundle.steps:
        if row.status == "dropped":
            continue
        failed = row.status == "failed"
        if failed and contact_changed_at and row.failed_at and row.failed_at < contact_changed_at:
            continue
        for channel in _failed_channels(row) if failed else {row.channel}:
            yield StepTaken(
                step_id=row.id,
                code=row.code,
                taken_on=row.taken_on,
                covers=frozenset(covers),
                message=_MESSAGE_STATES.get(row.status, MessageState.NONE),
                sent_on=row.sent_on if row.status == "sent" else None,
                channel=channel,
                wording=row.wording,
                costs=None if row.costs_minor is None else Money(row.costs_minor, row.currency),
                letter_id=row.letter_id,
            )


def _failed_channels(row: Step) -> set[str | None]:
    """The road taken and the road wished for, so that each is tried once; all when none is known.

    Notifications may take another road than the policy wished.
    """
    if row.channel is None:
        return set(_CHANNELS)
    return {row.channel, row.wished_channel or row.channel}


def _in_flight(
    bundle: Bundle, law: Jurisdiction, today: date, now: datetime
) -> Iterable[PaymentInFlight]:
    for debit in bundle.debits:
        since = _unsure_since(debit)
        if since is not None and today <= since + DEBIT_TOLD_WITHIN:
            expected_by = law.calendar.add_business_days(since, 2)
            yield PaymentInFlight(frozenset({debit.claim_id}), "debit", expected_by)
    for payment in bundle.provider_payments:
        until = _provider_until(payment)
        if until is not None and until > now:
            yield PaymentInFlight(frozenset({payment.claim_id}), "provider", until.date())


def _unsure_since(debit: Debit) -> date | None:
    """Submitted, or told returned by billing alone: payments knows whose doing it was."""
    if debit.status == "submitted":
        return debit.collect_on
    is_explained = debit.status != "returned" or debit.at_fault is not None
    return None if is_explained else debit.returned_on


def _provider_until(payment: ProviderPayment) -> datetime | None:
    """Until when money can be expected; None when there is none to come."""
    if payment.outcome == "paid" and payment.ended_at is not None:
        return payment.ended_at + BOOKED_WITHIN
    return payment.expires_at if payment.outcome is None else None


def _disputes(bundle: Bundle) -> Iterable[OpenDispute]:
    """One that was upheld holds its invoices until the promised credit note is there."""
    for row in bundle.disputes:
        covers = frozenset(row.claim_ids)
        if row.status == "upheld" and row.resolved_at is not None:
            covers -= {
                m.claim_id
                for m in bundle.movements
                if m.kind == "credit" and m.recorded_at >= row.resolved_at
            }
        elif row.status not in dispute.BLOCKING:
            continue
        if covers:
            yield OpenDispute(covers, row.opened_on)


def _hold(row: Hold) -> ActiveHold:
    covers = None if row.claim_ids is None else frozenset(row.claim_ids)
    kind = cast(Literal["clerk", "promise", "move", "other"], row.kind)
    return ActiveHold(covers, row.until_on, kind)
