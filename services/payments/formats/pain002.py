"""Reads payment status reports (pain.002.001.03 and later): what a bank said of a file of ours.

By local names, whatever the version or the bank's own namespace; no DTD, no entity, no network.
Source: EPC130-08 and EPC132-08, chapter 2.3 (reject and status).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from lxml import etree

from services.payments.formats.unreadable import UnreadableFile

# The file as a whole, a group of it (`PmtInf`), one transaction. ISO 20022 external status codes.
REJECTED = "RJCT"
_STATUSES = frozenset(
    {"ACCC", "ACCP", "ACSC", "ACSP", "ACTC", "ACWC", "PART", "PDNG", "RCVD", "RJCT"}
)


@dataclass(frozen=True, slots=True)
class TransactionStatus:
    end_to_end_id: str | None
    status: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class GroupStatus:
    payment_information_id: str | None
    status: str | None
    reason: str | None
    transactions: tuple[TransactionStatus, ...]


@dataclass(frozen=True, slots=True)
class StatusReport:
    """`message_name` says what was reported on, such as `pain.008.001.02`."""

    message_id: str
    message_name: str
    status: str | None
    reason: str | None
    groups: tuple[GroupStatus, ...]


def read_pain002(content: bytes) -> StatusReport:
    """Raises `UnreadableFile` with line and field."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableFile.field("file", "not XML", error.lineno) from None
    if cast(Any, root.getroottree().docinfo).doctype:
        raise UnreadableFile.field("file", "a DOCTYPE is not taken", 1)
    report = root if _tag(root) == "CstmrPmtStsRpt" else root.find("{*}CstmrPmtStsRpt")
    if report is None:
        raise UnreadableFile.field("file", "not a payment status report (pain.002)", 1)
    original = report.find("{*}OrgnlGrpInfAndSts")
    if original is None or not _text(original, "OrgnlMsgId"):
        raise UnreadableFile.field("OrgnlMsgId", "does not say which file it is about", 1)
    return StatusReport(
        _text(original, "OrgnlMsgId") or "",
        _text(original, "OrgnlMsgNmId") or "",
        _status(original, "GrpSts"),
        _reason(original),
        tuple(_group(element) for element in report.iterfind("{*}OrgnlPmtInfAndSts")),
    )


def _group(element: etree._Element) -> GroupStatus:
    return GroupStatus(
        _text(element, "OrgnlPmtInfId"),
        _status(element, "PmtInfSts"),
        _reason(element),
        tuple(
            TransactionStatus(_text(one, "OrgnlEndToEndId"), _status(one, "TxSts"), _reason(one))
            for one in element.iterfind("{*}TxInfAndSts")
        ),
    )


def _status(element: etree._Element, name: str) -> str | None:
    """A status that is not known is refused: what it does to the money would be a guess."""
    status = _text(element, name)
    if status is not None and status not in _STATUSES:
        raise UnreadableFile.field(name, "not a known payment status", _line(element))
    return status


def _reason(element: etree._Element) -> str | None:
    """The first reason; banks that invent their own write it as proprietary."""
    for kind in ("Cd", "Prtry"):
        found = element.findtext(f"{{*}}StsRsnInf/{{*}}Rsn/{{*}}{kind}")
        if found and found.strip():
            return found.strip()
    return None


def _text(element: etree._Element, name: str) -> str | None:
    found = element.findtext(f"{{*}}{name}")
    return found.strip() if found and found.strip() else None


def _tag(element: etree._Element) -> str:
    return etree.QName(element).localname


def _line(element: etree._Element) -> int | None:
    return cast("int | None", element.sourceline)
