"""Events become requests: whatever a step asks for fits the facts of its template."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.notifications.domain.facts import (
    ArrangementBrokenFacts,
    ArrangementCompletedFacts,
    DisputeResolvedFacts,
    FourteenDayLetterFacts,
)
from services.notifications.domain.request import request_of_invoice, request_of_step
from services.notifications.domain.templates import TEMPLATES, TemplateName, read_facts
from shared.events.collections import InstalmentItem
from shared.ids import uuid7
from tests.factories import notifications_events as given

INSTALMENTS = tuple(
    InstalmentItem(number=n, due_on=date(2026, n + 4, 20), amount=given.eur("34.70"))
    for n in (1, 2)
)
EVERYTHING: dict[str, Any] = {
    "costs_if_unpaid": given.eur("40.00"),
    "pay_by": date(2026, 5, 13),
    "instalments": INSTALMENTS,
    "return_code": "AM04",
    "note": "De meter was verwisseld.",
    "case_number": "Z-2026-0001",
    "agreed_on": date(2026, 4, 20),
    "restore_by": date(2026, 5, 27),
    "outcome": "rejected",
}
# Told by invoices, credit notes and direct debits themselves, not by a case.
BY_STEPS = sorted(
    set(TemplateName)
    - {
        TemplateName.INVOICE,
        TemplateName.CREDIT_NOTE,
        TemplateName.DIRECT_DEBIT_ANNOUNCED,
        TemplateName.DIRECT_DEBIT_REVOKED,
    }
)


def a_step(template: str, **changes: Any) -> Any:
    invoice = given.an_invoice(uuid7())
    items = (given.a_claim(invoice),)
    return given.a_request(uuid7(), template, **{"items": items, **EVERYTHING, **changes})


@pytest.mark.parametrize("template", BY_STEPS)
def test_a_step_that_tells_everything_fits_every_template(template: TemplateName) -> None:
    request = request_of_step(a_step(template))
    assert isinstance(read_facts(template, request.facts), TEMPLATES[template].facts)


@pytest.mark.parametrize(
    "template",
    [
        "friendly_reminder",
        "second_reminder",
        "final_demand",
        "direct_debit_returned",
        "dispute_received",
    ],
)
def test_what_asks_for_little_needs_the_invoices_alone(template: str) -> None:
    invoice = given.an_invoice(uuid7())
    event = given.a_request(uuid7(), template, items=(given.a_claim(invoice),))
    facts = read_facts(TemplateName(template), request_of_step(event).facts)
    assert isinstance(facts, TEMPLATES[TemplateName(template)].facts)


def test_a_letter_names_each_invoice_with_its_own_payment_reference() -> None:
    invoices = [given.an_invoice(uuid7(), n) for n in (1, 2)]
    event = a_step("fourteen_day_letter", items=tuple(given.a_claim(one) for one in invoices))
    request = request_of_step(event)
    facts = read_facts(TemplateName.FOURTEEN_DAY_LETTER, request.facts)
    assert isinstance(facts, FourteenDayLetterFacts)
    assert [item.reference for item in facts.invoices] == [
        one.payment_reference for one in invoices
    ]
    assert (facts.total, facts.costs) == (given.eur("138.82"), given.eur("40.00"))
    assert facts.pay_reference is None
    assert request.invoice_id is None


def test_a_missed_instalment_can_be_made_good_until_the_day_named() -> None:
    facts = read_facts(
        TemplateName.ARRANGEMENT_BROKEN, request_of_step(a_step("arrangement_broken")).facts
    )
    assert isinstance(facts, ArrangementBrokenFacts)
    assert facts.to_pay == given.eur("69.40")
    ended = request_of_step(a_step("arrangement_broken", restore_by=None, agreed_on=None))
    facts = read_facts(TemplateName.ARRANGEMENT_BROKEN, ended.facts)
    assert isinstance(facts, ArrangementBrokenFacts)
    assert facts.to_pay == given.eur("69.41")


def test_a_completed_arrangement_tells_what_was_paid_and_not_that_nothing_is_open() -> None:
    step = a_step("arrangement_completed", total_open=given.eur("0.00"))
    facts = read_facts(TemplateName.ARRANGEMENT_COMPLETED, request_of_step(step).facts)
    assert isinstance(facts, ArrangementCompletedFacts)
    assert facts.total == given.eur("69.40")


def test_an_answer_to_an_objection_carries_the_words_of_the_person_who_decided() -> None:
    facts = read_facts(
        TemplateName.DISPUTE_RESOLVED, request_of_step(a_step("dispute_resolved")).facts
    )
    assert isinstance(facts, DisputeResolvedFacts)
    assert (facts.outcome, facts.explanation) == ("rejected", "De meter was verwisseld.")


@pytest.mark.parametrize(
    ("changes", "awaited"),
    [
        ({}, "link"),
        ({"collection": "direct_debit"}, "mandate"),
        ({"total": given.eur("0.00")}, None),
        ({"total": given.eur("-5.00"), "collection": "direct_debit"}, None),
    ],
)
def test_an_invoice_waits_for_what_its_payer_needs(
    changes: dict[str, Any], awaited: str | None
) -> None:
    assert request_of_invoice(given.an_invoice(uuid7(), **changes)).awaits == awaited


def test_the_same_invoice_makes_the_same_message_every_time() -> None:
    invoice = given.an_invoice(uuid7())
    first, second = request_of_invoice(invoice), request_of_invoice(invoice)
    assert (first.message_id, first.cause_id) == (second.message_id, invoice.invoice_id)
