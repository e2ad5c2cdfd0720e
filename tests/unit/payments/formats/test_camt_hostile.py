"""Broken, wrong and malicious XML: refused with line and field, never with anything else."""

from __future__ import annotations

import time
from itertools import repeat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.payments.formats import camt
from services.payments.formats.read import read_statements
from services.payments.formats.unreadable import UnreadableFile
from shared.errors import Problem
from tests.unit.payments.formats import samples

GOOD = samples.camt(
    samples.statement(
        samples.balance("OPBD", "1.00"),
        samples.entry(details="<TxDtls><Refs><EndToEndId>E</EndToEndId></Refs></TxDtls>"),
        samples.balance("CLBD", "1.00"),
    )
)


def refusal_of(document: bytes) -> Problem:
    with pytest.raises(UnreadableFile) as refused:
        list(read_statements(document))
    (problem,) = refused.value.problems
    return problem


def line_with(document: bytes, text: bytes) -> int:
    return document[: document.index(text)].count(b"\n") + 1


@pytest.mark.parametrize(
    ("good", "bad", "field", "message"),
    [
        (b">12.50<", b">12..34<", "Ntry/Amt", "not an amount: '12..34'"),
        (b">12.50<", b">1,50<", "Ntry/Amt", "not an amount: '1,50'"),
        (b">12.50<", b">1E3<", "Ntry/Amt", "not an amount"),
        (b">12.50<", b">NaN<", "Ntry/Amt", "not an amount: 'NaN'"),
        (b">12.50<", b"><", "Ntry/Amt", "not an amount: nothing"),
        (b'Ccy="EUR">12.50', b'Ccy="EURO">12.50', "Ntry/Amt", "not a currency: 'EURO'"),
        (b'Ccy="EUR">12.50', b'Ccy="eur">12.50', "Ntry/Amt", "not a currency: 'eur'"),
        (b"2026-08-04", b"2026-02-30", "Ntry/ValDt/Dt", "not a date: '2026-02-30'"),
        (b"2026-08-04", b"04-08-2026", "Ntry/ValDt/Dt", "not a date: '04-08-2026'"),
        (b">BOOK<", b">PAID<", "Ntry/Sts", "not an entry status: 'PAID'"),
        (b"<CdtDbtInd>CRDT</CdtDbtInd>\n", b"\n", "Ntry", "an entry without CdtDbtInd"),
        (b"CRDT</CdtDbtInd>\n", b"X</CdtDbtInd>\n", "Ntry/CdtDbtInd", "neither CRDT nor DBIT"),
    ],
)
def test_a_value_not_understood_is_refused_with_its_line(
    good: bytes, bad: bytes, field: str, message: str
) -> None:
    assert good in GOOD
    document = GOOD.replace(good, bad)
    problem = refusal_of(document)
    assert problem.field == field
    assert message in problem.message
    assert problem.line is not None
    lines = document.splitlines()
    assert b"<" + field.rpartition("/")[2].encode() in lines[problem.line - 1]


def test_the_line_is_right_far_down_a_long_file() -> None:
    entries = [samples.entry() for _ in range(10_000)]
    document = samples.camt(samples.statement(*entries, samples.entry("12..34")))
    problem = refusal_of(document)
    assert problem.line == line_with(document, b"12..34")
    assert problem.line > 70_000


def test_a_refusal_never_repeats_what_could_be_a_name_or_an_account() -> None:
    document = GOOD.replace(b">12.50<", b">" + samples.OTHER_IBAN.encode() + b"<")
    assert samples.OTHER_IBAN not in str(refusal_of(document))
    assert refusal_of(document).message == "not an amount: a text of 22 characters"


def test_a_balance_without_an_amount_is_refused() -> None:
    document = GOOD.replace(b'<Amt Ccy="EUR">1.00</Amt>', b"", 1)
    assert refusal_of(document).field == "Bal"


def test_an_entry_inside_of_a_balance_is_refused_with_the_line_of_the_balance() -> None:
    wrong = GOOD.replace(b"</Bal>", b"", 1).replace(b"</Ntry>", b"</Ntry></Bal>", 1)
    problem = refusal_of(wrong)
    assert (problem.field, problem.line) == ("Bal", line_with(wrong, b"<Bal>"))


@pytest.mark.parametrize("before", [b"<BkToCstmrStmt>", b"<Bal>", b"<Ntry>", b"<Refs>", b"</Refs>"])
def test_an_element_whose_name_ends_in_a_colon_is_one_we_do_not_know(before: bytes) -> None:
    """Without namespaces it is a name as good as any, and its local part is empty."""
    document = GOOD.replace(before, b"<:x:>text</:x:>" + before, 1)
    (statement,) = read_statements(document)
    assert [entry.details[0].end_to_end_id for entry in statement.entries] == ["E"]
    assert refusal_of(document.replace(b"</:x:>", b"")).line is not None


@pytest.mark.parametrize("length", range(0, len(GOOD) - 1, 11))
def test_a_file_cut_off_anywhere_is_refused_with_a_line(length: int) -> None:
    problem = refusal_of(GOOD[:length])
    assert problem.line is not None or length == 0


BOMB = (
    b'<?xml version="1.0"?>\n<!DOCTYPE lolz [<!ENTITY a "lol">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(12))
    + b"]>\n<Document><BkToCstmrStmt><Stmt><Id>&m;</Id></Stmt></BkToCstmrStmt></Document>"
)


def test_a_billion_laughs_is_refused_at_once() -> None:
    began = time.perf_counter()
    assert refusal_of(BOMB) == Problem("DOCTYPE", "a bank file has no document type", 2)
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    "doctype",
    [
        b'<!DOCTYPE Document SYSTEM "http://127.0.0.1:9/evil.dtd">',
        b'<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        b"<!DOCTYPE Document>",
        b'<!-- so far so good -->\n<!DOCTYPE Document [<!ENTITY % p SYSTEM "x"> %p;]>',
    ],
)
def test_a_document_type_is_refused_whatever_it_says(doctype: bytes) -> None:
    document = GOOD.replace(b"<Document", doctype + b"\n<Document").replace(b">E<", b">&x;<")
    problem = refusal_of(document)
    assert problem.field == "DOCTYPE"
    assert problem.line == line_with(document, b"<!D") or doctype.startswith(b"<!--")


def test_a_document_type_is_refused_in_a_wide_encoding_too() -> None:
    text = GOOD.decode().replace("UTF-8", "UTF-16").replace("<Document", "<!DOCTYPE x>\n<Document")
    assert refusal_of(text.encode("utf-16")).field == "DOCTYPE"


def test_a_late_document_type_after_a_long_comment_is_refused() -> None:
    comment = b"<!--" + b"x" * 200_000 + b"-->"
    document = GOOD.replace(b"<Document", comment + b"<!DOCTYPE x>\n<Document")
    assert refusal_of(document).field == "DOCTYPE"


def test_an_unknown_entity_is_refused() -> None:
    assert refusal_of(GOOD.replace(b">E<", b">&evil;<")).field == "xml"


@pytest.mark.parametrize("codec", ["utf-16", "iso-8859-1", "cp1252", "utf-8-sig"])
def test_other_encodings_that_say_so_are_read(codec: str) -> None:
    text = GOOD.decode().replace("UTF-8", codec.removesuffix("-sig")).replace(">E<", ">é<")
    (statement,) = read_statements(text.encode(codec))
    assert statement.entries[0].details[0].end_to_end_id == "é"


def test_bytes_of_another_encoding_than_declared_are_refused() -> None:
    problem = refusal_of(GOOD.replace(b">E<", b">\xe9<"))
    assert problem.field == "encoding"
    assert problem.line == line_with(GOOD, b">E<")


def test_an_encoding_nobody_knows_is_refused() -> None:
    assert refusal_of(GOOD.replace(b"UTF-8", b"KLINGON")).field == "encoding"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"", "empty"),
        (b" \r\n\t ", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"<Document/>", "no camt message"),
        (b"<html><body>down for maintenance</body></html>", "no camt message"),
        (b"<Document><CstmrDrctDbtInitn/></Document>", "pain.008"),
        (b"<Document><CstmrCdtTrfInitn/></Document>", "pain.001"),
        (b"<Document><BkToCstmrStmt/></Document>", "no statement"),
        (b"<Document><BkToCstmrStmt>\n<Ntry/></BkToCstmrStmt></Document>", "no statement"),
        (b"PK\x03\x04rest", "ZIP"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"just,a,csv\n1,2,3\n", "neither camt nor MT940"),
    ],
)
def test_a_file_of_another_kind_is_refused_and_told_what_it_is(
    document: bytes, message: str
) -> None:
    assert message in refusal_of(document).message


def test_an_endless_entry_is_refused_before_it_fills_the_memory() -> None:
    start, _, _ = samples.camt(samples.statement("@")).partition(b"@")
    filler = b"<Foo>bar</Foo>" * 4000
    with pytest.raises(UnreadableFile, match="larger than 8 megabytes"):
        list(camt.read([start, b"<Ntry>", *repeat(filler, 1000)]))


def test_an_endless_text_is_refused() -> None:
    start, _, _ = GOOD.partition(b"E</EndToEndId>")
    with pytest.raises(UnreadableFile):
        list(camt.read([start, *repeat(b"x" * 100_000, 200)]))


def test_an_endless_header_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="no camt message begins"):
        list(camt.read([b"<Env>", *repeat(b"<Hdr>x</Hdr>" * 1000, 100)]))


def test_deep_nesting_is_refused() -> None:
    document = GOOD.replace(b"<Refs>", b"<a>" * 10_000 + b"<Refs>")
    assert refusal_of(document).field == "xml"


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_damage_is_either_read_or_refused(data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(GOOD)))
    length = data.draw(st.integers(0, 40))
    damage = data.draw(st.binary(max_size=20) | st.sampled_from([b"<", b"&", b"]]>", b"<![CDATA["]))
    document = GOOD[:begin] + damage + GOOD[begin + length :]
    assert samples.read_or_refused(document)
