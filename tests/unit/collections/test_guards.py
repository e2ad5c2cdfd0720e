"""The guards outside the policy: each one visited, allowing and blocking, with its source."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.collections.domain import guards, step_guards
from services.collections.domain.decisions import ALLOWED, Blocked, Verdict
from services.collections.domain.facts import (
    ActiveHold,
    ArrangementStanding,
    CaseFacts,
    CreditorTerms,
    Flag,
    FlagKind,
    OpenDispute,
    PaymentInFlight,
)
from services.collections.domain.jurisdiction import HOUSE_RULE, jurisdiction
from tests.unit.collections.builders import (
    facts,
    id_of,
    letter,
    receivable,
    taken,
    water_policy,
)

NL = jurisdiction("NL")
POLICY = water_policy()
STEPS = {step.code: step for step in POLICY.steps}
TODAY = date(2026, 11, 20)
DUE = date(2026, 8, 31)
A = receivable("A", DUE)
ONLY_A, ONLY_B = frozenset({id_of("A")}), frozenset({id_of("B")})
THIRD_PARTY = CreditorTerms(collects_for_third_party=True, registered_until=date(2027, 4, 1))


def told(verdict: Verdict) -> tuple[str, date | None]:
    assert isinstance(verdict, Blocked)
    assert verdict.source
    return verdict.reason.code, verdict.until


def flag(kind: FlagKind, since: date = date(2026, 10, 1), until: date | None = None) -> Flag:
    return Flag(kind, since, until)


CUSTOMER_CASES: list[tuple[dict[str, Any], tuple[str, date | None] | None]] = [
    ({}, None),
    ({"flags": (flag(FlagKind.DECEASED),)}, ("deceased", None)),
    ({"flags": (flag(FlagKind.BANKRUPTCY),)}, ("bankruptcy", None)),
    ({"flags": (flag(FlagKind.SUSPENSION_OF_PAYMENTS),)}, ("suspension_of_payments", None)),
    (
        {"flags": (flag(FlagKind.MORATORIUM, until=date(2027, 2, 1)),)},
        ("moratorium", date(2027, 2, 2)),
    ),
    ({"flags": (flag(FlagKind.MORATORIUM, until=date(2026, 11, 19)),)}, None),
    ({"flags": (flag(FlagKind.DEBT_HELP),)}, ("debt_help", None)),
    # The gravest speaks, whatever the order.
    ({"flags": (flag(FlagKind.DEBT_HELP), flag(FlagKind.DECEASED))}, ("deceased", None)),
    ({"flags": (flag(FlagKind.ADMINISTRATION),)}, ("administrator_unknown", None)),
    ({"flags": (flag(FlagKind.ADMINISTRATION),), "administrator_known": True}, None),
    ({"flags": (flag(FlagKind.ADMINISTRATION, until=date(2026, 11, 19)),)}, None),
    ({"creditor": THIRD_PARTY}, None),
    (
        {"creditor": CreditorTerms(collects_for_third_party=True)},
        ("collector_unregistered", None),
    ),
    (
        {"creditor": replace(THIRD_PARTY, registered_until=date(2026, 11, 19))},
        ("collector_unregistered", None),
    ),
    # A creditor's own desk is outside the Wki, and so is Germany.
    ({"creditor": CreditorTerms(registered_until=None)}, None),
    ({"creditor": CreditorTerms(collects_for_third_party=True), "jurisdiction": "DE"}, None),
]


@pytest.mark.parametrize(("changes", "expected"), CUSTOMER_CASES)
def test_guards_over_the_customer(
    changes: dict[str, Any], expected: tuple[str, date | None] | None
) -> None:
    known = facts(A, **changes)
    verdict = guards.check_customer(known, jurisdiction(known.jurisdiction), TODAY)
    assert verdict is ALLOWED if expected is None else told(verdict) == expected


INVOICE_CASES: list[tuple[dict[str, Any], tuple[str, date | None] | None]] = [
    ({}, None),
    # Wsnp covers what was billed before the ruling (the invoice is of 1 August).
    (
        {"flags": (flag(FlagKind.DEBT_RESTRUCTURING, date(2026, 8, 1)),)},
        ("debt_restructuring", None),
    ),
    ({"flags": (flag(FlagKind.DEBT_RESTRUCTURING, date(2026, 7, 31)),)}, None),
    (
        {"flags": (flag(FlagKind.DEBT_RESTRUCTURING, date(2026, 9, 1), date(2026, 11, 19)),)},
        None,
    ),
    ({"disputes": (OpenDispute(None, date(2026, 9, 1)),)}, ("dispute", None)),
    ({"disputes": (OpenDispute(ONLY_A, date(2026, 9, 1)),)}, ("dispute", None)),
    ({"disputes": (OpenDispute(ONLY_B, date(2026, 9, 1)),)}, None),
    (
        {"arrangements": (ArrangementStanding(ONLY_A, "active", date(2026, 12, 8)),)},
        ("arrangement_active", date(2026, 12, 9)),
    ),
    ({"arrangements": (ArrangementStanding(None, "proposed"),)}, ("arrangement_proposed", None)),
    ({"arrangements": (ArrangementStanding(ONLY_B, "active"),)}, None),
    ({"arrangements": (ArrangementStanding(None, "broken"),)}, None),
    ({"arrangements": (ArrangementStanding(None, "completed"),)}, None),
    ({"arrangements": (ArrangementStanding(None, "cancelled"),)}, None),
    ({"holds": (ActiveHold(None, None),)}, ("hold", None)),
    ({"holds": (ActiveHold(ONLY_A, TODAY),)}, ("hold_until", date(2026, 11, 21))),
    ({"holds": (ActiveHold(ONLY_A, date(2026, 11, 19)),)}, None),
    ({"holds": (ActiveHold(ONLY_B, None),)}, None),
    # The longest hold decides when to look again.
    ({"holds": (ActiveHold(None, TODAY), ActiveHold(None, None))}, ("hold", None)),
    (
        {"in_flight": (PaymentInFlight(ONLY_A, "debit", date(2026, 11, 27)),)},
        ("debit_in_flight", date(2026, 11, 28)),
    ),
    (
        {"in_flight": (PaymentInFlight(None, "provider", TODAY),)},
        ("provider_in_flight", date(2026, 11, 21)),
    ),
    # An outcome that is late is no outcome: still waited for, without a day to name.
    (
        {"in_flight": (PaymentInFlight(ONLY_A, "debit", date(2026, 11, 1)),)},
        ("debit_in_flight", None),
    ),
    ({"in_flight": (PaymentInFlight(ONLY_B, "debit", date(2026, 11, 27)),)}, None),
]


@pytest.mark.parametrize(("changes", "expected"), INVOICE_CASES)
def test_guards_over_an_invoice(
    changes: dict[str, Any], expected: tuple[str, date | None] | None
) -> None:
    verdict = guards.check_invoice(facts(A, **changes), A, NL, TODAY)
    assert verdict is ALLOWED if expected is None else told(verdict) == expected


@pytest.mark.parametrize(
    ("last_day", "expected"), [(TODAY, None), (date(2026, 11, 19), ("prescribed", None))]
)
def test_a_prescribed_claim_is_not_pursued(
    last_day: date, expected: tuple[str, date | None] | None
) -> None:
    old = replace(A, last_enforceable_day=last_day)
    verdict = guards.check_invoice(facts(old), old, NL, TODAY)
    assert verdict is ALLOWED if expected is None else told(verdict) == expected


def check(step: str, known: CaseFacts, *, letter: Any = None, today: date = TODAY) -> Verdict:
    law = jurisdiction(known.jurisdiction)
    return step_guards.check_step(known, STEPS[step], known.receivables, letter, POLICY, law, today)


@pytest.mark.parametrize("step", ["fourteen_day_letter", "impose_costs"])
def test_an_unsafe_cost_clause_forbids_naming_and_imposing_costs(step: str) -> None:
    unsafe = facts(A, receivable("B", DUE, cost_clause_safe=False))
    verdict = check(step, unsafe, letter=letter(date(2026, 10, 5), "A", "B"))
    assert told(verdict) == ("cost_clause_unsafe", None)
    assert check("second_reminder", unsafe) is ALLOWED


def test_costs_need_a_scale() -> None:
    german = facts(A, jurisdiction="DE")
    assert told(check("impose_costs", german)) == ("costs_not_configured", None)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (None, ("letter_missing", None)),
        (letter(date(2026, 10, 5), "A", sent_on=None), ("letter_missing", None)),
        (letter(date(2026, 10, 5), "B"), ("letter_invalid", None)),
        (letter(date(2026, 10, 5), "A", wording=None), ("letter_invalid", None)),
        (letter(date(2026, 10, 5), "A", costs=None), ("letter_invalid", None)),
        (letter(date(2026, 8, 31), "A"), ("letter_invalid", None)),
        (letter(date(2026, 10, 5), "A", channel="email"), ("letter_invalid", None)),
        # Free to Friday 20 November, a business day for the bank, imposed from Tuesday.
        (letter(date(2026, 11, 4), "A"), ("letter_term_running", date(2026, 11, 24))),
        (letter(date(2026, 10, 5), "A"), None),
    ],
)
def test_a_consumer_owes_costs_only_after_a_faultless_letter_has_expired(
    sent: Any, expected: tuple[str, date | None] | None
) -> None:
    verdict = check("impose_costs", facts(A), letter=sent)
    assert verdict is ALLOWED if expected is None else told(verdict) == expected


def test_the_creditors_own_prudence_holds_after_the_term_of_law() -> None:
    sent = letter(date(2026, 11, 4), "A")
    for today in (date(2026, 11, 21), date(2026, 11, 23)):
        verdict = check("impose_costs", facts(A), letter=sent, today=today)
        assert told(verdict) == ("letter_term_running", date(2026, 11, 24))
    assert check("impose_costs", facts(A), letter=sent, today=date(2026, 11, 24)) is ALLOWED


def test_a_letter_from_before_the_debit_returned_is_no_letter() -> None:
    returned = replace(A, debit_returned_on=date(2026, 10, 6))
    verdict = check("impose_costs", facts(returned), letter=letter(date(2026, 10, 5), "A"))
    assert isinstance(verdict, Blocked)
    assert dict(verdict.reason.figures)["faults"] == ("sent_before_debit_return",)


def test_a_business_owes_costs_without_a_letter() -> None:
    assert check("impose_costs_business", facts(A, kind="business")) is ALLOWED


def test_a_third_party_writes_what_the_law_asks_for() -> None:
    known = facts(A, creditor=THIRD_PARTY)
    assert check("fourteen_day_letter", known) is ALLOWED
    bare = replace(STEPS["fourteen_day_letter"], content=frozenset({"totals"}), language_level="")
    verdict = step_guards.letter_says_enough(known, bare, NL, TODAY)
    assert told(verdict) == ("letter_content_missing", None)
    assert isinstance(verdict, Blocked)
    missing = dict(verdict.reason.figures)["missing"]
    assert isinstance(missing, tuple)
    assert {"parties", "registration_number", "language_level"} <= set(missing)
    assert step_guards.letter_says_enough(facts(A), bare, NL, TODAY) is ALLOWED
    assert step_guards.letter_says_enough(known, bare, NL, date(2024, 3, 31)) is ALLOWED


@pytest.mark.parametrize(
    ("known_on", "allowed"),
    [(None, True), (date(2026, 11, 17), True), (date(2026, 11, 16), False)],
)
def test_nothing_is_said_on_an_old_bank_statement(known_on: date | None, allowed: bool) -> None:
    verdict = check("second_reminder", facts(A, bank_known_on=known_on))
    assert verdict is ALLOWED if allowed else told(verdict) == ("bank_not_known", None)


@pytest.mark.parametrize(
    ("step", "today", "expected"),
    [
        ("call", date(2026, 11, 21), None),
        ("call", date(2026, 11, 22), ("contact_closed", date(2026, 11, 23))),
        ("second_reminder", date(2026, 12, 25), ("contact_closed", date(2026, 12, 28))),
        ("impose_costs", date(2026, 11, 22), None),
    ],
)
def test_no_contact_on_sundays_and_holidays(
    step: str, today: date, expected: tuple[str, date | None] | None
) -> None:
    verdict = check(step, facts(A), letter=letter(date(2026, 10, 5), "A"), today=today)
    assert verdict is ALLOWED if expected is None else told(verdict) == expected


@pytest.mark.parametrize(
    ("channel", "at", "expected"),
    [
        ("email", datetime(2026, 11, 20, 12, 0, tzinfo=UTC), None),
        ("email", datetime(2026, 11, 20, 19, 0, tzinfo=UTC), date(2026, 11, 21)),
        ("phone", datetime(2026, 11, 20, 5, 59, tzinfo=UTC), date(2026, 11, 20)),
        ("phone", datetime(2026, 11, 22, 12, 0, tzinfo=UTC), date(2026, 11, 23)),
        # The postman does not ring: a letter may be printed at night.
        ("letter", datetime(2026, 11, 20, 23, 0, tzinfo=UTC), None),
    ],
)
def test_messages_leave_within_the_hours_for_contact(
    channel: str, at: datetime, expected: date | None
) -> None:
    verdict = step_guards.check_sending(channel, at, NL)
    assert verdict is ALLOWED if expected is None else told(verdict) == ("contact_closed", expected)


def test_a_balance_below_the_limit_is_left_alone() -> None:
    assert step_guards.balance_is_worth_a_step(500, POLICY, NL) is ALLOWED
    assert told(step_guards.balance_is_worth_a_step(499, POLICY, NL)) == ("small_balance", None)


def test_a_guard_of_law_names_its_article_and_a_house_rule_says_so() -> None:
    by_law = guards.check_customer(facts(A, flags=(flag(FlagKind.BANKRUPTCY),)), NL, TODAY)
    by_house = guards.check_invoice(facts(A, holds=(ActiveHold(None, None),)), A, NL, TODAY)
    assert isinstance(by_law, Blocked)
    assert isinstance(by_house, Blocked)
    assert by_law.source.startswith("Fw 26")
    assert by_house.source == HOUSE_RULE


def test_a_letter_sent_for_other_invoices_names_what_is_wrong() -> None:
    verdict = check("impose_costs", facts(A), letter=letter(date(2026, 10, 5), "B"))
    assert isinstance(verdict, Blocked)
    assert verdict.reason.figures == (("faults", ("claim_not_in_letter",)),)


def test_steps_that_cost_nothing_need_no_letter() -> None:
    known = facts(A, steps=(taken("friendly_reminder", date(2026, 9, 7), "A"),))
    assert check("second_reminder", known) is ALLOWED
