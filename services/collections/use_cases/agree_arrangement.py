"""Agree a payment arrangement: from now on nothing is pursued while it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from services.collections.domain import arrangement as arrangements
from services.collections.domain.arrangement import Instalment, schedule_in, schedule_of
from services.collections.domain.arrangements_kept import RULES
from services.collections.domain.transition import transition
from services.collections.models import Arrangement, ArrangementInstalment, Claim
from services.collections.repository import agreements, looking
from services.collections.use_cases.choose_claims import choose_claims
from services.collections.use_cases.look_again import look_again
from services.collections.use_cases.number_things import ARRANGEMENT, take_numbers
from services.collections.use_cases.read_accounts import items_of_claims
from services.collections.use_cases.word_messages import instalment_items, total_of
from shared import outbox
from shared.bulk import insert_rows
from shared.clock import Clock, business_date
from shared.db import WriteSession, scope_of
from shared.errors import Conflict, InvalidInput
from shared.events.collections import ArrangementAgreed, MessageRequested
from shared.ids import IdSource, derived_id, uuid7
from shared.money import Money
from shared.rows import rows_of


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreeArrangement:
    """`claim_ids` None: all that is open. Either `instalments` or `amount` says how much a term.

    `day_of_month`: of the second instalment and later ones; the first one's day when left out.
    """

    customer_id: UUID
    claim_ids: Sequence[UUID] | None
    instalments: int | None
    amount: Money | None
    first_due_on: date
    day_of_month: int | None = None


async def agree_arrangement(
    session: WriteSession, command: AgreeArrangement, *, clock: Clock, ids: IdSource = uuid7
) -> Arrangement:
    await looking.lock_customer(session, command.customer_id)
    creditor = await looking.creditor(session)
    today = business_date(clock.now(), ZoneInfo(creditor.time_zone))
    if command.first_due_on < today:
        raise InvalidInput.field("first_due_on", "lies in the past")
    claims = await choose_claims(session, command.customer_id, command.claim_ids)
    claim_ids = [claim.id for claim in claims]
    await _refuse_overlap(session, command.customer_id, claim_ids)
    total = _total(claims, creditor.currency)
    schedule = _schedule(command, total)
    (number,) = await take_numbers(session, ARRANGEMENT, today, 1)
    status = transition(arrangements.NOUN, arrangements.TRANSITIONS, arrangements.INITIAL, "accept")
    row = Arrangement(
        id=ids(),
        creditor_id=scope_of(session).creditor_id,
        customer_id=command.customer_id,
        number=number,
        status=status,
        claim_ids=claim_ids,
        currency=creditor.currency,
        total_minor=total.minor,
        agreed_on=today,
        agreed_at=clock.now(),
        warnings=[],
        ended_on=None,
    )
    session.add(row)
    await session.flush()
    await _write_instalments(session, row, schedule)
    await look_again(session, [command.customer_id])
    _tell(session, row, schedule, claims, today)
    return row


async def _refuse_overlap(
    session: WriteSession, customer_id: UUID, claim_ids: Sequence[UUID]
) -> None:
    for other in await agreements.arrangements_of(session, customer_id):
        if other.status == "active" and set(other.claim_ids) & set(claim_ids):
            raise Conflict(
                "an arrangement already runs for one of these invoices",
                arrangement_id=str(other.id),
            )


def _schedule(command: AgreeArrangement, total: Money) -> tuple[Instalment, ...]:
    first, day = command.first_due_on, command.day_of_month
    if command.instalments is not None and command.amount is None:
        return schedule_in(total, command.instalments, first, RULES, day=day)
    if command.amount is not None and command.instalments is None:
        if command.amount.currency != total.currency:
            raise InvalidInput.field("amount", f"the invoices are in {total.currency}")
        return schedule_of(total, command.amount, first, RULES, day=day)
    raise InvalidInput.field("instalments", "give either instalments or amount")


def _total(claims: Sequence[Claim], currency: str) -> Money:
    return Money(
        sum(c.open_principal_minor + c.open_costs_minor + c.open_interest_minor for c in claims),
        currency,
    )


async def _write_instalments(
    session: WriteSession, row: Arrangement, schedule: Sequence[Instalment]
) -> None:
    await insert_rows(
        session,
        rows_of(ArrangementInstalment),
        [
            {
                "arrangement_id": row.id,
                "number": instalment.number,
                "creditor_id": row.creditor_id,
                "due_on": instalment.due_on,
                "amount_minor": instalment.amount.minor,
            }
            for instalment in schedule
        ],
    )


def _tell(
    session: WriteSession,
    row: Arrangement,
    schedule: Sequence[Instalment],
    claims: Sequence[Claim],
    today: date,
) -> None:
    items = tuple(items_of_claims(claims).values())
    cause_id = derived_id(row.id, "confirmed")
    outbox.add(
        session,
        ArrangementAgreed(
            arrangement_id=row.id,
            customer_id=row.customer_id,
            invoice_ids=tuple(row.claim_ids),
            instalments=instalment_items(schedule),
        ),
        MessageRequested(
            message_id=derived_id(cause_id, "message"),
            cause_id=cause_id,
            customer_id=row.customer_id,
            template="arrangement_confirmed",
            requested_on=today,
            items=items,
            total_open=total_of(items, row.currency),
            instalments=instalment_items(schedule),
            case_number=row.number,
            agreed_on=row.agreed_on,
        ),
    )
