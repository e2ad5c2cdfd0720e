"""What the payer's page tells: the truth about each invoice, and what can be paid here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.payments.domain.links import Link, NoSuchLink
from services.payments.domain.pay_page import (
    ITEMS_MAX,
    Bailiff,
    Instalment,
    PageItem,
    Payable,
    instalment_due,
    instalment_now,
    oldest_first,
    payable,
    payable_instalment,
)
from services.payments.models import Creditor, Hold, OpenItem, PaymentLink, ProviderPayment
from services.payments.repository import debits, links, matching, online, parties, queue
from services.payments.use_cases.allocate import rest_of
from shared.clock import business_date
from shared.db import ReadSession, Scope
from shared.money import Money
from shared.service import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class PayPage:
    creditor: Creditor
    link: PaymentLink
    # What the customer is called in references; none while billing has not told of them.
    customer_number: str | None
    # Of the case the link is of, or that a bailiff has.
    case_number: str | None
    # Whom to pay what a bailiff has of these, where that is known.
    bailiffs: tuple[Bailiff, ...]
    # The language the customer chose; none while it is not known.
    language: str | None
    items: tuple[PageItem, ...]
    payable: Payable
    # The instalment it is about, and of how many.
    instalment: Instalment | None
    instalments: int
    # The visit to the provider that is asked about, else the last one from this link.
    visit: ProviderPayment | None
    # What was paid through this link beyond what was owed, and is still the customer's.
    credit: Money


async def show_pay_page(service: Service, link: Link, visit_id: UUID | None = None) -> PayPage:
    """Raises `NoSuchLink` for a link that was taken back or has run out."""
    scope = Scope(link.creditor_id, "payer:link", reason="look")
    async with service.db.read(scope) as session:
        row = await links.link(session, link.id)
        if row is None or row.revoked_at is not None:
            raise NoSuchLink()
        creditor = await parties.creditor(session)
        today = business_date(service.clock.now(), ZoneInfo(creditor.time_zone))
        if today > row.expires_on:
            raise NoSuchLink()
        visit = await online.visit_of(session, link.id, visit_id)
        return await _page(session, row, creditor, today, visit)


async def _page(
    session: ReadSession,
    link: PaymentLink,
    creditor: Creditor,
    today: date,
    visit: ProviderPayment | None,
) -> PayPage:
    holds = await links.holds_of(session, link.customer_id)
    arrangement = await _arrangement(session, link)
    items = await _items(session, await _rows(session, link, arrangement, today), holds)
    customer = (await parties.customers(session, [link.customer_id])).get(link.customer_id)
    currency = items[0].open.currency if items else creditor.currency
    least = await _least(session, link, currency)
    plan = _plan(arrangement) if arrangement is not None and arrangement.active else ()
    still_open = Money.total(
        (item.open for item in items if item.open.currency == currency), currency
    )
    instalment = _instalment(plan, link, still_open, today)
    if instalment is not None:
        due = instalment_due(plan, still_open, instalment.number)
        can_pay = payable_instalment(items, due, least=least)
    else:
        is_alone = link.kind == "invoice"
        can_pay = payable(items, currency, is_alone=is_alone, least=least)
    over = await queue.credits_from_link(session, link.customer_id, link.id)
    return PayPage(
        creditor=creditor,
        link=link,
        customer_number=customer.number if customer else None,
        case_number=await _case_number(session, link, holds),
        bailiffs=_bailiffs(items, holds),
        language=customer.language if customer else None,
        items=tuple(items),
        payable=can_pay,
        instalment=instalment,
        instalments=len(plan),
        visit=visit,
        credit=Money.total(
            (rest for rest in map(rest_of, over) if rest.currency == currency), currency
        ),
    )


async def _case_number(
    session: ReadSession, link: PaymentLink, holds: Sequence[Hold]
) -> str | None:
    cases = [hold.id for hold in holds if hold.kind == "bailiff"]
    case_id = link.subject_id if link.kind == "case" else next(iter(cases), None)
    return await links.case_number(session, case_id) if case_id is not None else None


def _bailiffs(items: Sequence[PageItem], holds: Sequence[Hold]) -> tuple[Bailiff, ...]:
    """Each once, however many cases they have."""
    named = {
        Bailiff(
            name=hold.bailiff["name"],
            reference=hold.bailiff["reference"],
            phone=hold.bailiff["phone"],
            url=hold.bailiff["url"],
        ): None
        for hold in holds
        if hold.bailiff is not None
        and any(item.state == "bailiff" and _is_held(item.id, "bailiff", [hold]) for item in items)
    }
    return tuple(named)


async def _arrangement(session: ReadSession, link: PaymentLink) -> Hold | None:
    if link.kind != "instalment":
        return None
    return await links.arrangement(session, link.subject_id)


async def _rows(
    session: ReadSession, link: PaymentLink, arrangement: Hold | None, today: date
) -> Sequence[OpenItem]:
    if link.kind == "invoice":
        return await _by_ids(session, [link.subject_id])
    if arrangement is not None and arrangement.invoice_ids:
        return await _by_ids(session, [UUID(text) for text in arrangement.invoice_ids])
    rows = await matching.open_items_of(session, [link.customer_id], ITEMS_MAX)
    return [row for row in rows if row.number and (link.kind != "case" or row.due_on < today)]


async def _by_ids(session: ReadSession, ids: Collection[UUID]) -> Sequence[OpenItem]:
    rows = await matching.open_items_by_id(session, ids)
    return [row for row in rows.values() if row.number]


async def _items(
    session: ReadSession, rows: Sequence[OpenItem], holds: Sequence[Hold]
) -> list[PageItem]:
    ids = [row.id for row in rows]
    unsettled = await matching.unsettled_minor(session, ids)
    paid = await matching.paid_minor(session, ids)
    in_flight = await debits.in_flight_for(session, ids)
    shown = [
        PageItem(
            id=row.id,
            number=row.number or "",
            due_on=row.due_on,
            status=row.status,
            open=matching.item_of(row, unsettled.get(row.id, 0)).available,
            paid=Money(paid.get(row.id, 0), row.currency),
            rf_reference=row.rf_reference,
            payment_reference=row.payment_reference,
            collect_on=in_flight[row.id].collect_on if row.id in in_flight else None,
            is_with_bailiff=_is_held(row.id, "bailiff", holds),
            is_disputed=_is_held(row.id, "dispute", holds),
            is_arranged=_is_held(row.id, "arrangement", holds),
        )
        for row in rows
    ]
    return oldest_first(shown)


def _is_held(invoice_id: UUID, kind: str, holds: Sequence[Hold]) -> bool:
    return any(
        hold.kind == kind and (not hold.invoice_ids or str(invoice_id) in hold.invoice_ids)
        for hold in holds
    )


async def _least(session: ReadSession, link: PaymentLink, currency: str) -> Money | None:
    """The least part that may be paid; none when only the whole may be."""
    settings = await links.page_settings(session)
    allowed = link.may_pay_part
    if allowed is None:
        allowed = settings is not None and settings.may_pay_part
    if not allowed:
        return None
    return Money(settings.least_part_minor if settings else 1, currency)


def _plan(arrangement: Hold) -> tuple[Instalment, ...]:
    return tuple(_part(part) for part in arrangement.instalments)


def _part(part: dict[str, Any]) -> Instalment:
    return Instalment(
        number=part["number"],
        due_on=date.fromisoformat(part["due_on"]),
        amount=Money(part["amount_minor"], part["currency"]),
    )


def _instalment(
    plan: Sequence[Instalment], link: PaymentLink, still_open: Money, today: date
) -> Instalment | None:
    if link.instalment is not None:
        return next((part for part in plan if part.number == link.instalment), None)
    return instalment_now(plan, still_open, today)
