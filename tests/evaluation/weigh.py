"""`python -m tests.evaluation.weigh`: what the weights of matching rest on.

Over worlds of other seeds than the report's: how often each piece of evidence comes with the right
customer and with the others that were weighed beside it, and how often the best answer is right
for how far it leads. Weights are set from the first table and the calibration from the second, by
hand and towards doubt, in `services/payments/domain/matching/weights.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import log
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from services.payments.domain.matching.facts import CAREFUL
from services.payments.domain.matching.judge import Judgement, judge, margins
from services.payments.domain.matching.named import is_weighed
from services.payments.domain.matching.weights import WEIGHTS_2026
from tests.evaluation.adapter import accounts_of, book_of, line_of, mandates_of
from tests.evaluation.generate import Mix, make_world
from tests.evaluation.records import Truth

_STEP = 1.0


def main(
    seeds: Annotated[str, typer.Option(help="Seeds, not those of the report.")] = "901,902",
    lines: Annotated[int, typer.Option(help="Lines of each world.")] = 20_000,
) -> None:
    """Print both tables."""
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    leads: dict[int, list[bool]] = {}
    for seed in map(int, seeds.split(",")):
        mixes: tuple[Mix, ...] = ("utility", "hard")
        for mix in mixes:
            for judged, truth in _judged(seed, lines, mix):
                _count(judged, truth, right, wrong, leads)
    _show_codes(right, wrong)
    _show_leads(leads)


def _judged(seed: int, count: int, mix: Mix) -> Iterator[tuple[Judgement, Truth]]:
    """The lines whose evidence is weighed, as they are before any of them is decided."""
    world = make_world(seed=seed, lines=count, mix=mix)
    accounts, mandates, book = accounts_of(world), mandates_of(world), book_of(world)
    for told, truth in zip(world.lines, world.truths, strict=True):
        line = line_of(told, accounts, mandates)
        if is_weighed(line, book):
            yield judge(line, book, CAREFUL), truth


def _count(
    judged: Judgement,
    truth: Truth,
    right: Counter[str],
    wrong: Counter[str],
    leads: dict[int, list[bool]],
) -> None:
    for answer in judged.answers:
        side = right if answer.customer_id == truth.customer_id else wrong
        side.update(("answers", *answer.codes))
    if not judged.answers:
        return
    scores = [WEIGHTS_2026.score(answer.codes) for answer in judged.answers]
    fit = judged.answers[0].fit
    if not fit.is_whole:
        return
    best = {item.id for item in fit.items}
    allowed = [{invoice for invoice, _ in shares} for shares in (truth.shares, *truth.alternatives)]
    # An instalment is for all bills of its arrangement and reaches the oldest of them.
    is_right = any(paid and paid <= best for paid in allowed)
    leads.setdefault(int(margins(scores)[0] // _STEP), []).append(is_right)


def _show_codes(right: Counter[str], wrong: Counter[str]) -> None:
    table = Table("evidence", "with the right", "with others", "log of the ratio", "weight")
    for code, weight in WEIGHTS_2026.of.items():
        of_right = (right[code] + 0.5) / (right["answers"] + 1)
        of_wrong = (wrong[code] + 0.5) / (wrong["answers"] + 1)
        ratio = f"{log(of_right / of_wrong):.1f}"
        table.add_row(code, f"{right[code]:,}", f"{wrong[code]:,}", ratio, f"{weight:.1f}")
    Console(width=100).print(table)


def _show_leads(leads: dict[int, list[bool]]) -> None:
    table = Table("leads by", "lines", "right", "of them", "log-odds")
    for step, outcomes in sorted(leads.items()):
        good = sum(outcomes)
        odds = log((good + 0.5) / (len(outcomes) - good + 0.5))
        share = f"{good / len(outcomes):.4f}"
        table.add_row(
            f"{step * _STEP:.0f}", f"{len(outcomes):,}", f"{good:,}", share, f"{odds:.1f}"
        )
    Console(width=100).print(table)


if __name__ == "__main__":
    typer.run(main)
