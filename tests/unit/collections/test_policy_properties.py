"""What holds for any customer: a decision depends on the facts alone, and never repeats itself."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.collections.domain.decisions import Blocked, Close, Do, Wait
from services.collections.domain.facts import (
    ActiveHold,
    ArrangementStanding,
    CaseFacts,
    Flag,
    FlagKind,
    MessageState,
    OpenDispute,
    PaymentInFlight,
    Receivable,
    StepTaken,
)
from services.collections.domain.guards import check_customer, check_invoice
from services.collections.domain.jurisdiction import jurisdiction
from services.collections.domain.policy import decide
from services.collections.domain.sentences import sentence
from tests.unit.collections.builders import (
    APPROVED,
    carried_out,
    eur,
    facts,
    id_of,
    lines_of,
    receivable,
    taken,
    water_policy,
)

POLICY = water_policy()
TODAY = date(2026, 11, 20)
NAMES = ["A", "B", "C"]
T = TypeVar("T")


def customer(seed: int) -> CaseFacts:
    """Any customer at all, drawn so that most of them have a step to take."""
    random = Random(seed)
    names = NAMES[: random.randint(0, 3)] if random.random() < 0.1 else NAMES
    return facts(
        *(any_receivable(random, name) for name in names),
        kind="consumer" if random.random() < 0.7 else "business",
        jurisdiction="NL" if random.random() < 0.9 else "DE",
        steps=tuple(any_step(random) for _ in range(random.randint(0, 6))),
        in_flight=some(random, lambda: PaymentInFlight(covers(random), "debit", day(random, -9))),
        disputes=some(random, lambda: OpenDispute(covers(random), day(random))),
        holds=some(random, lambda: ActiveHold(covers(random), until(random))),
        arrangements=some(
            random,
            lambda: ArrangementStanding(
                covers(random), random.choice(["proposed", "active", "broken"]), until(random)
            ),
        ),
        flags=some(random, lambda: Flag(random.choice(list(FlagKind)), day(random), until(random))),
        channels=frozenset(random.sample(["email", "letter"], random.choice([1, 2, 2]))),
        administrator_known=random.random() < 0.5,
    )


def any_receivable(random: Random, name: str) -> Receivable:
    return receivable(
        name,
        day(random, -5, 150),
        str(Decimal(random.choice([0, 300, 3500, 14260, 85000])) / 100),
        cost_clause_safe=random.random() < 0.85,
        is_instalment=random.random() < 0.3,
        debit_returned_on=day(random) if random.random() < 0.2 else None,
    )


def any_step(random: Random) -> StepTaken:
    """Letters are often without fault, so that costs come within reach."""
    is_letter = random.random() < 0.4
    code = random.choice([*POLICY.ranks, "a_step_of_an_older_policy"])
    on = day(random, 0, 70)
    state = random.choice([MessageState.SENT] * 6 + [MessageState.REQUESTED, MessageState.FAILED])
    is_sound = random.random() < 0.7
    step = taken(
        "fourteen_day_letter" if is_letter else code,
        on,
        *random.sample(NAMES, random.randint(1, 3)),
        step_id=UUID(int=random.getrandbits(128)),
        message=state,
        sent_on=on if state is MessageState.SENT else None,
    )
    if is_sound:
        return replace(step, wording=APPROVED, costs=eur("40.00"))
    return replace(
        step,
        channel=random.choice(["letter", "email", None]),
        delivered_on=random.choice([None, on]),
        wording=random.choice([APPROVED, "something_else", None]),
        costs=random.choice([None, eur("0.00"), eur("127.50")]),
    )


def some(random: Random, make: Callable[[], T]) -> tuple[T, ...]:
    return tuple(make() for _ in range(random.choice([0] * 9 + [1, 2])))


def day(random: Random, least: int = 0, most: int = 100) -> date:
    """A day so many days ago (negative: ahead)."""
    return TODAY - timedelta(days=random.randint(least, most))


def until(random: Random) -> date | None:
    return random.choice([None, day(random, -20, 20)])


def covers(random: Random) -> frozenset[UUID] | None:
    return random.choice([None, *(frozenset({id_of(name)}) for name in NAMES)])


customers = st.integers(0, 2**32).map(customer)


def shuffled(known: CaseFacts, seed: int) -> CaseFacts:
    random = Random(seed)
    names = ("receivables", "steps", "in_flight", "disputes", "holds", "arrangements", "flags")
    changes: dict[str, Any] = {}
    for name in names:
        values = list(getattr(known, name))
        random.shuffle(values)
        changes[name] = tuple(values)
    return replace(known, **changes)


def test_the_drawn_customers_reach_every_kind_of_decision() -> None:
    """Else the properties below would hold for want of cases."""
    seen: Counter[str] = Counter()
    for seed in range(1000):
        decision = decide(customer(seed), POLICY, TODAY)
        seen[decision.step if isinstance(decision, Do) else type(decision).__name__] += 1
    assert min(seen[kind] for kind in ("Wait", "Blocked", "Close")) >= 1
    assert min(seen[step] for step in POLICY.ranks) >= 1
    assert seen["impose_costs"] >= 30


@settings(max_examples=300)
@given(customers, st.integers(0, 1000))
def test_the_order_in_which_events_arrived_makes_no_difference(known: CaseFacts, seed: int) -> None:
    assert decide(shuffled(known, seed), POLICY, TODAY) == decide(known, POLICY, TODAY)


@settings(max_examples=300)
@given(customers)
def test_a_step_that_was_taken_is_not_taken_again_the_same_day(known: CaseFacts) -> None:
    seen: set[tuple[object, str]] = set()
    # Twelve is more than three invoices have steps that can come due on one day.
    for _ in range(12):
        decision = decide(known, POLICY, TODAY)
        if not isinstance(decision, Do):
            return
        again = {(invoice, step) for invoice, step in lines_of(decision).items()}
        assert not again & seen
        seen |= again
        known = carried_out(known, decision, TODAY)
    raise AssertionError("the day does not end")


@settings(max_examples=300)
@given(customers)
def test_each_decision_can_be_read_and_looks_forward(known: CaseFacts) -> None:
    decision = decide(known, POLICY, TODAY)
    assert sentence(decision.reason, "nl")
    assert sentence(decision.reason, "en")
    if isinstance(decision, Wait | Blocked) and decision.until is not None:
        assert decision.until > TODAY
    if isinstance(decision, Close):
        assert all(r.open_minor <= 0 for r in known.receivables)


@settings(max_examples=300)
@given(customers)
def test_no_step_touches_what_a_guard_protects(known: CaseFacts) -> None:
    decision = decide(known, POLICY, TODAY)
    if not isinstance(decision, Do):
        return
    law = jurisdiction(known.jurisdiction)
    by_id = {r.invoice_id: r for r in known.receivables}
    assert not isinstance(check_customer(known, law, TODAY), Blocked)
    for line in decision.lines:
        receivable_ = by_id[line.invoice_id]
        assert not isinstance(check_invoice(known, receivable_, law, TODAY), Blocked)
        assert receivable_.due_on < TODAY
        rung = POLICY.steps[POLICY.ranks[line.step]]
        assert rung.costs == "none" or receivable_.cost_clause_safe


@settings(max_examples=300)
@given(customers)
def test_a_consumer_is_charged_only_after_a_valid_letter_and_never_more_than_it_named(
    known: CaseFacts,
) -> None:
    decision = decide(known, POLICY, TODAY)
    if not isinstance(decision, Do) or decision.kind != "costs" or known.kind != "consumer":
        return
    letters = {step.step_id: step for step in known.steps}
    assert decision.letter_id is not None
    letter = letters[decision.letter_id]
    assert letter.sent_on is not None
    assert decision.costs_from is not None
    assert letter.sent_on + timedelta(days=15) <= decision.costs_from <= TODAY
    assert {line.invoice_id for line in decision.lines} <= letter.covers
    assert decision.costs is not None
    assert letter.costs is not None
    assert decision.costs.net <= letter.costs
