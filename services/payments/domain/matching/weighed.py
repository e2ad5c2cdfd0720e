"""Where nothing is named for certain: post the best answer when it is sure, else queue them all."""

from __future__ import annotations

from typing import Final

from services.payments.domain.allocation_order import order_rule
from services.payments.domain.matching.book import Book
from services.payments.domain.matching.decisions import (
    Ambiguous,
    Decision,
    Exact,
    NoMatch,
    Over,
    Partial,
    Several,
)
from services.payments.domain.matching.evidence import Answer
from services.payments.domain.matching.facts import Line, Settings
from services.payments.domain.matching.judge import RUNNERS_UP, Judgement
from services.payments.domain.matching.spend import kind_of, spend

# What decided: the strongest evidence the answer has, the first of these among its codes.
_RULES: Final = {
    "reference_exact": "reference",
    "reference_read": "reference",
    "number_exact": "invoice_number",
    "reference_slip": "reference_repaired",
    "reference_cut": "reference_repaired",
    "number_inside": "invoice_number_repaired",
    "number_slip": "invoice_number_repaired",
    "mandate_named": "mandate",
    "customer_number": "customer_number",
}
_ACCOUNT_RULES: Final = {
    "amount_all": "account_total",
    "amount_some": "account_several",
    "amount_instalment": "instalment",
}


def pay_weighed(line: Line, judged: Judgement, book: Book, settings: Settings) -> Decision:
    best = judged.best
    if best is None:
        return NoMatch(reason="unknown_reference" if line.clues else "no_match")
    if judged.is_sure(settings):
        return _post(line, best, judged, book, settings)
    if settings.fill_by_law and judged.is_surely_of(best.customer_id, settings):
        return _fill(line, best, judged, book, settings)
    return _queued(judged, settings)


def _post(
    line: Line, best: Answer, judged: Judgement, book: Book, settings: Settings
) -> Exact | Partial | Several:
    equals = _by_law_among_equals(line, best, book, settings)
    shares, _, by_law = spend(line, best.fit.items, book, settings)
    is_whole = all(book.left[share.item_id] == 0 for share in shares)
    return kind_of(shares, is_whole=is_whole)(
        rule=_rule(best),
        customer_id=best.customer_id,
        shares=shares,
        order_rule=by_law or equals,
        candidates=judged.candidates(RUNNERS_UP),
    )


def _by_law_among_equals(line: Line, best: Answer, book: Book, settings: Settings) -> str | None:
    """The law chose when another claim of the same amount could have been paid as well."""
    chosen = {item.id for item in best.fit.items}
    amounts = {book.left[item_id] for item_id in chosen}
    owed = book.owed_by(best.customer_id, line.amount.currency)
    if any(left in amounts and item.id not in chosen for item, left in owed):
        return order_rule(settings.jurisdiction, line.value_on).code
    return None


def _fill(line: Line, best: Answer, judged: Judgement, book: Book, settings: Settings) -> Decision:
    """The customer is certain and the creditor wants it: claims are paid in the legal order."""
    owed = [item for item, _ in book.owed_by(best.customer_id, line.amount.currency)]
    if not owed:
        return _queued(judged, settings)
    shares, rest, by_law = spend(line, owed, book, settings)
    if rest:
        return Over(
            rule="legal_order",
            customer_id=best.customer_id,
            shares=shares,
            rest=rest,
            reason="overpaid",
            order_rule=by_law,
            candidates=judged.candidates(RUNNERS_UP),
        )
    return Partial(
        rule="legal_order",
        customer_id=best.customer_id,
        shares=shares,
        order_rule=by_law,
        candidates=judged.candidates(RUNNERS_UP),
    )


def _queued(judged: Judgement, settings: Settings) -> Decision:
    best = judged.answers[0]
    return Ambiguous(
        reason=_reason(best, judged, settings),
        customer_id=judged.customer_id,
        candidates=judged.candidates(),
    )


def _reason(best: Answer, judged: Judgement, settings: Settings) -> str:
    if best.fit.code == "amount_several_ways":
        return "same_amount"
    if best.fit.code == "nothing_open":
        return "nothing_open"
    if not best.fit.is_whole:
        return "amount_differs"
    return "several_customers" if judged.leads_by < settings.tie_margin else "not_certain"


def _rule(best: Answer) -> str:
    for code in best.codes:
        if code in _RULES:
            return _RULES[code]
    if any(code.startswith("account_") for code in best.codes):
        return _ACCOUNT_RULES.get(best.fit.code, "account_amount")
    return "name_amount"
