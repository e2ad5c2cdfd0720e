"""Damaged and invented files: read or refused, never anything else, and never for long.

The damage to real files is drawn from a fixed seed, so that a failure comes back.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.payments.formats.csv_layouts import LAYOUTS
from services.payments.formats.csv_mapping import CsvMapping
from services.payments.formats.unreadable import UnreadableFile
from services.payments.use_cases.read_statement_file import read_statement_file
from tests.unit.payments.formats import samples
from tests.unit.payments.formats.test_archive import packed
from tests.unit.payments.formats.test_csv import EXAMPLES

_SECONDS_MAX = 5.0
_DAMAGES_PER_FILE = 2
_REAL_BYTES_MAX = 30_000

CAMT = samples.camt(
    samples.statement(
        samples.balance("OPBD", "1.00"),
        samples.entry(
            more="<Chrgs><Rcrd><Amt Ccy='EUR'>1</Amt></Rcrd></Chrgs>",
            details="<Btch><NbOfTxs>2</NbOfTxs></Btch><TxDtls><Refs><EndToEndId>E&amp;</EndToEndId>"
            "</Refs><RmtInf><Ustrd><![CDATA[a > b]]></Ustrd></RmtInf></TxDtls><TxDtls/>",
        ),
        samples.entry(),
        samples.balance("CLBD", "1.00"),
    )
)
MT940 = samples.mt940(
    ":61:2608030803RC12,50NTRFEREF//B\n/OCMT/USD20,/\n:86:166?00GUT?20EREF+E?21SVWZ+text?32N\n",
    f":61:260803D1,NTRFNONREF\n:86:/EREF/E//CNTP/{samples.OTHER_IBAN}/BIC/N///REMI/USTD//x/\n",
    ":61:260803C1,NTRF\n:86:020~00~20text~32name~38PL\n",
)
# Fragments that mean something to a reader: put in the wrong place they hurt most.
FRAGMENTS = st.sampled_from(
    [
        *(b"<Ntry>", b"</Ntry>", b"<TxDtls>", b"</TxDtls>", b"<TxDtls/>", b"<Stmt>", b"</Stmt>"),
        *(
            b"<![CDATA[",
            b"]]>",
            b"<!--",
            b"-->",
            b"<?x ",
            b"?>",
            b"&#0;",
            b"&x;",
            b'="',
            b">",
            b"<",
        ),
        *(b":61:", b":86:", b":60F:", b":62M:", b":20:", b":28C:7/2", b"\n", b"\r", b"-}", b"{1:"),
        *(
            b"?20",
            b"/EREF/",
            b"\x00",
            b"\xff\xfe",
            b"\x1a",
            b"9" * 40,
            b",,",
            b'"',
            b";",
            b"PK\x03\x04",
        ),
    ]
)


def is_read_or_refused(content: bytes, mapping: CsvMapping | None = None) -> bool:
    """False when it took too long; what else goes wrong raises."""
    began = time.perf_counter()
    with suppress(UnreadableFile):
        read_statement_file(content, mapping)
    return time.perf_counter() - began < _SECONDS_MAX


@pytest.mark.parametrize(
    "good", [CAMT, MT940, packed({"a.xml": CAMT, "b": MT940})], ids=["camt", "mt940", "zip"]
)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_file_with_strange_fragments_in_it_is_read_or_refused(
    good: bytes, data: st.DataObject
) -> None:
    content = good
    for _ in range(data.draw(st.integers(1, 3))):
        begin = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 30))
        content = content[:begin] + data.draw(FRAGMENTS) + content[begin + length :]
    assert is_read_or_refused(content)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_damaged_csv_is_read_or_refused(name: str, data: st.DataObject) -> None:
    good = EXAMPLES[name]
    begin = data.draw(st.integers(0, len(good)))
    damage = data.draw(FRAGMENTS | st.binary(max_size=8))
    content = good[:begin] + damage + good[begin + data.draw(st.integers(0, 20)) :]
    assert is_read_or_refused(content, LAYOUTS[name])


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.sampled_from(["", "<Document>", ":20:R\n:61:", ":86:/EREF/"]))
def test_any_text_is_read_or_refused(text: str, start: str) -> None:
    content = f"{start}{text}".encode(errors="replace")
    assert is_read_or_refused(content)
    assert is_read_or_refused(content, LAYOUTS["triodos"])


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_any_text_behind_the_marks_of_a_detail_is_kept_as_text(text: str) -> None:
    detail = text.replace("\n", " ").replace("\r", " ")
    assert is_read_or_refused(samples.mt940(f":61:260803C1,NTRF\n:86:/EREF/{detail}\n"))
    assert is_read_or_refused(samples.mt940(f":61:260803C1,NTRF\n:86:166?00A?20{detail}\n"))


def flipped(content: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def swapped(content: bytes, chance: random.Random) -> bytes:
    lines = content.splitlines(keepends=True)
    one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[two] = lines[two], lines[one]
    return b"".join(lines)


def doubled(content: bytes, chance: random.Random) -> bytes:
    begin = chance.randrange(len(content))
    end = min(len(content), begin + chance.randint(1, 2_000))
    return content[:end] + content[begin:]


@pytest.mark.parametrize("damage", [flipped, cut, swapped, doubled])
def test_damaged_real_files_are_read_or_refused(
    damage: Callable[[bytes, random.Random], bytes], shared_data: Path
) -> None:
    chance = random.Random(20260803)
    paths = sorted(
        path
        for kind in ("camt.052", "camt.053", "camt.054", "mt940")
        for path in (shared_data / kind).rglob("*")
        if path.is_file() and 0 < path.stat().st_size < _REAL_BYTES_MAX
    )
    for path in chance.sample(paths, min(len(paths), 100)):
        content = path.read_bytes()
        for _ in range(_DAMAGES_PER_FILE):
            name = path.relative_to(shared_data)
            assert is_read_or_refused(damage(content, chance)), f"{name} took too long"
