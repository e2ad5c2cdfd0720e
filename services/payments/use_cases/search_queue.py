"""Find queued payments by what a clerk knows: numbers of customers and invoices, an IBAN."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.domain.clues import number_key
from services.payments.models import BankReversal
from services.payments.repository import parties, queue
from services.payments.repository.queue_payouts import QueuedPayout, payouts_page
from services.payments.repository.queue_reversals import reversals_page
from services.payments.use_cases.business_day import today_of
from services.payments.use_cases.index_iban_endings import indexes_meant
from shared.crypto import Vault
from shared.errors import InvalidInput
from shared.http.pages import Paging
from shared.references import normalise_iban

_ENDINGS_MAX = 50
Found = queue.Queued | QueuedPayout | BankReversal


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSearch:
    """As asked; None: any. Amounts are minor units, days are days of booking."""

    show: str = "waiting"
    reason: str | None = None
    source: str | None = None
    account_id: UUID | None = None
    amount_from: int | None = None
    amount_to: int | None = None
    booked_from: date | None = None
    booked_to: date | None = None
    customer_number: str | None = None
    invoice_number: str | None = None
    iban: str | None = None
    iban_ending: str | None = None
    assigned_to: str | None = None


async def search_queue(
    session: AsyncSession, paging: Paging, search: QueueSearch, sort: str, *, vault: Vault
) -> list[Found]:
    """Payments, payouts and reversals in one order; one more than a page, if there are more."""
    customer_ids, invoice_ids = await _pointed_at(session, search)
    wanted = queue.QueueFilter(
        today=await today_of(session),
        show=search.show,
        reason=search.reason,
        source=search.source,
        account_id=search.account_id,
        amount_from=search.amount_from,
        amount_to=search.amount_to,
        booked_from=search.booked_from,
        booked_to=search.booked_to,
        iban_index=_iban_index(search.iban, vault),
        ending_indexes=indexes_meant(search.iban_ending, vault) if search.iban_ending else (),
        assigned_to=None if search.assigned_to == "nobody" else search.assigned_to,
        unassigned=search.assigned_to == "nobody",
        customer_ids=customer_ids,
        invoice_ids=invoice_ids,
    )
    payments = await queue.queue_page(session, paging, wanted, sort)
    payouts = await payouts_page(session, paging, wanted, sort)
    downwards = queue.SORTS[sort][1]
    taken = await reversals_page(session, paging, wanted, sort)
    found: list[Found] = [*payments, *payouts, *taken]
    found.sort(key=lambda one: cursor_of(sort, one), reverse=downwards)
    return found[: paging.limit + 1]


def cursor_of(sort: str, found: Found) -> tuple[Any, ...]:
    if isinstance(found, BankReversal):
        return queue.cursor(sort, found.booked_on, found.amount_minor, 0.0, found.id)
    if isinstance(found, QueuedPayout):
        payout = found.payout
        return queue.cursor(sort, payout.booked_on, payout.amount_minor, 0.0, payout.id)
    payment, _ = found
    best = payment.candidates[0] if payment.candidates else {}
    certainty = best.get("probability") or 0.0
    return queue.cursor(sort, payment.booked_on, payment.amount_minor, certainty, payment.id)


def _iban_index(iban: str | None, vault: Vault) -> bytes | None:
    return vault.blind_index(normalise_iban(iban)) if iban is not None else None


async def _pointed_at(
    session: AsyncSession, search: QueueSearch
) -> tuple[frozenset[UUID] | None, frozenset[UUID] | None]:
    """Customers and open items; an empty set finds nothing, None leaves the search as it is."""
    if search.customer_number is not None:
        found = await parties.customers_by_number(session, [search.customer_number])
        return frozenset(found.values()), None
    if search.invoice_number is not None:
        ending = number_key(search.invoice_number)
        if not ending:
            raise InvalidInput.field("invoice_number", "letters or digits of the number")
        items = await queue.items_ending_in(session, ending, _ENDINGS_MAX)
        return frozenset(item.customer_id for item in items), frozenset(item.id for item in items)
    return None, None
