"""Payments and billing together, with what each tells carried to the other by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.billing.consumers import HANDLERS as BILLING
from services.payments.consumers import HANDLERS as PAYMENTS
from shared.consumer import Handlers
from shared.testing.events import deliver, emitted
from shared.testing.served import Served

_HANDLERS: Mapping[str, Handlers] = {"billing": BILLING, "payments": PAYMENTS}


@dataclass(slots=True)
class Both:
    billing: Served
    payments: Served
    # Per service how much of what it told was carried.
    carried: dict[str, int] = field(default_factory=dict)

    async def carry(self) -> None:
        """Until neither has anything new to tell."""
        while await self._carry_from(self.billing, self.payments) + await self._carry_from(
            self.payments, self.billing
        ):
            pass

    async def _carry_from(self, teller: Served, hearer: Served) -> int:
        told = await emitted(teller.service)
        name, handlers = teller.service.name, _HANDLERS[hearer.service.name]
        fresh, self.carried[name] = told[self.carried.get(name, 0) :], len(told)
        heard = [event for event in fresh if type(event) in handlers]
        for event in heard:
            await deliver(hearer.service, handlers, hearer.creditor_id, event)
        return len(heard)

    async def accounts(self) -> dict[str, int]:
        """The trial balance in minor units; accounts at zero are left out."""
        rows = await self.billing.get("/ledger/trial-balance")
        balances = {row["account"]: row["balance"]["amount"] for row in rows}
        return {account: minor for account, minor in balances.items() if minor}

    async def agree(self) -> None:
        """The books add up on both sides, and both know the same balances."""
        books = await self.billing.get("/ledger/reconciliation")
        assert (books["difference"]["amount"], books["ledger_sum"]["amount"]) == (0, 0)
        assert (await self.payments.get("/reconciliation"))["agrees"]
        for item in (await self.payments.get("/open-items"))["items"]:
            invoice = await self.billing.get(f"/invoices/{item['invoice_id']}")
            owed = invoice["open_item"]["open"]["amount"]
            assert item["open"]["amount"] == item["available"]["amount"] == owed
