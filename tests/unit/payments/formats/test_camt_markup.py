"""The rarer forms of XML mean what XML says they mean, wherever a chunk ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from services.payments.formats import camt
from services.payments.formats.read import read_statements
from services.payments.formats.statement import Entry
from tests.unit.payments.formats import samples

RARE = samples.camt(
    samples.statement(
        "<!-- <Ntry><Amt>no</Amt></Ntry> -->\n<?made <Ntry> by=us?>\n",
        samples.entry(
            details="<TxDtls><Refs><EndToEndId a='x>y/>' b=\"!\" >E&#38;&#x20AC;</EndToEndId>"
            "</Refs>"
            "<RmtInf><Ustrd><![CDATA[</Ustrd><Ntry> & ]]>&lt;b&gt;<!-- > --> c</Ustrd></RmtInf>"
            "</TxDtls>\n<TxDtls />"
        ),
        samples.entry("3.00", more="<AddtlNtryInf>a > b ?> ]] </AddtlNtryInf>"),
        samples.entry("4.00").replace("<Ntry>", "<Ntry\n  xmlns:x='urn:x'  >"),
        samples.entry("5.00"),
    )
)


def entries_of(document: bytes, chunk: int) -> list[Entry]:
    chunks = (document[at : at + chunk] for at in range(0, len(document), chunk))
    return [event for event in camt.read(chunks) if isinstance(event, Entry)]


def test_comments_cdata_references_and_brackets_are_read_as_xml_reads_them() -> None:
    first, second, third, fourth = entries_of(RARE, len(RARE))
    texts = [detail.end_to_end_id for detail in first.details]
    assert texts == ["E&€", None]
    assert first.details[0].remittance_text == "</Ustrd><Ntry> & <b> c"
    assert second.additional_info == "a > b ?> ]]"
    assert [str(e.amount.value) for e in (third, fourth)] == ["4.00", "5.00"]


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 50, 333])
def test_it_does_not_matter_where_a_chunk_ends(chunk: int) -> None:
    for document in (RARE, RARE.replace(b"\n", b"\r\n").replace(b" & ", b" &\r\n ")):
        assert entries_of(document, chunk) == entries_of(document, len(document))


def test_lines_are_counted_through_all_of_it() -> None:
    lines = RARE.decode().split("\n")
    starts = [number for number, line in enumerate(lines, start=1) if line in {"<Ntry>", "<Ntry"}]
    assert [entry.line for entry in entries_of(RARE, 64)] == starts


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=60))
def test_what_a_payer_writes_never_becomes_markup(text: str) -> None:
    """The text as lxml writes it, with and without its `>` escaped (XML allows both)."""
    element = etree.Element("Ustrd")
    element.text = text.replace("￾", "").replace("￿", "")
    written = etree.tostring(element, encoding="unicode")
    for form in (written, written.replace("&gt;", ">") if "]]" not in text else written):
        details = f"<TxDtls><RmtInf>{form}</RmtInf></TxDtls>"
        document = samples.camt(samples.statement(samples.entry(details=details)))
        (entry,) = entries_of(document, 4096)
        assert entry.amount.value.as_tuple().digits == (1, 2, 5, 0)
        assert (entry.details[0].remittance_text or "") == element.text.strip()


def test_a_shape_met_before_means_what_it_meant_the_first_time(shared_data: Path) -> None:
    """Read in small chunks, entries are read part by part: real files say the same both ways."""
    for path in sorted((shared_data / "camt.053").rglob("*.xml"))[::12]:
        document = path.read_bytes()
        try:
            whole = [entry for s in read_statements(document) for entry in s.entries]
        except ValueError:
            continue
        assert entries_of(document, 97) == whole
