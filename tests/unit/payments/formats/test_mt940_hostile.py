"""Broken and wrong MT940: read or refused with line and field, never anything else."""

from __future__ import annotations

from contextlib import suppress
from itertools import repeat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.payments.formats import mt940
from services.payments.formats.read import read_statements
from services.payments.formats.unreadable import UnreadableFile
from shared.errors import Problem
from tests.unit.payments.formats import samples

GOOD = samples.mt940(
    ":61:2608030803C12,50NTRFEREF//B-1\n/TRCD/00100/\n:86:/EREF/E-1/NAME/J JANSEN/REMI/x\n",
    ":61:2608030803DR1,00N051NONREF\n:86:166?00X?20EREF+E-2?32NAME\n",
)


def refusal_of(document: bytes) -> Problem:
    with pytest.raises(UnreadableFile) as refused:
        list(read_statements(document))
    (problem,) = refused.value.problems
    return problem


@pytest.mark.parametrize("length", range(len(GOOD)))
def test_a_file_cut_off_anywhere_is_read_as_far_as_it_goes_or_refused(length: int) -> None:
    with suppress(UnreadableFile):
        for statement in read_statements(GOOD[:length]):
            assert len(statement.entries) <= 2


def test_a_file_cut_off_before_its_closing_balance_shows_none() -> None:
    (statement,) = read_statements(GOOD[: GOOD.index(b":62F:")])
    assert statement.closing is None


def test_a_refusal_never_repeats_what_could_be_a_name() -> None:
    problem = refusal_of(GOOD.replace(b":60F:C260803EUR100,00", b":60F:Jan Jansen"))
    assert problem == Problem(":60F:", "not a balance: a text of 10 characters", 4)


def test_text_of_two_bytes_per_sign_is_refused() -> None:
    wide = GOOD.decode().encode("utf-16-le")
    assert refusal_of(b":20:R\n" + wide).field == "encoding"


def test_the_line_is_right_far_down_a_long_file() -> None:
    lines = b":61:2608030803C1,00NTRFNONREF\n:86:x\n" * 50_000
    problem = refusal_of(GOOD[: GOOD.index(b":61:")] + lines + b":61:2608030803C1..0NTRF\n")
    assert problem.line == 4 + 100_000 + 1


def test_a_line_without_end_is_refused_before_it_fills_the_memory() -> None:
    with pytest.raises(UnreadableFile, match="longer than a megabyte"):
        list(mt940.read([b":20:R\n:86:", *repeat(b"x" * 100_000, 100)]))


def test_a_field_without_end_is_refused_before_it_fills_the_memory() -> None:
    with pytest.raises(UnreadableFile, match="a field without end"):
        list(mt940.read([b":20:R\n:61:", *repeat(b"x\n" * 1000, 100)]))


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_any_damage_is_either_read_or_refused(data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(GOOD)))
    length = data.draw(st.integers(0, 40))
    pieces = [b":61:", b":86:", b":20:", b":60F:", b"\n", b"\r", b"?20", b"/EREF/", b"-\n", b"\xff"]
    damage = data.draw(st.binary(max_size=20) | st.sampled_from(pieces))
    assert samples.read_or_refused(GOOD[:begin] + damage + GOOD[begin + length :])


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_either_read_or_refused(noise: bytes) -> None:
    assert samples.read_or_refused(noise)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300), st.sampled_from(["", "/EREF/", "166?00", "000>20", "IBAN: ", "NS"]))
def test_any_details_are_read(text: str, start: str) -> None:
    tag = ":NS:" if start == "NS" else f":86:{start}"
    body = text.replace("\0", "").replace("\r", " ").replace("\n:", "\n")
    file = samples.mt940(f":61:2608030803C1,00NTRFNONREF\n{tag}{body}\n")
    with suppress(UnreadableFile):
        (statement,) = read_statements(file)
        assert statement.entries[0].details[0].amount == statement.entries[0].amount


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 70))
def test_the_size_of_the_chunks_changes_nothing(size: int) -> None:
    chunks = [GOOD[i : i + size] for i in range(0, len(GOOD), size)]
    assert list(mt940.read(chunks)) == list(mt940.read([GOOD]))
