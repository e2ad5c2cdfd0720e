"""A credit note tells one amount; its lines follow from the invoice's, and nothing is lost."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.notifications.domain.credit import credited_lines
from services.notifications.domain.facts import InvoiceLine
from shared.money import Money


def line(net: int, vat: int = 0, *, levy: bool = False) -> InvoiceLine:
    return InvoiceLine(
        description="Levy" if levy else "Water",
        quantity=Decimal(3),
        unit="m3",
        unit_price=Decimal("1.25"),
        net=Money(net, "EUR"),
        vat_rate=Decimal(0) if levy else Decimal("0.09"),
        vat=Money(vat, "EUR"),
        levy=levy,
    )


def whole(lines: list[InvoiceLine]) -> Money:
    return Money.total((item.net + item.vat for item in lines), "EUR")


supplies = st.builds(line, st.integers(0, 10_000), st.integers(0, 2_100))
levies = st.builds(lambda net: line(net, levy=True), st.integers(0, 10_000))
invoices = st.lists(supplies | levies, min_size=1, max_size=6).filter(
    lambda lines: whole(lines).minor > 0
)


@given(invoices, st.integers(1, 100))
def test_the_shares_sum_to_the_credited_amount_to_the_cent(
    lines: list[InvoiceLine], percent: int
) -> None:
    amount = Money(max(1, whole(lines).minor * percent // 100), "EUR")
    shares = credited_lines(lines, amount)
    assert whole(list(shares)) == amount
    assert all(share.net.minor >= 0 and share.vat.minor >= 0 for share in shares)


@given(invoices, st.integers(1, 100))
def test_vat_and_levy_take_the_share_the_ledger_gives_them(
    lines: list[InvoiceLine], percent: int
) -> None:
    amount = Money(max(1, whole(lines).minor * percent // 100), "EUR")
    levy = sum(item.net.minor for item in lines if item.levy)
    vat = sum(item.vat.minor for item in lines)
    net = whole(lines).minor - levy - vat
    of_net, of_vat, of_levy = amount.share([net, vat, levy])
    shares = credited_lines(lines, amount)
    assert Money.total((item.vat for item in shares), "EUR") == of_vat
    assert Money.total((item.net for item in shares if item.levy), "EUR") == of_levy
    assert Money.total((item.net for item in shares if not item.levy), "EUR") == of_net


@given(invoices)
def test_a_whole_invoice_taken_back_has_its_own_lines(lines: list[InvoiceLine]) -> None:
    kept = tuple(item for item in lines if item.net or item.vat)
    assert credited_lines(lines, whole(lines)) == kept


def test_a_part_of_a_line_shows_no_quantity_that_would_multiply_to_another_amount() -> None:
    (share,) = credited_lines([line(1000, 90)], Money(545, "EUR"))
    assert (share.net, share.vat) == (Money(500, "EUR"), Money(45, "EUR"))
    assert (share.quantity, share.unit, share.unit_price) == (None, None, None)


def test_without_lines_or_with_lines_of_both_signs_there_is_nothing_to_share_by() -> None:
    assert credited_lines([], Money(100, "EUR")) == ()
    assert credited_lines([line(1000, 90), line(-200, -18)], Money(100, "EUR")) == ()
