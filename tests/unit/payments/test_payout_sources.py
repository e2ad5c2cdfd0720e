"""Payouts as Stripe, Adyen and GoCardless tell them: their own documents, read to the cent."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from services.payments.config import Settings
from services.payments.domain.payouts import PayoutPart, PayoutSeen
from services.payments.providers.adyen_payouts import read_report, report_of
from services.payments.providers.gocardless_payouts import GoCardlessPayouts
from services.payments.providers.provider import PayoutSource, ProviderAway, ProviderRefused
from services.payments.providers.stripe_payouts import StripePayouts
from shared.money import Money

URL = "https://provider.example"
DAY = date(2026, 4, 1)
NOON = int(datetime(2026, 4, 1, 12, tzinfo=UTC).timestamp())


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def stripe(lists: dict[str, list[dict[str, Any]]]) -> StripePayouts:
    """Stripe's lists, one row a page."""

    def answer(request: httpx.Request) -> httpx.Response:
        rows = lists[request.url.path]
        after = request.url.params.get("starting_after")
        start = [row["id"] for row in rows].index(after) + 1 if after else 0
        more = start + 1 < len(rows)
        return httpx.Response(200, json={"data": rows[start : start + 1], "has_more": more})

    return StripePayouts(URL, "key", transport=httpx.MockTransport(answer))


def stripe_payout(shared_data: Path, name: str, **changes: Any) -> dict[str, Any]:
    document = json.loads(next((shared_data / "webhook-stripe").rglob("payout.json")).read_text())
    common = {"id": name, "currency": "eur", "arrival_date": NOON, "status": "paid"}
    common |= {"automatic": True}
    read: dict[str, Any] = document | common | changes
    return read


async def test_stripes_own_documents_are_read_page_by_page(shared_data: Path) -> None:
    """A charge, a refund, a dispute with its costs, and a fee by itself, as published."""
    folder = shared_data / "webhook-stripe"
    row = json.loads(next(folder.rglob("balance_transaction.json")).read_text())
    charge = json.loads(next(folder.rglob("charge.json")).read_text())
    refund = json.loads(next(folder.rglob("refund.json")).read_text())
    dispute = json.loads(next(folder.rglob("dispute.json")).read_text())
    intent = {"payment_intent": "pi_1"}
    told: list[tuple[str, int, int, Any]] = [
        ("payout", -5_000, 0, "po_1"),
        ("charge", 9_000, 150, charge | intent),
        ("refund", -1_000, 0, refund | intent),
        ("adjustment", -2_000, 1_500, dispute | intent),
        ("adjustment", 700, 0, dispute | intent),
        ("reserve_transaction", -25, 0, "rsv_1"),
        ("stripe_fee", -25, 0, None),
        ("transfer", -1, 0, "tr_1"),
    ]
    rows = [
        row
        | {"id": f"txn_{n}", "type": kind, "amount": amount, "fee": fee}
        | {"currency": "eur", "source": source}
        for n, (kind, amount, fee, source) in enumerate(told)
    ]
    payouts = [stripe_payout(shared_data, "po_1", amount=5_000)]
    source = stripe({"/v1/payouts": payouts, "/v1/balance_transactions": rows})
    read = await source.settlement(PayoutSeen("STRIPE", eur(5_000), DAY))
    assert read is not None
    assert read.parts == [
        PayoutPart("pi_1", eur(9_000)),
        PayoutPart("pi_1", eur(-1_000), "taken"),
        PayoutPart("pi_1", eur(-2_000), "taken"),
        PayoutPart("pi_1", eur(700), "reinstated"),
        PayoutPart(None, eur(-25), "carried"),
        PayoutPart(None, eur(-1), None),
    ]
    assert (read.amount, read.costs) == (eur(5_000), Decimal("16.75"))


@pytest.mark.parametrize(
    ("reference", "payouts", "expected"),
    [
        ("STRIPE", [("po_1", 5_000, 0, None), ("po_2", 4_000, 0, None)], "po_1"),
        ("STRIPE", [("po_1", 5_000, 3, None), ("po_2", 5_000, 1, None)], "po_2"),
        ("STRIPE", [("po_1", 5_000, 1, None), ("po_2", 5_000, 1, None)], None),
        ("STRIPE", [("po_1", 4_999, 0, None)], None),
        ("STRIPE X9", [("po_1", 5_000, 0, None), ("po_2", 4_999, 0, "X9")], "po_2"),
    ],
)
async def test_a_payout_at_stripe_is_found_by_its_trace_or_by_amount_and_day(
    shared_data: Path,
    reference: str,
    payouts: list[tuple[str, int, int, str | None]],
    expected: str | None,
) -> None:
    """Two of one amount and one day are no answer: nothing is taken apart on a guess."""
    rows = [
        stripe_payout(
            shared_data,
            name,
            amount=amount,
            arrival_date=NOON + days * 86_400,
            trace_id={"status": "supported", "value": trace},
        )
        for name, amount, days, trace in payouts
    ]
    source = stripe({"/v1/payouts": rows, "/v1/balance_transactions": []})
    read = await source.settlement(PayoutSeen(reference, eur(5_000), DAY))
    assert (read.id if read else None) == expected


async def test_gocardless_own_documents_are_read_whole(shared_data: Path) -> None:
    """Items as published, in tenths of a cent, and a page after the first."""
    folder = shared_data / "webhook-gocardless"
    payout = json.loads(next(folder.rglob("payouts.json")).read_text())["list"]["body"]
    items = json.loads(next(folder.rglob("payout_items.json")).read_text())["list"]["body"]
    first = items["payout_items"][0] | {"amount": "1000.0"}
    tax = {"amount": "4.2", "currency": "EUR"}
    fee = {"type": "gocardless_fee", "amount": "-20.6", "taxes": [tax]}
    failed = {"type": "payment_failed", "amount": "-300.0", "links": {"payment": "PM9"}}
    pages = {
        None: {"payout_items": [first], "meta": {"cursors": {"after": "ID1"}}},
        "ID1": {"payout_items": [fee, failed], "meta": {"cursors": {"after": None}}},
    }

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["GoCardless-Version"] == "2015-07-06"
        after = request.url.params.get("after")
        if request.url.path == "/payout_items":
            return httpx.Response(200, json=pages[after])
        assert request.url.params["reference"] == "ref-1"
        told = payout["payouts"][0] | {"amount": 675, "deducted_fees": 25}
        return httpx.Response(200, json={"payouts": [told], "meta": {"cursors": {}}})

    source = GoCardlessPayouts(URL, "token", transport=httpx.MockTransport(answer))
    read = await source.settlement(PayoutSeen("ref-1", eur(675), DAY))
    assert read is not None
    assert read.parts == [
        PayoutPart("PM123", eur(1_000)),
        PayoutPart("PM9", eur(-300), "taken"),
    ]
    # 25 cents were deducted in all, so the tax comes beside the fee.
    assert (read.id, read.costs) == ("PO123", Decimal("0.248"))


HEADER = (
    "Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,"
    "Creation Date,TimeZone,Type,Modification Reference,Gross Currency,Gross Debit (GC),"
    "Gross Credit (GC),Exchange Rate,Net Currency,Net Debit (NC),Net Credit (NC),"
    "Commission (NC),Markup (NC),Scheme Fees (NC),Interchange (NC),Batch Number"
)


def line(psp: str, kind: str, gross: str, net: str, currency: str = "EUR") -> str:
    """Amounts as `debit/credit`."""
    debit, credit = gross.split("/")
    net_debit, net_credit = net.split("/")
    middle = f"{currency},{debit},{credit},1" if gross != "/" else ",,,"
    return (
        f"Co,Water,{psp},ref,visa,2026-04-01 10:00:00,CET,{kind},mod,{middle},"
        f"EUR,{net_debit},{net_credit},,,,,7"
    )


def test_adyens_report_is_read_line_by_line() -> None:
    """Debit less credit, gross as the payer paid; what is neither payment nor cost is carried."""
    lines = [
        HEADER,
        line("A1", "Settled", "/50.00", "/49.71"),
        line("A2", "SettledBulk", "/30.00", "/30"),
        line("A1", "Refunded", "10.00/", "10.1/"),
        line("A2", "Chargeback", "30.00/", "37.50/"),
        line("A2", "ChargebackReversed", "/30.00", "/30.00"),
        line("", "Fee", "/", "0.35/"),
        line("", "InvoiceDeduction", "/", "2.00/"),
        line("", "Balancetransfer", "/", "5.00/"),
        line("A9", "SomethingNew", "/1.00", "/1.00"),
        line("", "MerchantPayout", "/", "65.76/"),
    ]
    read = read_report("batch_7.csv", "\r\n".join(lines).encode("utf-8-sig"))
    assert [(part.payment, part.amount.minor, part.kind) for part in read.parts] == [
        ("A1", 5_000, "payment"),
        ("A2", 3_000, "payment"),
        ("A1", -1_000, "taken"),
        ("A2", -3_000, "taken"),
        ("A2", 3_000, "reinstated"),
        (None, -500, "carried"),
        ("A9", 100, None),
    ]
    assert (read.amount, read.costs) == (eur(6_576), Decimal("10.24"))
    assert Money.total((part.amount for part in read.parts), "EUR") - read.amount == eur(24)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Type\nSettled\n",
        HEADER.encode(),
        f"{HEADER}\n{line('A1', 'Settled', '/x', '/1')}".encode(),
        f"{HEADER}\n{line('', 'MerchantPayout', '/', '1.005/')}".encode(),
        b"\xff\xfe",
    ],
)
def test_a_report_that_is_not_whole_is_asked_for_again(body: bytes) -> None:
    """Nothing is booked on half a file."""
    with pytest.raises(ProviderAway):
        read_report("batch_7.csv", body)


def test_the_batch_in_the_banks_text_names_the_report() -> None:
    """However the bank writes it."""
    assert report_of("TX2PM5S5KXT WaterNL BATCH 012") == "settlement_detail_report_batch_12.csv"
    assert report_of("Adyen") is None


SOURCES = [
    lambda transport: StripePayouts(URL, "key", transport=transport),
    lambda transport: GoCardlessPayouts(URL, "key", transport=transport),
]


@pytest.mark.parametrize("make", SOURCES)
@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (500, b"", ProviderAway),
        (429, b"", ProviderAway),
        (401, b"{}", ProviderRefused),
        (200, b"no json", ProviderAway),
        (200, b'{"data": [{}], "payouts": [{}]}', ProviderAway),
        (200, b"{}", ProviderAway),
    ],
)
async def test_an_answer_that_is_none_leaves_the_payout_unknown(
    make: Any, status: int, body: bytes, error: type[Exception]
) -> None:
    """Asked again later, or told to a person when our key is refused."""
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=body))
    source: PayoutSource = make(transport)
    with pytest.raises(error):
        await source.settlement(PayoutSeen("STRIPE", eur(5_000), DAY))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Stichting Mollie Uitbetaling 1234567.2604.01", ("mollie", "1234567.2604.01")),
        ("STRIPE STRIPE X1Y2Z3", ("stripe", "STRIPE STRIPE X1Y2Z3")),
        ("Adyen N.V. TX2PM5S5KXT WaterNL batch 165", ("adyen", "TX2PM5S5KXT WaterNL batch 165")),
        (
            "Adyen N.V. TX123456789123XT TestMerchant, batch 4",
            ("adyen", "TX123456789123XT TestMerchant, batch 4"),
        ),
        (
            "ADYEN TX4313726XT batch 4, TestMerchant",
            ("adyen", "TX4313726XT batch 4"),
        ),
        ("GoCardless SAS WATERNL-X8RDT", ("gocardless", "WATERNL-X8RDT")),
        ("GOCARDLESS LTD ref-1", ("gocardless", "ref-1")),
        (
            "Stripe Technology Europe Ltd Cactus payout 001",
            ("stripe", "Stripe Technology Europe Ltd Cactus payout 001"),
        ),
        ("J. Stripe betaling pinstripe overhemd", None),
        ("J. de Vries factuur WATER-20260 batch 3", None),
    ],
)
def test_payouts_are_known_by_sender_and_text(words: str, expected: tuple[str, str] | None) -> None:
    """A customer's own words are none of a provider's."""
    settings = Settings.model_construct(
        adyen_hmac_keys=SecretStr("00"),
        stripe_api_key=SecretStr("sk"),
        gocardless_token=SecretStr("token"),
    )
    found = None
    for provider, pattern in settings.payout_patterns.items():
        if (named := re.search(pattern, words)) is not None and found is None:
            found = (provider, named[named.lastindex or 0])
    assert found == expected
