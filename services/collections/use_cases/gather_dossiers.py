"""Load what is known about many customers and put it in the form the decisions are taken on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from services.collections.domain.costs_review import overcharges
from services.collections.domain.dossier import CaseStanding, Dossier, LastDecision, OpenWork
from services.collections.domain.jurisdiction import jurisdiction
from services.collections.models import Creditor, Customer
from services.collections.repository.dossiers import Rows, rows_about
from services.collections.repository.looking import bank_known_until
from services.collections.use_cases.read_accounts import (
    accounts_of,
    arrangements_of,
    debits_to_mend_of,
    items_of_claims,
    return_codes_of,
)
from services.collections.use_cases.read_facts import Bundle, facts_of
from shared.clock import business_date

R = TypeVar("R")


async def gather_dossiers(
    session: AsyncSession,
    creditor: Creditor,
    customers: Sequence[Customer],
    today: date,
    now: datetime,
) -> list[Dossier]:
    """One dossier per customer, in their order, however many there are, with few statements."""
    rows = await rows_about(session, [customer.id for customer in customers])
    known_on = _last_day(await bank_known_until(session), ZoneInfo(creditor.time_zone))
    bundles = _bundles(rows)
    return [
        _dossier(creditor, customer, bundles.get(customer.id, Bundle()), known_on, today, now)
        for customer in customers
    ]


def _last_day(until: datetime | None, zone: ZoneInfo) -> date | None:
    """The last day of which anything is known: midnight ends the day before."""
    return None if until is None else business_date(until - timedelta(microseconds=1), zone)


def _dossier(
    creditor: Creditor,
    customer: Customer,
    bundle: Bundle,
    known_on: date | None,
    today: date,
    now: datetime,
) -> Dossier:
    arrangements = arrangements_of(bundle)
    covered = {step.id: frozenset(claims) for step, claims in bundle.steps if step.kind == "task"}
    case = bundle.cases[0] if bundle.cases else None
    last = bundle.decisions[0] if bundle.decisions else None
    facts = facts_of(creditor, customer, bundle, arrangements, today, now)
    facts = replace(facts, bank_known_on=known_on)
    accounts = accounts_of(bundle)
    over = overcharges(facts, accounts, jurisdiction(creditor.jurisdiction))
    to_mend = debits_to_mend_of(bundle.claims, bundle.debits)
    held_back = [*(item.hold for item in over), *(item.hold for item in to_mend)]
    return Dossier(
        customer_id=customer.id,
        is_known=customer.kind is not None and customer.erased_at is None,
        facts=replace(facts, holds=(*facts.holds, *held_back)),
        overcharges=over,
        debits_to_mend=tuple(to_mend),
        case=CaseStanding(case.id, case.number, case.status) if case else None,
        accounts=accounts,
        arrangements=arrangements,
        work=tuple(
            OpenWork(
                item.id,
                item.kind,
                item.subject_id,
                covered.get(item.subject_id) if item.subject_id else None,
            )
            for item in bundle.work
        ),
        steps_made=Counter(step.code for step, _ in bundle.steps),
        items=items_of_claims(bundle.claims),
        return_codes=return_codes_of(bundle.debits),
        last_decision=LastDecision(last.kind, last.reason_code, last.figures) if last else None,
    )


def _bundles(rows: Rows) -> dict[UUID, Bundle]:
    """The rows of each customer together; movements and debits lie by claim."""
    bundles: defaultdict[UUID, Bundle] = defaultdict(Bundle)

    def lay(found: Iterable[R], key: Callable[[R], UUID], name: str) -> None:
        for row in found:
            getattr(bundles[key(row)], name).append(row)

    lay(rows.claims, lambda row: row.customer_id, "claims")
    lay(rows.cases, lambda row: row.customer_id, "cases")
    lay(rows.steps, lambda row: row[0].customer_id, "steps")
    lay(rows.charges, lambda row: row.customer_id, "charges")
    lay(rows.movements, lambda row: row.customer_id, "movements")
    lay(rows.debits, lambda row: row.customer_id, "debits")
    lay(rows.provider_payments, lambda row: row.customer_id, "provider_payments")
    lay(rows.disputes, lambda row: row.customer_id, "disputes")
    lay(rows.holds, lambda row: row.customer_id, "holds")
    lay(rows.flags, lambda row: row.customer_id, "flags")
    lay(rows.arrangements, lambda row: row.customer_id, "arrangements")
    lay(rows.work, lambda row: row.customer_id, "work")
    lay(rows.decisions, lambda row: row.customer_id, "decisions")
    owners = {row.id: row.customer_id for row in rows.arrangements}
    lay(rows.instalments, lambda row: owners[row.arrangement_id], "instalments")
    return bundles
