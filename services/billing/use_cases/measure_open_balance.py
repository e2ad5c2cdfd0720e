"""What is open in all, for the graph that operations and management look at."""

from __future__ import annotations

from decimal import Decimal

from services.billing import repository
from shared.db import Database, Scope
from shared.money import Money


async def measure_open_balance(db: Database) -> Decimal:
    """The sum over creditors in main units, each in its own currency."""
    total = Decimal(0)
    for creditor_id, _ in await db.creditor_zones():
        async with db.read(Scope(creditor_id, "system:billing", reason="gauge")) as session:
            currency = (await repository.known_creditor(session)).currency
            total += Money((await repository.totals(session))["open"], currency).to_decimal()
    return total
