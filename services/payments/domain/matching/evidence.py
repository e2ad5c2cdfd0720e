"""Who a line could be from, and what speaks for and against each: facts, not yet a judgement.

A customer becomes a suspect by a reference, a number, an account, a mandate or a name. What the
line says is then compared with each suspect in turn, whatever brought it here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final
from uuid import UUID

from services.payments.domain.matching.amounts import Fit, fit_amount
from services.payments.domain.matching.book import Book, numbered, oldest_first, referenced
from services.payments.domain.matching.facts import Item, Line, Settings
from services.payments.domain.name_likeness import likeness, shared_surnames
from services.payments.domain.names import Name, read_text
from services.payments.domain.near_references import (
    is_cut,
    is_one_slip,
    near_numbers,
    near_references,
)

_SUSPECTS_MAX: Final = 200
_NAMESAKES_SHOWN: Final = 5
_INSTALMENT: Final = re.compile(r"TERMIJN|REGELING|AFBETAL|INSTAL|RATE\b|RATA\b|RATEN")
_AGREEING: Final = ("full", "same")
# What can have been written of an item, the strongest first.
_WRITTEN: Final = (
    "reference_exact",
    "reference_read",
    "number_exact",
    "reference_slip",
    "reference_cut",
    "number_inside",
    "number_slip",
)
_TEXT_NAMES: Final = {
    "full": "name_in_text",
    "same": "name_in_text",
    "half": "surname_in_text",
    "surname": "surname_in_text",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One customer's open items that the money may be for, and the evidence as codes."""

    customer_id: UUID
    fit: Fit
    codes: tuple[str, ...]


def answers(line: Line, book: Book, settings: Settings) -> list[Answer]:
    """Every answer worth weighing: one per customer, or one per way its claims make the amount."""
    runs = line.clues.runs()
    written = _written(line, runs, book)
    text, payer = read_text(line.clues.text), book.read(line.payer_name)
    by_number = book.numbered((*line.clues.numbers, *runs))
    suspects = dict.fromkeys((*written, *by_number, *(line.accounts or ())))
    if line.mandate_customer_id is not None:
        suspects[line.mandate_customer_id] = None
    # Beside the customers of a known account those who only bear its holder's name count nothing.
    namesakes = [] if line.accounts else _namesakes(line, payer, text, book)
    suspects |= dict.fromkeys(namesakes)
    found = []
    for customer_id in islice(suspects, _SUSPECTS_MAX):
        codes = [*_of_account(line, customer_id), *_of_name(line, payer, customer_id, book)]
        codes += _of_text_name(text, customer_id, book)
        if customer_id in by_number:
            codes.append("customer_number")
        if customer_id == line.mandate_customer_id:
            codes.append("mandate_named")
        named = written.get(customer_id, {})
        answer = _answer(line, customer_id, runs, named, codes, book, settings)
        found.append(answer)
        for items in answer.fit.others:
            found.append(replace(answer, fit=Fit(answer.fit.code, items)))
    return found


def _namesakes(line: Line, payer: Name, text: Name, book: Book) -> list[UUID]:
    """Those who could owe just this; when nobody could, a few to show."""
    found = book.named(payer, line.amount) | book.named(text, line.amount)
    able = [customer_id for customer_id in found if book.could_owe(customer_id, line.amount)]
    return able or sorted(found)[:_NAMESAKES_SHOWN]


def _written(line: Line, runs: Sequence[str], book: Book) -> dict[UUID, dict[str, list[Item]]]:
    """By customer the items something written points at, by the strength of what was written."""
    clues, found = line.clues, dict[UUID, dict[str, list[Item]]]()

    def add(code: str, items: Iterable[Item]) -> None:
        for item in items:
            found.setdefault(item.customer_id, {}).setdefault(code, []).append(item)

    references = referenced(line, book)
    read = clues.read
    add("reference_exact", (i for i in references if not _is_read(i, read)))
    add("reference_read", (i for i in references if _is_read(i, read)))
    add("number_exact", numbered(line, book))
    if runs:
        for key in near_references(runs):
            slipped = is_near(runs, key)
            add("reference_slip" if slipped else "reference_cut", book.by_reference.get(key, ()))
        slips, tails = near_numbers(runs, book.number_lengths)
        for code, keys in (("number_inside", tails), ("number_slip", slips - tails)):
            for key in keys - clues.numbers:
                add(code, book.by_number.get(key, ()))
    return found


def is_near(runs: Sequence[str], reference: str) -> bool:
    return any(is_one_slip(run, reference) for run in runs)


def _is_read(item: Item, read: frozenset[str]) -> bool:
    return item.rf_reference in read or item.payment_reference in read


def _of_account(line: Line, customer_id: UUID) -> tuple[str, ...]:
    if not line.accounts:
        return ()
    source = line.accounts.get(customer_id)
    return (f"account_{source}",) if source else ("account_of_another",)


def _of_name(line: Line, payer: Name, customer_id: UUID, book: Book) -> tuple[str, ...]:
    """Whose account it is says nothing of which bill, where it is known to pay for several.

    Of those whom a clerk taught us to know by account, another name is no news.
    """
    accounts = line.accounts or {}
    if customer_id in accounts and len(accounts) > 1:
        return ()
    known = book.name_of(customer_id)
    like = likeness(payer, known)
    if like == "unknown" or (like == "differs" and accounts.get(customer_id) == "remembered"):
        return ()
    is_sole = like in _AGREEING and not accounts and book.is_sole(shared_surnames(payer, known))
    return (f"name_{like}", "name_sole") if is_sole else (f"name_{like}",)


def _of_text_name(text: Name, customer_id: UUID, book: Book) -> tuple[str, ...]:
    code = _TEXT_NAMES.get(likeness(text, book.name_of(customer_id)))
    return (code,) if code else ()


def _answer(
    line: Line,
    customer_id: UUID,
    runs: Sequence[str],
    written: dict[str, list[Item]],
    codes: list[str],
    book: Book,
    settings: Settings,
) -> Answer:
    """What is written of some items decides which; else the amount over all that is owed."""
    owed = book.owed_by(customer_id, line.amount.currency)
    if not written:
        cut = [item for item, _ in owed if _is_cut_of(runs, item)]
        written = {"reference_cut": cut} if cut else {}
    by_strength = [code for code in _WRITTEN if code in written]
    for code in by_strength:
        fit = _fit_named(line, written[code], book, settings)
        if fit.is_whole:
            return Answer(customer_id, fit, (code, *codes, fit.code))
    fit = fit_amount(line.amount.minor, owed, settings.tolerance_minor)
    if not fit.is_whole:
        fit = _instalment(line, customer_id, owed, book) or fit
        if fit.code == "amount_instalment" and _INSTALMENT.search(line.clues.text):
            codes.append("instalment_named")
    return Answer(customer_id, fit, (*by_strength[:1], *codes, fit.code))


def _fit_named(line: Line, items: list[Item], book: Book, settings: Settings) -> Fit:
    """How the amount fits the items that were named."""
    owed = [
        (item, book.left[item.id])
        for item in oldest_first(items)
        if book.left[item.id] > 0 and item.available.currency == line.amount.currency
    ]
    return fit_amount(line.amount.minor, owed, settings.tolerance_minor)


def _is_cut_of(runs: Sequence[str], item: Item) -> bool:
    references = (item.payment_reference, item.rf_reference and item.rf_reference[2:])
    return any(reference and is_cut(run, reference) for run in runs for reference in references)


def _instalment(
    line: Line, customer_id: UUID, owed: Sequence[tuple[Item, int]], book: Book
) -> Fit | None:
    """The amount of an instalment: it pays the arrangement's items, in the legal order."""
    plan = book.plans.get(customer_id)
    if plan is None or line.amount.minor not in plan.instalments_minor:
        return None
    covered = tuple(item for item, _ in owed if not plan.item_ids or item.id in plan.item_ids)
    if sum(book.left[item.id] for item in covered) < line.amount.minor:
        return None
    return Fit("amount_instalment", covered, is_whole=True)
