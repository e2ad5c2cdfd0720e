"""A stand-in for the bank: books what people do and writes camt.053 (001.08) statements.

It is outside Inning, so it keeps its own books; the demo compares them with ours at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from lxml import etree

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
_NAMESPACES = {None: NAMESPACE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """One booked line. `cents` is positive for money in."""

    cents: int
    name: str = ""
    iban: str = ""
    end_to_end_id: str = "NOTPROVIDED"
    text: str = ""
    # A structured creditor reference (RF or betalingskenmerk).
    reference: str = ""
    # ISO 20022 return reason: the line gives a direct debit back.
    return_code: str = ""
    # The batch a direct-debit collection was booked as: (PmtInfId, number of transactions).
    batch: tuple[str, int] | None = None
    mandate: str = ""


@dataclass(slots=True)
class Bank:
    """One account and its statements, each chained to the one before."""

    iban: str
    balance_cents: int = 0
    number: int = 0
    waiting: list[Booking] = field(default_factory=list)

    def book(self, *bookings: Booking) -> None:
        self.waiting += bookings

    def statement(self, day: date) -> bytes:
        """The day's statement: a bank sends one for every business day, also when nothing moved."""
        self.number += 1
        opening = self.balance_cents
        root = etree.Element(f"{{{NAMESPACE}}}Document", nsmap=_NAMESPACES)  # type: ignore[arg-type]
        report = _sub(root, "BkToCstmrStmt")
        head = _sub(report, "GrpHdr")
        _sub(head, "MsgId", f"STMT-{day:%Y%m%d}-{self.number}")
        _sub(head, "CreDtTm", f"{day:%Y-%m-%d}T18:00:00+02:00")
        statement = _sub(report, "Stmt")
        _sub(statement, "Id", f"{self.iban}-{day:%Y%m%d}-{self.number}")
        _sub(statement, "ElctrncSeqNb", str(self.number))
        _sub(statement, "CreDtTm", f"{day:%Y-%m-%d}T18:00:00+02:00")
        account = _sub(statement, "Acct")
        _sub(_sub(account, "Id"), "IBAN", self.iban)
        _sub(account, "Ccy", "EUR")
        self.balance_cents += sum(booking.cents for booking in self.waiting)
        _balance(statement, "OPBD", opening, day)
        _balance(statement, "CLBD", self.balance_cents, day)
        for place, booking in enumerate(self.waiting):
            _entry(statement, booking, day, f"{day:%Y%m%d}{self.number:04}{place:05}")
        self.waiting = []
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _sub(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    element.text = text
    return element


def _amount(parent: etree._Element, name: str, cents: int) -> None:
    element = _sub(parent, name, f"{abs(cents) // 100}.{abs(cents) % 100:02}")
    element.set("Ccy", "EUR")


def _balance(statement: etree._Element, code: str, cents: int, day: date) -> None:
    balance = _sub(statement, "Bal")
    _sub(_sub(_sub(balance, "Tp"), "CdOrPrtry"), "Cd", code)
    _amount(balance, "Amt", cents)
    _sub(balance, "CdtDbtInd", "CRDT" if cents >= 0 else "DBIT")
    _sub(_sub(balance, "Dt"), "Dt", day.isoformat())


def _entry(statement: etree._Element, booking: Booking, day: date, reference: str) -> None:
    entry = _sub(statement, "Ntry")
    _amount(entry, "Amt", booking.cents)
    credit = booking.cents >= 0
    _sub(entry, "CdtDbtInd", "CRDT" if credit else "DBIT")
    _sub(_sub(entry, "Sts"), "Cd", "BOOK")
    _sub(_sub(entry, "BookgDt"), "Dt", day.isoformat())
    _sub(_sub(entry, "ValDt"), "Dt", day.isoformat())
    _sub(entry, "AcctSvcrRef", reference)
    code = _sub(_sub(entry, "BkTxCd"), "Domn")
    _sub(code, "Cd", "PMNT")
    family = _sub(code, "Fmly")
    direct_debit = booking.batch or booking.return_code
    _sub(family, "Cd", "IDDT" if direct_debit else "RCDT")
    _sub(family, "SubFmlyCd", "UPDD" if booking.return_code else "ESDD" if direct_debit else "ESCT")
    details = _sub(entry, "NtryDtls")
    if booking.batch:
        batch = _sub(details, "Btch")
        _sub(batch, "PmtInfId", booking.batch[0])
        _sub(batch, "NbOfTxs", str(booking.batch[1]))
        _amount(batch, "TtlAmt", booking.cents)
        _sub(batch, "CdtDbtInd", "CRDT")
        return
    _details(details, booking)


def _details(details: etree._Element, booking: Booking) -> None:
    transaction = _sub(details, "TxDtls")
    references = _sub(transaction, "Refs")
    _sub(references, "EndToEndId", booking.end_to_end_id)
    if booking.mandate:
        _sub(references, "MndtId", booking.mandate)
    _amount(transaction, "Amt", booking.cents)
    _sub(transaction, "CdtDbtInd", "CRDT" if booking.cents >= 0 else "DBIT")
    if booking.name:
        _party(transaction, booking)
    if booking.reference or booking.text:
        remittance = _sub(transaction, "RmtInf")
        if booking.reference:
            structured = _sub(_sub(remittance, "Strd"), "CdtrRefInf")
            _sub(_sub(_sub(structured, "Tp"), "CdOrPrtry"), "Cd", "SCOR")
            _sub(structured, "Ref", booking.reference)
        else:
            _sub(remittance, "Ustrd", booking.text)
    if booking.return_code:
        reason = _sub(_sub(transaction, "RtrInf"), "Rsn")
        _sub(reason, "Cd", booking.return_code)


def _party(transaction: etree._Element, booking: Booking) -> None:
    parties = _sub(transaction, "RltdPties")
    _sub(_sub(_sub(parties, "Dbtr"), "Pty"), "Nm", booking.name)
    if booking.iban:
        account = _sub(parties, "DbtrAcct")
        _sub(_sub(account, "Id"), "IBAN", booking.iban)
