"""ZIP files of bank files: read as a whole, or refused by the member that is wrong."""

from __future__ import annotations

import io
import zipfile

import pytest

from services.payments.formats.read import read_statements
from services.payments.formats.unreadable import UnreadableFile
from shared.errors import Problem
from tests.unit.payments.formats import samples

GOOD = samples.camt(samples.statement(samples.entry()))
BAD = GOOD.replace(b">12.50<", b">12..34<")
LINE = BAD[: BAD.index(b"12..34")].count(b"\n") + 1


def packed(
    members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, comment: bytes = b""
) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.comment = comment
    return file.getvalue()


def refusal(content: bytes) -> Problem:
    with pytest.raises(UnreadableFile) as refused:
        list(read_statements(content))
    (problem,) = refused.value.problems
    return problem


def test_every_member_is_read_by_its_content_whatever_its_name() -> None:
    mt940 = samples.mt940(":61:2608030803D1,NTRFNONREF\n")
    content = packed({"folder/": b"", "folder/a.pdf": GOOD, "b": mt940, "__MACOSX/._b": b"\0"})
    formats = [statement.start.format for statement in read_statements(content)]
    assert formats == ["camt.053.001.02", "mt940"]


def test_one_bad_member_refuses_the_whole_with_its_name_line_and_field() -> None:
    problem = refusal(packed({"good.xml": GOOD, "bad.xml": BAD}))
    assert problem == Problem("bad.xml: Ntry/Amt", "not an amount: '12..34'", LINE)


def test_an_account_in_the_name_of_a_member_is_not_repeated() -> None:
    name = f"{samples.OWN_IBAN}-202608.xml"
    assert refusal(packed({name: BAD})).field == "...4300-202608.xml: Ntry/Amt"


@pytest.mark.parametrize(
    "name", ["../a.xml", "a/../../b.xml", "/etc/passwd", "C:\\a.xml", "..\\a.xml", "a\n.xml"]
)
def test_a_name_that_leads_out_of_the_archive_is_refused(name: str) -> None:
    assert "leads out" in refusal(packed({name: GOOD})).message


def test_a_zip_inside_of_a_zip_is_refused() -> None:
    problem = refusal(packed({"more.zip": packed({"a": GOOD})}))
    assert (problem.field, problem.message) == ("more.zip: file", "a ZIP inside of a ZIP")


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    assert "packed more than 200 times" in refusal(packed({"a": b"\0" * (50 << 20)})).message


def test_a_member_that_says_less_than_it_holds_is_refused() -> None:
    """The size in both headers is a lie: the sum over what may be read does not match."""
    content = packed({"a.xml": GOOD}).replace(len(GOOD).to_bytes(4, "little"), b"\x10\0\0\0")
    assert refusal(content).field == "a.xml: file"


def test_too_many_members_are_refused() -> None:
    assert "more than 2000 files" in refusal(packed({str(n): b"x" for n in range(2001)})).message


def test_other_ways_to_pack_are_refused() -> None:
    assert "use plain ZIP" in refusal(packed({"a.xml": GOOD}, zipfile.ZIP_BZIP2)).message


def test_a_member_with_a_password_is_refused() -> None:
    content = bytearray(packed({"a.xml": GOOD}))
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    assert "password" in refusal(bytes(content)).message


@pytest.mark.parametrize("members", [{}, {"folder/": b""}])
def test_an_archive_without_a_file_is_refused(members: dict[str, bytes]) -> None:
    assert refusal(packed(members)).message == "the ZIP holds no file"


@pytest.mark.parametrize("length", range(5, len(packed({"a.xml": GOOD})) - 1, 31))
def test_an_archive_cut_off_anywhere_is_refused(length: int) -> None:
    assert refusal(packed({"a.xml": GOOD})[:length]).field == "file"


def test_flipped_bytes_in_a_member_are_refused_by_its_checksum() -> None:
    content = bytearray(packed({"a.xml": GOOD}))
    content[60] ^= 0xFF
    assert refusal(bytes(content)).field.startswith("a.xml: ")
