"""Direct debits: our identifiers in them, who may be debited (again), and in which sequence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal
from uuid import UUID

from services.payments.domain.return_rules import rules_on
from shared.money import Money

Scheme = Literal["core", "b2b"]
SequenceCode = Literal["FRST", "RCUR", "OOFF", "FNAL"]
# Once the bank booked one of these, its mandate has ended; until then nothing else goes with it.
ENDING_SEQUENCES: Final = ("OOFF", "FNAL")

# An end-to-end id holds 35 characters: this prefix and the hexadecimal UUID of the debit.
_PREFIX: Final = "INN"
_OURS = re.compile(rf"{_PREFIX}([0-9A-F]{{32}})", re.ASCII)


def our_reference(of: UUID) -> str:
    """The identifier of a debit or batch in bank files: 35 characters, unique, nothing personal."""
    return f"{_PREFIX}{of.hex.upper()}"


def from_our_reference(text: str | None) -> UUID | None:
    """The debit or batch behind an identifier that came back; None when it is not ours."""
    found = _OURS.fullmatch("".join((text or "").split()).upper())
    return UUID(found.group(1)) if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An open item to be collected by direct debit, as a run finds it.

    `announced_on` is the day its invoice told of the debit; `returned` the codes of earlier ones.
    `is_mandate_busy`: a collection that ends its mandate is under way, and may yet come to nothing.
    """

    invoice_id: UUID
    customer_id: UUID
    available: Money
    mandate_id: UUID | None
    scheme: str | None
    is_held: bool
    returned: tuple[str, ...]
    announced_on: date | None
    is_one_off: bool = False
    is_mandate_busy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What is collected on one day, in one currency, under one scheme: banks mix neither.

    `notice_by`: the last day an invoice announces this collection in time; None when the run itself
    announces it.
    """

    currency: str
    scheme: Scheme
    collect_on: date
    notice_by: date | None


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What a run collects, and for what reason it leaves how many items out."""

    debits: tuple[Due, ...]
    left_out: dict[str, int]


def plan_run(due: Iterable[Due], run: Run) -> RunPlan:
    debits, left_out, one_offs = [], Counter[str](), set[UUID | None]()
    for item in due:
        reason = _why_not(item, run)
        if reason is None and item.mandate_id in one_offs:
            reason = "mandate_in_use"
        if reason is None:
            debits.append(item)
            if item.is_one_off:
                one_offs.add(item.mandate_id)
        else:
            left_out[reason] += 1
    return RunPlan(tuple(debits), dict(left_out))


def _why_not(item: Due, run: Run) -> str | None:
    if item.available.minor <= 0:
        return "nothing_left"
    if item.available.currency != run.currency:
        return "other_currency"
    if item.is_held:
        return "held"
    if item.mandate_id is None:
        return "no_active_mandate"
    if item.is_mandate_busy:
        return "mandate_in_use"
    if item.scheme != run.scheme:
        return "other_scheme"
    if run.notice_by is not None and (
        item.announced_on is None or item.announced_on > run.notice_by
    ):
        return "announced_too_late"
    return why_not_again(item.returned, run.collect_on)


def why_not_again(returned: Sequence[str], collect_on: date) -> str | None:
    """Why an item whose debits came back with these codes is not collected on a day; or None.

    Once more after a lack of funds, near the day salaries are paid; after repair, however often,
    when the file was wrong; never against the debtor's will (MD06, MS02) without a person looking
    at it.
    """
    if not returned:
        return None
    rules = rules_on(collect_on)
    retries = [rules.of(code).retry for code in returned]
    if sum(rules.of(code).concerns_debtor for code in returned) >= rules.returns_max:
        return "returned_too_often"
    if "never" in retries or retries.count("near_salary_day") > 1:
        return "returned_before"
    if "near_salary_day" in retries and not rules.is_near_salary(collect_on):
        return "waits_for_salary_day"
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateUse:
    """What of a mandate decides on the sequence type of its next collection. A one-off one was used
    once a collection was booked."""

    is_one_off: bool
    is_final: bool
    was_used: bool


def sequence_of(
    use: MandateUse, place: int, count: int, *, marks_first: bool
) -> SequenceCode | None:
    """The sequence type of the `place`th of `count` debits of one mandate in a batch.

    None: it cannot go, since a one-off mandate is for one collection. RCUR is the rule; FRST has
    been optional since November 2016 and is for banks that still ask for it.
    """
    if use.is_one_off:
        return "OOFF" if place == 0 and not use.was_used else None
    if use.is_final and place == count - 1:
        return "FNAL"
    if marks_first and place == 0 and not use.was_used:
        return "FRST"
    return "RCUR"
