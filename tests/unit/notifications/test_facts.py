"""Facts are checked where they enter, and text from outside is made harmless there."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.notifications.domain.facts import (
    CreditNoteFacts,
    DirectDebitReturnedFacts,
    InvoiceFacts,
    PaymentReceivedFacts,
    ReminderFacts,
    ReturnReason,
)
from services.notifications.domain.parties import Creditor
from services.notifications.domain.templates import TEMPLATES, TemplateName, read_facts
from services.notifications.domain.text import is_sendable_email, one_line, paragraphs
from shared.errors import InvalidInput
from shared.money import Money
from tests.factories import notifications_rendering as make


def test_facts_survive_the_way_through_json() -> None:
    for name in TemplateName:
        for facts in (make.full_facts()[name], make.minimal_facts()[name]):
            assert read_facts(name, facts.model_dump(mode="json")) == facts


def test_every_template_says_what_it_needs() -> None:
    assert set(TEMPLATES) == set(TemplateName)


def test_unreadable_facts_name_the_field_and_not_its_value() -> None:
    raw: dict[str, Any] = make.minimal_facts()[TemplateName.FRIENDLY_REMINDER].model_dump(
        mode="json"
    )
    raw["link"] = "javascript:steal('Sanne')"
    raw["invoices"][0]["due_on"] = "gisteren"
    raw["invoices"][0]["open_principal"]["amount"] = "veel"

    with pytest.raises(InvalidInput) as refused:
        read_facts(TemplateName.FRIENDLY_REMINDER, raw)
    assert [problem.field for problem in refused.value.problems] == [
        "invoices.0.due_on",
        "invoices.0.open_principal.amount",
        "link",
    ]
    told = str(refused.value) + "".join(problem.message for problem in refused.value.problems)
    assert "gisteren" not in told
    assert "Sanne" not in told


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"net": make.eur("421.56")}, "net is not the sum"),
        ({"vat": make.eur("35.27")}, "vat is not the sum"),
        ({"total": make.eur("456.82")}, "total is not net plus vat"),
        ({"total": Money(45681, "PLN")}, "one currency"),
        ({"lines": ()}, "at least 1"),
    ],
)
def test_a_bill_that_does_not_add_up_is_not_sent(change: dict[str, Any], complaint: str) -> None:
    sound = make.full_facts()[TemplateName.INVOICE].model_dump()

    with pytest.raises(ValidationError, match=complaint):
        InvoiceFacts.model_validate(sound | change)


def test_a_vat_rate_is_a_fraction_so_nine_is_a_mistake() -> None:
    sound: dict[str, Any] = make.full_facts()[TemplateName.INVOICE].model_dump()
    sound["lines"][0]["vat_rate"] = "9"

    with pytest.raises(ValidationError, match="less than 1"):
        InvoiceFacts.model_validate(sound)


def test_vat_is_summed_per_rate_and_the_levy_stays_out_of_it() -> None:
    facts = InvoiceFacts.model_validate(make.full_facts()[TemplateName.INVOICE].model_dump())

    rows = [(str(rate), net.minor, vat.minor) for rate, net, vat in facts.vat_rows]
    assert rows == [("0.21", 5000, 1050), ("0.09", 27515, 2476)]
    assert sum(row[1] + row[2] for row in rows) + 9640 == facts.total.minor


def test_a_credit_note_gives_back_and_does_not_take() -> None:
    sound: dict[str, Any] = make.minimal_facts()[TemplateName.CREDIT_NOTE].model_dump()
    taken = make.eur("-650.00")
    lines = [line | {"net": taken} for line in sound["lines"]]

    with pytest.raises(ValidationError, match="gives something back"):
        CreditNoteFacts.model_validate(sound | {"lines": lines, "net": taken, "total": taken})


def test_what_is_open_is_the_sum_of_principal_costs_and_interest() -> None:
    costly = make.open_invoices()[0].model_copy(update={"open_costs": make.eur("40.00")})
    facts = ReminderFacts(invoices=(costly, make.open_invoices()[1]))

    assert facts.principal == make.eur("142.60")
    assert facts.open_costs == make.eur("40.00")
    assert facts.open_interest == make.eur("0.63")
    assert facts.total == make.eur("183.23")


def test_one_invoice_lends_its_reference_and_two_do_not() -> None:
    assert ReminderFacts(invoices=make.one_open_invoice()).pay_reference == make.KENMERK
    assert ReminderFacts(invoices=make.open_invoices()).pay_reference is None
    named = ReminderFacts(invoices=make.open_invoices(), reference="RF18539007547034")
    assert named.pay_reference == "RF18539007547034"


def test_a_payment_is_told_in_full() -> None:
    facts = make.full_facts()[TemplateName.PAYMENT_RECEIVED].model_dump()

    with pytest.raises(ValidationError, match="not the amount received"):
        PaymentReceivedFacts.model_validate(facts | {"overpaid": make.eur("7.41")})


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("AM04", ReturnReason.BALANCE),
        ("AC04", ReturnReason.ACCOUNT),
        ("MS02", ReturnReason.REFUSED),
        ("MD06", ReturnReason.REFUNDED),
        ("MD01", ReturnReason.MANDATE),
        ("MS03", ReturnReason.UNNAMED),
        (None, ReturnReason.UNNAMED),
    ],
)
def test_a_return_code_becomes_a_reason_a_person_understands(
    code: str | None, reason: ReturnReason
) -> None:
    facts = DirectDebitReturnedFacts(
        invoices=make.one_open_invoice(),
        amount=make.eur("142.60"),
        returned_on=make.WRITTEN_AT.date(),
        return_code=code,
    )
    assert facts.return_reason is reason


@given(st.text())
def test_a_line_has_no_control_character_and_cleaning_it_twice_changes_nothing(raw: str) -> None:
    clean = one_line(raw)

    assert one_line(clean) == clean
    assert not any(unicodedata.category(mark) in {"Cc", "Zl", "Zp", "Co", "Cs"} for mark in clean)
    assert "  " not in clean
    assert clean == clean.strip()


def test_prose_keeps_its_paragraphs_and_nothing_else_of_its_layout() -> None:
    assert paragraphs("Eén\r\n regel.\r\n \r\n\r\nTwee\x07.\n\n\n") == ("Eén regel.", "Twee .")


@pytest.mark.parametrize(
    ("address", "sendable"),
    [
        ("sanne@post.example", True),
        ("s.de+wilde@sub.post.example", True),
        ("sänne@post.example", False),
        ("sanne@pöst.example", False),
        ("sanne@", False),
        ("@post.example", False),
        ("a..b@post.example", False),
        ("sanne@post.example\r\nRCPT TO:<x@y.example>", False),
        ("sanne@post.example>", False),
        ("s" * 65 + "@post.example", False),
    ],
)
def test_only_plain_addresses_are_sendable(address: str, sendable: bool) -> None:
    assert is_sendable_email(address) is sendable


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("iban", "NL91ABNA0417164301"),
        ("time_zone", "Mars/Olympus"),
        ("email", "geen adres"),
        ("language", "Nederlands"),
        ("complaints_link", "javascript:alert(1)"),
        ("name", "\x00 \n"),
    ],
)
def test_a_creditor_with_a_slip_in_its_settings_is_refused(field: str, value: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Creditor.model_validate(make.a_creditor().model_dump() | {field: value})
    assert refused.value.errors()[0]["loc"] == (field,)
