"""`python -m services.payments.read`: what it prints, and with what status it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from services.payments import read
from services.payments.formats.csv_layouts import LAYOUTS
from tests.unit.payments.formats import samples


def written(folder: Path, name: str, content: bytes) -> str:
    path = folder / name
    path.write_bytes(content)
    return str(path)


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_statement_is_one_line_with_sums_of_what_is_booked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = samples.camt(
        samples.statement(
            samples.balance("OPBD", "100.00", "DBIT"),
            samples.balance("CLBD", "92.50", "DBIT"),
            samples.entry("10.00", details="<TxDtls/><TxDtls/>"),
            samples.entry("2.50", "DBIT"),
            samples.entry("99.00", status="<Sts>PDNG</Sts>"),
        )
    )
    path = written(tmp_path, "named.like.nothing", document)
    assert read.main([path]) == 0
    assert printed(capsys) == [
        {
            "file": path,
            "format": "camt.053.001.02",
            "account": samples.OWN_IBAN,
            "number": "7",
            "currency": "EUR",
            "opening": "-100.00",
            "closing": "-92.50",
            "entries": 3,
            "details": 2,
            "credit": "10.00",
            "debit": "2.50",
        }
    ]


def test_each_statement_of_each_file_has_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    two = written(tmp_path, "a", samples.camt(samples.statement(), samples.statement()))
    one = written(tmp_path, "b", samples.mt940(":61:2608030803D1,NTRFNONREF\n"))
    assert read.main([two, one]) == 0
    lines = printed(capsys)
    assert [line["file"] for line in lines] == [two, two, one]
    assert (lines[2]["format"], lines[2]["debit"], lines[2]["closing"]) == ("mt940", "1", "112.50")


def test_a_refused_file_is_told_whole_and_the_others_are_still_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = samples.statement(samples.entry())
    wrong = samples.statement(samples.entry("12..34"))
    broken = written(tmp_path, "broken", samples.camt(good, wrong))
    fine = written(tmp_path, "fine", samples.camt(good))
    absent = str(tmp_path / "absent")
    assert read.main([broken, absent, fine]) == 1
    first, second, third = printed(capsys)
    line = samples.camt(good, wrong).decode().splitlines().index('<Amt Ccy="EUR">12..34</Amt>') + 1
    assert first == {
        "file": broken,
        "error": "not an amount: '12..34'",
        "line": line,
        "field": "Ntry/Amt",
    }
    assert (second["file"], second["line"], second["field"]) == (absent, None, "file")
    assert third["file"] == fine


def test_without_files_it_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert read.main([]) == 2
    assert "One JSON line per statement" in capsys.readouterr().err


def test_a_csv_is_read_by_a_named_layout_or_a_mapping_in_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = f'"03-08-2026","{samples.OWN_IBAN}","12,50","Credit","N","","ET","t","87,50"\n'
    path = written(tmp_path, "csv", content.encode())
    kept = written(tmp_path, "mapping", LAYOUTS["triodos"].model_dump_json().encode())
    assert read.main([path]) == 1
    assert read.main(["--mapping", "triodos", path]) == 0
    assert read.main(["--mapping", kept, path]) == 0
    refused, named, by_file = printed(capsys)
    assert refused["field"] == "file"
    assert named == by_file
    assert (named["format"], named["opening"], named["closing"]) == ("csv", "75.00", "87.50")
    assert (named["account"], named["number"]) == (samples.OWN_IBAN, None)


@pytest.mark.parametrize("content", [b"{}", b"no json", None])
def test_a_mapping_that_is_none_is_told_before_any_file_is_read(
    content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mapping"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SystemExit) as ended:
        read.main(["--mapping", str(path), "absent"])
    assert ended.value.code == 2
    assert "mapping" in capsys.readouterr().err


def test_it_runs_as_a_module(tmp_path: Path) -> None:
    path = written(tmp_path, "pain", b"<Document><CstmrDrctDbtInitn/></Document>")
    done = subprocess.run(
        [sys.executable, "-m", "services.payments.read", path],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert json.loads(done.stdout)["field"] == "CstmrDrctDbtInitn"


def test_a_csv_without_a_mapping_is_told_what_it_needs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = written(tmp_path, "a.csv", b"Datum;Bedrag\n20260401;1,00\n")
    noise = written(tmp_path, "b.bin", b"\x8f\x00;\x17")
    assert read.main([table, noise]) == 1
    of_table, of_noise = (line["error"] for line in printed(capsys))
    assert str(of_table).endswith("; to read a CSV, name its mapping or store one")
    assert of_noise == "neither camt nor MT940 is recognised in this file"
