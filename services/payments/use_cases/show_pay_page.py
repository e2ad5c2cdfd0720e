"""What the payer's page tells about one invoice: the truth, and whether it can be paid here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from services.payments.domain.links import Link, NoSuchLink
from services.payments.models import Creditor, Debit, OpenItem, ProviderPayment
from services.payments.repository import debits, matching, online, parties
from shared.db import Scope
from shared.money import Money
from shared.service import Service

State = Literal["to_pay", "settled", "credited", "closed", "debit"]


@dataclass(frozen=True, slots=True)
class PayPage:
    creditor: Creditor
    item: OpenItem
    amount: Money
    state: State
    language: str
    debit: Debit | None
    # The last visit to the provider for this invoice.
    visit: ProviderPayment | None


async def show_pay_page(service: Service, link: Link) -> PayPage:
    scope = Scope(link.creditor_id, "payer:link", reason="look")
    async with service.db.read(scope) as session:
        item = (await matching.open_items_by_id(session, [link.invoice_id])).get(link.invoice_id)
        if item is None or item.number is None:
            raise NoSuchLink()
        creditor = await parties.creditor(session)
        unsettled = await matching.unsettled_minor(session, [item.id])
        customer = (await parties.customers(session, [item.customer_id])).get(item.customer_id)
        debit = await debits.in_flight(session, item.id)
        visit = await online.latest_for(session, item.id)
        amount = matching.item_of(item, unsettled.get(item.id, 0)).available
    return PayPage(
        creditor=creditor,
        item=item,
        amount=amount,
        state=_state(item, amount, debit),
        language=customer.language if customer else creditor.language,
        debit=debit,
        visit=visit,
    )


def _state(item: OpenItem, amount: Money, debit: Debit | None) -> State:
    if item.status == "credited":
        return "credited"
    if item.status == "written_off":
        return "closed"
    if not amount:
        return "settled"
    return "debit" if debit is not None else "to_pay"
