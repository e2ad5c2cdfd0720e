"""Apply movements to open items: lock, decide purely over all of them, write once."""

from __future__ import annotations

from collections.abc import Sequence

from services.billing import repository
from services.billing.domain.settlement import (
    Add,
    Applied,
    Change,
    Forestalled,
    OpenItem,
    Outcome,
    Reverse,
    apply_changes,
)
from services.billing.models import Movement, Receivable
from services.billing.use_cases.post_entries import post_entries
from shared.bulk import insert_rows, update_rows
from shared.clock import Clock
from shared.db import WriteSession, scope_of
from shared.events import billing as events
from shared.money import Money
from shared.rows import rows_of


async def settle(
    session: WriteSession, changes: Sequence[Change], *, clock: Clock
) -> list[Outcome]:
    """Outcomes in the order of `changes`; the caller emits the events that tell of them."""
    if not changes:
        return []
    items = await repository.lock_open_items(session, {change.invoice_id for change in changes})
    outcomes = apply_changes(items, changes)
    applied = [outcome for outcome in outcomes if isinstance(outcome, Applied)]
    await _write_movements(session, applied)
    forestalled = [one.change for one in outcomes if isinstance(one, Forestalled)]
    await _write_forestalled(session, forestalled, clock)
    await _mark_reversed(session, applied, clock)
    touched = {outcome.state.invoice_id for outcome in applied}
    await _write_balances(session, [items[invoice_id] for invoice_id in sorted(touched)])
    await post_entries(session, [outcome.entry for outcome in applied], clock=clock)
    return outcomes


async def _write_movements(session: WriteSession, applied: Sequence[Applied]) -> None:
    creditor_id = scope_of(session).creditor_id
    await insert_rows(
        session,
        rows_of(Movement),
        [
            {
                "id": change.id,
                "creditor_id": creditor_id,
                "invoice_id": change.invoice_id,
                "kind": change.kind,
                "amount_minor": change.amount.minor,
                "given_up_minor": change.given_up,
                "fee_minor": change.fee,
                "currency": change.amount.currency,
                "effective_on": change.effective_on,
                "payment_id": change.payment_id,
                "ground": change.ground,
                "reversed_at": None,
            }
            for change in (outcome.change for outcome in applied)
            if isinstance(change, Add)
        ],
    )


async def _write_forestalled(
    session: WriteSession, changes: Sequence[Reverse], clock: Clock
) -> None:
    """As movements that are taken back already: they move nothing."""
    creditor_id, now = scope_of(session).creditor_id, clock.now()
    await insert_rows(
        session,
        rows_of(Movement),
        [
            {
                "id": change.id,
                "creditor_id": creditor_id,
                "invoice_id": change.invoice_id,
                "kind": "payment",
                "amount_minor": change.amount.minor,
                "currency": change.amount.currency,
                "effective_on": change.booked_on,
                "reversed_at": now,
            }
            for change in changes
        ],
    )


async def _mark_reversed(session: WriteSession, applied: Sequence[Applied], clock: Clock) -> None:
    now = clock.now()
    await update_rows(
        session,
        rows_of(Movement),
        [
            {"id": outcome.change.id, "reversed_at": now}
            for outcome in applied
            if isinstance(outcome.change, Reverse)
        ],
    )


async def _write_balances(session: WriteSession, items: Sequence[OpenItem]) -> None:
    rows = []
    for item in items:
        state = item.balance()
        rows.append(
            {
                "id": item.invoice_id,
                "version": item.version,
                "status": item.status(),
                "open_principal_minor": state.principal,
                "open_costs_minor": state.costs,
                "open_interest_minor": state.interest,
                "surplus_minor": state.surplus,
            }
        )
    await update_rows(session, rows_of(Receivable), rows)


def receivable_of(outcome: Applied) -> events.Receivable:
    """The balance as events tell it."""
    state = outcome.state
    return events.Receivable(
        invoice_id=state.invoice_id,
        version=state.version,
        status=state.status,
        due_on=state.due_on,
        open_principal=Money(state.balance.principal, state.currency),
        open_costs=Money(state.balance.costs, state.currency),
        open_interest=Money(state.balance.interest, state.currency),
        surplus=Money(state.balance.surplus, state.currency),
    )
