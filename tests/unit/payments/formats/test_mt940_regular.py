"""Regular MT940 entries are taken whole; read line by line, as others are, they say the same.

A file given in chunks of one line never shows a whole entry, so it is read line by line.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.payments.formats import mt940
from services.payments.formats.mt940_fields import ENTRY, fields
from services.payments.formats.statement import StatementEvent
from services.payments.formats.unreadable import UnreadableFile
from shared.errors import Problem
from tests.unit.payments.formats import samples

# What a bank may put on a line, and what means something else in the wrong place.
_LINES = st.sampled_from(
    [
        ":61:2608030803C12,50NTRFEREF//B-1",
        ":61:2608030803RD1.250,NMSC",
        ":61:260803D1,NTR  ",
        ":61:2613010101C1,NTRF",
        ":61:2608030803C12,,50NTRFEREF",
        ":61:260803C1,50",
        "/OCMT/USD20,00/",
        "DE89370400440532013000",
        "Supplement",
        ":86:/EREF/E-1//CNTP/NL91ABNA0417164300/BIC/Name///REMI/USTD//text/",
        ":86:166?00GUT?20EREF+E?21SVWZ+words?32Name",
        ":86:Words",
        "more words",
        " blank in front",
        "blank behind ",
        "",
        "-",
        "-}",
        "- 5 euro",
        "{1:F01}{4:",
        ":20:R-2",
        ":25:123456789",
        ":28C:7",
        ":62F:C260803EUR1,00",
        "16:25:00",
        ":26:25",
        "\x01:61:2608030803C12,50NTRFEREF",
        "Zoë",
    ]
)


def told(chunks: Iterable[bytes]) -> list[StatementEvent] | list[Problem]:
    """What a file says, or what is wrong with it."""
    try:
        return list(mt940.read(chunks))
    except UnreadableFile as refused:
        return list(refused.problems)


@settings(max_examples=400, deadline=None)
@given(st.lists(_LINES, max_size=14), st.sampled_from(["\n", "\r\n"]))
def test_an_entry_taken_whole_says_what_its_lines_say(lines: list[str], end: str) -> None:
    head = [":20:R-1", f":25:{samples.OWN_IBAN}", ":28C:7/1", ":60F:C260803EUR100,00"]
    content = "".join(line + end for line in [*head, *lines, ":62F:C260803EUR112,50"]).encode()
    assert told([content]) == told(content.splitlines(keepends=True))


def test_real_files_say_the_same_in_one_piece_and_line_by_line(shared_data: Path) -> None:
    regular_count = 0
    for path in sorted((shared_data / "mt940").rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            lines = content.splitlines(keepends=True)
            assert told([content]) == told(lines), path.relative_to(shared_data)
            regular_count += sum(tag == ENTRY for tag, _, _ in fields([content]))
    assert regular_count > 100


def test_a_regular_entry_is_taken_whole_and_knows_its_line() -> None:
    content = samples.mt940(
        ":61:2608030803C12,50NTRFEREF//B\n/OCMT/USD20,/\n:86:/EREF/E//REMI/USTD//a\nb/\n",
        ":61:2608030803D1,NTRFEREF\n:86:/EREF/F/\n",
    )
    found = [(tag, line) for tag, line, _ in fields([content])]
    assert found[-3:] == [(ENTRY, 5), (ENTRY, 9), ("62F", 11)]


@pytest.mark.parametrize("line", [":61:2613010101C1,NTRF", ":61:2608030803C12,,50NTRF"])
def test_a_regular_entry_that_makes_no_sense_is_refused_with_its_line(line: str) -> None:
    good = ":61:2608030803C12,50NTRF\n:86:a\nb\n"
    with pytest.raises(UnreadableFile) as refused:
        list(mt940.read([samples.mt940(good, f"{line}\n:86:text\n")]))
    assert refused.value.problems[0].line == 8
