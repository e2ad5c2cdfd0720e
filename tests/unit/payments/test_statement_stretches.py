"""Pieces of a day, told by the balances before and after them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.payments.domain.statement_stretches import Stretch, beyond, retold
from shared.ids import uuid7

ACCOUNT, DAY = uuid7(), date(2026, 4, 1)


def piece(opens: int, closes: int) -> Stretch:
    return ACCOUNT, DAY, opens, closes


def told_again(told: tuple[int, int], *known: tuple[int, int]) -> list[tuple[int, int]]:
    again = retold([piece(*told)], [piece(*one) for one in known])
    return sorted((opens, closes) for _, _, opens, closes in again[piece(*told)])


@pytest.mark.parametrize(
    ("told", "known", "again"),
    [
        pytest.param((0, 9), [(0, 9)], [(0, 9)], id="the same piece"),
        pytest.param((0, 9), [(0, 4)], [(0, 4)], id="it goes on longer"),
        pytest.param((0, 4), [(0, 9)], [(0, 9)], id="it ends before"),
        pytest.param((4, 9), [(0, 9)], [(0, 9)], id="it begins later"),
        pytest.param((0, 9), [(0, 2), (2, 4), (4, 6)], [(0, 2), (2, 4), (4, 6)], id="in pieces"),
        pytest.param((4, 9), [(0, 4)], [], id="it follows"),
        pytest.param((0, 4), [(4, 9), (9, 12)], [], id="it comes before"),
        pytest.param((2, 4), [(0, 9)], [], id="from the middle: nothing tells"),
        pytest.param((0, 4), [(0, 0)], [], id="a balance came back: nothing tells"),
    ],
)
def test_a_piece_is_told_again_by_what_begins_or_ends_with_it(
    told: tuple[int, int], known: list[tuple[int, int]], again: list[tuple[int, int]]
) -> None:
    assert told_again(told, *known) == again


def test_another_day_or_account_is_another_piece() -> None:
    others = [(uuid7(), DAY, 0, 9), (ACCOUNT, DAY + timedelta(days=1), 0, 9)]
    assert retold([piece(0, 9)], others)[piece(0, 9)] == set()


def test_what_is_told_beyond_the_pieces_before_lies_behind_them() -> None:
    assert beyond(piece(0, 9), [piece(0, 2), piece(2, 4)]) == piece(4, 9)
    assert beyond(piece(0, 9), [piece(4, 9)]) == piece(0, 4)
    assert beyond(piece(0, 9), [piece(0, 2), piece(7, 9)]) == piece(2, 7)
    assert beyond(piece(0, 9), [piece(3, 4), (uuid7(), DAY, 0, 2)]) == piece(0, 9)
    assert beyond(piece(0, 9), [piece(0, 4), piece(4, 9)]) == piece(0, 9)
    assert beyond(piece(5, 5), [piece(5, 7), piece(7, 5)]) == piece(5, 5)
