"""Specifications: read exactly or refused, and taken apart without losing or making a cent."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.domain.remittance import Layout, Part, pairs, shares_of, sums
from services.payments.formats.specification import read_specification
from shared.errors import InvalidInput
from shared.money import Money

CUSTOMER = UUID(int=1)
INVOICES = [UUID(int=10 + place) for place in range(3)]
FULL = Layout("kenmerk", "bruto", "loon", "netto", "datum")


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


@st.composite
def parts(draw: st.DrawFn) -> list[Part]:
    made = []
    for _ in range(draw(st.integers(0, 8))):
        gross = draw(st.integers(1, 10_000))
        fee = draw(st.integers(0, gross - 1))
        made.append(Part(draw(st.sampled_from(INVOICES)), CUSTOMER, eur(gross), eur(fee)))
    return made


@given(parts(), st.lists(st.integers(0, 15_000), min_size=3, max_size=3))
def test_no_invoice_is_relieved_of_more_than_is_open_nor_more_money_spent_than_came(
    specified: list[Part], open_minor: list[int]
) -> None:
    available = dict(zip(INVOICES, map(eur, open_minor), strict=True))
    shares = shares_of(specified, available)
    for invoice_id in INVOICES:
        relieved = sum(
            share.amount.minor + (share.fee.minor if share.fee else 0)
            for share in shares
            if share.item_id == invoice_id
        )
        assert relieved <= available[invoice_id].minor
    gross, fee = sums([(part.gross, part.fee) for part in specified], "EUR")
    assert sum(share.amount.minor for share in shares) <= (gross - fee).minor
    assert all(share.amount.minor > 0 for share in shares)


def test_where_everything_is_open_everything_is_placed() -> None:
    specified = [Part(INVOICES[0], CUSTOMER, eur(100), eur(10)), Part(*_second())]
    shares = shares_of(specified, dict.fromkeys(INVOICES, eur(10_000)))
    assert [(share.amount.minor, share.fee) for share in shares] == [(90, eur(10)), (50, None)]


def _second() -> tuple[UUID, UUID, Money, Money]:
    return INVOICES[1], CUSTOMER, eur(50), eur(0)


def test_only_sums_that_are_one_of_their_kind_are_paired() -> None:
    specified = {"a": (1, 100), "b": (1, 200), "c": (1, 200), "d": (2, 100)}
    paid = {"x": (1, 100), "y": (1, 200), "z": (1, 300)}
    assert pairs(specified, paid) == {"a": "x"}
    assert pairs({"a": (1, 100)}, {"x": (1, 100), "y": (1, 100)}) == {}


def read(text: str, layout: Layout = FULL) -> list[tuple[str, int, int]]:
    rows = read_specification(text.encode(), layout, "EUR")
    return [(row.reference, row.gross.minor, row.fee.minor) for row in rows]


def test_amounts_are_read_as_senders_write_them() -> None:
    text = (
        "kenmerk;bruto;loon;netto;datum\n"
        "A1;€ 1.234,56;100,56;1.134,00;31-03-2026\n"
        ";;;;\n"
        "A2;10;0,00;10,00;\n"
    )
    assert read(text) == [("A1", 123_456, 10_056), ("A2", 1_000, 0)]
    english = Layout("ref", net="net", fee="fee", decimal_comma=False)
    assert read('ref,net,fee\nA1,"1,134.00",100.56\n', english) == [("A1", 123_456, 10_056)]
    assert read("ref\tgross\nA1\t12,50\n", Layout("ref", "gross")) == [("A1", 1_250, 0)]


@pytest.mark.parametrize(
    ("amount", "decimal_comma"), [("12.50", True), ("1.2345,00", True), ("12,50", False)]
)
def test_an_amount_with_the_other_decimal_mark_is_not_a_hundred_times_as_much(
    amount: str, *, decimal_comma: bool
) -> None:
    layout = Layout("ref", "gross", decimal_comma=decimal_comma)
    with pytest.raises(InvalidInput) as refused:
        read_specification(f"ref;gross\nA1;{amount}\n".encode(), layout, "EUR")
    assert [problem.field for problem in refused.value.problems] == ["gross"]


def test_a_refusal_does_not_tell_whose_row_it_is() -> None:
    """With its columns shifted, a name or an account stands where an amount should be."""
    for personal in ("J. de Vries-Jansen", "NL91ABNA0417164300"):
        text = f"ref;gross\nA1;{personal}\n"
        with pytest.raises(InvalidInput) as refused:
            read_specification(text.encode(), Layout("ref", "gross"), "EUR")
        (problem,) = refused.value.problems
        assert problem.line == 2
        assert personal.replace(" ", "")[-8:] not in problem.message.replace(" ", "")


def test_the_day_is_kept_when_the_sender_tells_it() -> None:
    text = "ref;gross;day\nA1;1,00;2026-03-31\nA2;1,00;\n"
    layout = Layout("ref", "gross", paid_on="day", date_format="%Y-%m-%d")
    rows = read_specification(text.encode(), layout, "EUR")
    assert [row.paid_on for row in rows] == [date(2026, 3, 31), None]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("A1;100,00;10,00;89,00;", "netto"),
        ("A1;100,00;100,00;0,00;", "netto"),
        ("A1;100,00;-1,00;101,00;", "netto"),
        ("A1;tien;1,00;9,00;", "bruto"),
        ("A1;10,005;1,00;9,00;", "bruto"),
        ("A1;10,00;1,00;9,00;31-02-2026", "datum"),
        ("A1;;1,00;;", "netto"),
        (";10,00;1,00;9,00;", "kenmerk"),
    ],
)
def test_a_bad_row_is_named_by_line_and_field(row: str, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(f"kenmerk;bruto;loon;netto;datum\nA0;2,00;1,00;1,00;\n{row}\n")
    assert [(problem.line, problem.field) for problem in caught.value.problems] == [(3, field)]


def test_a_file_without_rows_or_headings_is_refused() -> None:
    for text in ("", "kenmerk;bruto;loon;netto;datum\n", "iets;anders\n1;2\n"):
        with pytest.raises(InvalidInput):
            read(text)
