"""A payout at Adyen as a whole: the settlement details report of its batch.

Adyen tells by `REPORT_AVAILABLE` that the report of a closed batch can be fetched; the payout's
text at the bank names the batch (Adyen docs, "Settlement details report"). The file has a line per
movement: debit and credit, gross as the payer paid and net as it is paid out.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Final
from urllib.parse import quote

import httpx

from services.payments.domain.payouts import PartKind, PayoutPart, PayoutSeen, Settlement
from services.payments.providers.provider import ProviderAway
from services.payments.providers.reading import reading
from shared.errors import InvalidInput
from shared.money import Money

_REPORTS: Final = "/reports/download/MerchantAccount"
_BATCH: Final = re.compile(r"batch\s+(\d{1,9})", re.IGNORECASE)
_KINDS: Final[Mapping[str, PartKind]] = {
    "Settled": "payment",
    "SettledBulk": "payment",
    "SettledInstallment": "payment",
    "Refunded": "taken",
    "RefundedBulk": "taken",
    "Chargeback": "taken",
    "SecondChargeback": "taken",
    "RefundedReversed": "reinstated",
    "ChargebackReversed": "reinstated",
    "Balancetransfer": "carried",
    "DepositCorrection": "carried",
    "ReserveAdjustment": "carried",
}
_COSTS: Final = {"Fee", "MiscCosts", "InvoiceDeduction", "PaymentCost"}
_PAYOUTS: Final = {"MerchantPayout", "Payout"}


class AdyenPayouts:
    """`reports` are those Adyen told of: the merchant accounts they are of, by their file name."""

    def __init__(
        self,
        url: str,
        api_key: str,
        reports: Mapping[str, Sequence[str]],
        *,
        timeout_s: float = 10.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._reports = reports
        headers = {"x-api-key": api_key}
        self._reading = partial(reading, url, headers, timeout_s=timeout_s, transport=transport)

    async def settlement(self, payout: PayoutSeen) -> Settlement | None:
        """Merchant accounts count batches each by itself: the amount tells whose this is."""
        found = []
        async with self._reading() as reader:
            name = report_of(payout.reference) or ""
            for account in self._reports.get(name, ()):
                body = await reader.body(f"{_REPORTS}/{quote(account, safe='')}/{name}")
                if body is not None:
                    found.append(read_report(name, body))
        return min(found, key=lambda one: one.amount != payout.amount, default=None)


def report_of(reference: str) -> str | None:
    """The file name of the report on the batch a payout's text names."""
    named = _BATCH.search(reference)
    return f"settlement_detail_report_batch_{int(named[1])}.csv" if named else None


def read_report(name: str, body: bytes) -> Settlement:
    """`ProviderAway` for what cannot be read: nothing is booked on half a file."""
    try:
        parts, costs, paid_out = [], Decimal(0), []
        for row in _rows(body):
            kind, net = row["Type"], _signed(row, "Net", "NC")
            if kind in _PAYOUTS:
                paid_out.append(-net)
                continue
            if kind in _COSTS:
                costs -= net.to_decimal()
                continue
            gross = _signed(row, "Gross", "GC") if row.get("Gross Currency") else net
            if gross.currency != net.currency:
                gross = net
            costs += (gross - net).to_decimal()
            parts.append(PayoutPart(row["Psp Reference"] or None, gross, _KINDS.get(kind)))
        (amount,) = paid_out
    except (KeyError, ValueError, InvalidOperation, csv.Error, InvalidInput):
        raise ProviderAway("the payment provider's report cannot be read") from None
    return Settlement(id=name, amount=amount, parts=parts, costs=costs)


def _rows(body: bytes) -> Iterator[Mapping[str, str]]:
    yield from csv.DictReader(body.decode("utf-8-sig").splitlines(), strict=True)


def _signed(row: Mapping[str, str], side: str, short: str) -> Money:
    """Credit less debit, in major units as written."""
    credit, debit = row[f"{side} Credit ({short})"], row[f"{side} Debit ({short})"]
    return Money.from_decimal(Decimal(credit or 0) - Decimal(debit or 0), row[f"{side} Currency"])
