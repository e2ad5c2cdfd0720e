"""Payment status reports: real ones are read, others are refused; and what they decide."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from services.payments.domain.status_report import GroupVerdict, Order, Verdict, rejected
from services.payments.formats.pain002 import read_pain002
from services.payments.formats.unreadable import UnreadableFile
from shared.ids import uuid7

FILE, GROUP, OTHER_GROUP = uuid7(), uuid7(), uuid7()
FIRST, SECOND, THIRD = (uuid7() for _ in range(3))
ORDERS = [Order(FIRST, GROUP), Order(SECOND, GROUP), Order(THIRD, OTHER_GROUP)]


def said(of: UUID, rejects: bool = False, reason: str | None = None) -> Verdict:
    return Verdict(of, rejects, reason)


@pytest.mark.parametrize(
    ("whole", "groups", "reasons"),
    [
        (said(FILE), [], {}),
        (said(FILE, True, "FF01"), [], {FIRST: "FF01", SECOND: "FF01", THIRD: "FF01"}),
        (said(FILE, True), [], {FIRST: "MS03", SECOND: "MS03", THIRD: "MS03"}),
        (
            said(FILE),
            [GroupVerdict(said(GROUP, True, "DT01"), ())],
            {FIRST: "DT01", SECOND: "DT01"},
        ),
        (
            said(FILE),
            [GroupVerdict(said(GROUP), (said(SECOND, True, "AC01"),))],
            {SECOND: "AC01"},
        ),
        (
            said(FILE, True, "NARR"),
            [GroupVerdict(said(GROUP, True), (said(FIRST, True, "AC04"),))],
            {FIRST: "AC04", SECOND: "NARR", THIRD: "NARR"},
        ),
    ],
)
def test_what_is_refused_at_each_level(
    whole: Verdict, groups: list[GroupVerdict], reasons: dict[UUID, str]
) -> None:
    """File, group and transaction; the nearest word on an order gives its reason."""
    assert rejected(whole, groups, ORDERS) == reasons


def test_every_real_report_is_read_or_refused_in_words(shared_data: Path) -> None:
    read, refused = [], []
    for path in sorted((shared_data / "pain.002").rglob("*.xml")):
        try:
            report = read_pain002(path.read_bytes())
        except UnreadableFile as wrong:
            refused.append((path.name, wrong.problems[0].field))
        else:
            assert report.message_id
            assert report.message_name
            read.append(path.name)
    assert len(read) >= 4
    assert {field for _, field in refused} <= {"file", "OrgnlMsgId", "TxSts", "GrpSts"}


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (b"not xml", "file"),
        (b"<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", "file"),
        (b"<Document><BkToCstmrStmt/></Document>", "file"),
        (b"<Document><CstmrPmtStsRpt/></Document>", "OrgnlMsgId"),
        (
            b"<CstmrPmtStsRpt><OrgnlGrpInfAndSts><OrgnlMsgId>A</OrgnlMsgId>"
            b"<GrpSts>NEWS</GrpSts></OrgnlGrpInfAndSts></CstmrPmtStsRpt>",
            "GrpSts",
        ),
    ],
)
def test_what_is_no_report_is_refused(content: bytes, field: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read_pain002(content)
    assert refused.value.problems[0].field == field
