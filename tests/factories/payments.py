"""What the tests of payments send: facts of billing, and bank files like those of a bank."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from shared.events.billing import (
    Address,
    CreditorChanged,
    CustomerChanged,
    InvoiceIssued,
    Receivable,
)
from shared.ids import uuid7
from shared.money import Money
from shared.references import make_payment_reference, make_rf_reference

IBAN = "NL91ABNA0417164300"
ADDRESS = Address(
    street="Waterweg", house_number="1", postcode="3511 AA", city="Utrecht", country="NL"
)
DUE_ON = date(2026, 4, 1)


def eur(cents: int) -> Money:
    return Money(cents, "EUR")


def creditor_changed(creditor_id: UUID, **changes: Any) -> CreditorChanged:
    return CreditorChanged.model_validate(
        {
            "creditor_id": creditor_id,
            "version": 1,
            "name": "Waterbedrijf Voorbeeld",
            "jurisdiction": "NL",
            "currency": "EUR",
            "time_zone": "Europe/Amsterdam",
            "language": "nl",
            "iban": IBAN,
            "sepa_creditor_id": "NL79ZZZ999999990000",
            "email": "debiteuren@waterbedrijf.example",
            "phone": "+31 30 123 45 67",
            "website": "https://waterbedrijf.example",
            "address": ADDRESS,
            **changes,
        }
    )


def customer_changed(customer_id: UUID, number: str = "K1", **changes: Any) -> CustomerChanged:
    return CustomerChanged.model_validate(
        {
            "customer_id": customer_id,
            "version": 1,
            "number": number,
            "kind": "consumer",
            "name": f"A. Voorbeeld {number}",
            "language": "nl",
            "address": ADDRESS,
            **changes,
        }
    )


def receivable(
    invoice_id: UUID, cents: int, *, version: int = 1, status: str | None = None, **changes: Any
) -> Receivable:
    return Receivable.model_validate(
        {
            "invoice_id": invoice_id,
            "version": version,
            "status": status or ("open" if cents else "settled"),
            "due_on": DUE_ON,
            "open_principal": eur(cents),
            "open_costs": eur(0),
            "open_interest": eur(0),
            **changes,
        }
    )


def invoice_issued(
    count: int,
    cents: int,
    customer_id: UUID | None = None,
    *,
    collection: str = "transfer",
    due_on: date = DUE_ON,
) -> InvoiceIssued:
    """The `count`th invoice of 2026, with the references billing would give it."""
    invoice_id, number = uuid7(), f"2026{count:07}"
    return InvoiceIssued.model_validate(
        {
            "invoice_id": invoice_id,
            "customer_id": customer_id or uuid7(),
            "contract_id": uuid7(),
            "number": number,
            "issued_on": due_on - timedelta(days=21),
            "due_on": due_on,
            "period_from": date(2026, 1, 1),
            "period_to": date(2026, 3, 31),
            "lines": (),
            "net": eur(cents),
            "vat": eur(0),
            "total": eur(cents),
            "rf_reference": make_rf_reference(number),
            "payment_reference": make_payment_reference(int(number)),
            "collection": collection,
            "receivable": receivable(invoice_id, cents, due_on=due_on),
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One `TxDtls` inside an entry."""

    cents: int
    end_to_end_id: str = "NOTPROVIDED"
    reference: str = ""
    text: str = ""
    name: str = ""
    iban: str = ""
    return_code: str = ""


@dataclass(frozen=True, slots=True)
class Booked:
    """One `Ntry`: by default with the one part it is made of."""

    cents: int
    parts: tuple[Part, ...] = ()
    batch: str = ""
    # Further batches of ours that the bank books in the same sum.
    batches: tuple[str, ...] = ()
    # What the bank calls the entry (AcctSvcrRef).
    reference: str = ""
    # The bank takes back an earlier booking (RvslInd).
    is_reversal: bool = False


def paid(cents: int, *, bank_reference: str = "", is_reversal: bool = False, **part: Any) -> Booked:
    """A single line; negative is money out."""
    parts = (Part(cents=cents, **part),)
    return Booked(cents, parts, reference=bank_reference, is_reversal=is_reversal)


def camt053(
    bookings: Sequence[Booked],
    *,
    day: date = date(2026, 4, 1),
    number: int = 1,
    opening: int = 0,
    closing: int | None = None,
    iban: str = IBAN,
    version: str = "08",
) -> bytes:
    """A camt.053 statement; `closing` is what the entries make it unless told otherwise."""
    closing = opening + sum(booked.cents for booked in bookings) if closing is None else closing
    entries = "\n".join(_entry(booked, day, version) for booked in bookings)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">'
        f"<BkToCstmrStmt><GrpHdr><MsgId>M{number}</MsgId>"
        f"<CreDtTm>{day}T23:00:00</CreDtTm></GrpHdr>\n"
        f"<Stmt><Id>S{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb>"
        f"<CreDtTm>{day}T23:00:00</CreDtTm>"
        f"<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>\n"
        f"{_balance('OPBD', opening, day)}\n{_balance('CLBD', closing, day)}\n"
        f"{entries}\n</Stmt></BkToCstmrStmt></Document>\n"
    ).encode()


_REPORTS = {
    "camt.052": ("BkToCstmrAcctRpt", "Rpt"),
    "camt.054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}


def report(message: str, bookings: Sequence[Booked], **told: Any) -> bytes:
    """A `camt.052` interim report or `camt.054` notice of bookings, without balances."""
    root, tag = _REPORTS[message]
    content = camt053(bookings, **told).decode()
    content = re.sub("<Bal>.*</Bal>", "", content).replace("camt.053", message)
    content = content.replace("BkToCstmrStmt", root).replace("Stmt>", f"{tag}>")
    return content.encode()


def _amount(cents: int) -> str:
    return f'<Amt Ccy="EUR">{abs(cents) // 100}.{abs(cents) % 100:02}</Amt>'


def _sign(cents: int) -> str:
    return f"<CdtDbtInd>{'CRDT' if cents >= 0 else 'DBIT'}</CdtDbtInd>"


def _balance(code: str, cents: int, day: date) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(cents)}{_sign(cents)}"
        f"<Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def _entry(booked: Booked, day: date, version: str) -> str:
    status = "BOOK" if version == "02" else "<Cd>BOOK</Cd>"
    batch = ""
    if booked.batch:
        batch = f"<Btch><PmtInfId>{booked.batch}</PmtInfId></Btch>"
    details = "".join(_part(part, version) for part in booked.parts)
    if batch or details:
        details = f"<NtryDtls>{batch}{details}</NtryDtls>"
    details += "".join(
        f"<NtryDtls><Btch><PmtInfId>{one}</PmtInfId></Btch></NtryDtls>" for one in booked.batches
    )
    reversal = "<RvslInd>true</RvslInd>" if booked.is_reversal else ""
    named = f"<AcctSvcrRef>{booked.reference}</AcctSvcrRef>" if booked.reference else ""
    return (
        f"<Ntry>{_amount(booked.cents)}{_sign(booked.cents)}{reversal}<Sts>{status}</Sts>"
        f"<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>{named}{details}</Ntry>"
    )


def _part(part: Part, version: str) -> str:
    remittance = ""
    if part.reference:
        remittance = (
            f"<RmtInf><Strd><CdtrRefInf><Ref>{part.reference}</Ref></CdtrRefInf></Strd></RmtInf>"
        )
    elif part.text:
        remittance = f"<RmtInf><Ustrd>{part.text}</Ustrd></RmtInf>"
    party = f"<Nm>{part.name}</Nm>" if version == "02" else f"<Pty><Nm>{part.name}</Nm></Pty>"
    side = "Dbtr" if part.cents >= 0 else "Cdtr"
    account = f"<{side}Acct><Id><IBAN>{part.iban}</IBAN></Id></{side}Acct>" if part.iban else ""
    parties = (
        f"<RltdPties><{side}>{party}</{side}>{account}</RltdPties>" if part.name or account else ""
    )
    returned = (
        f"<RtrInf><Rsn><Cd>{part.return_code}</Cd></Rsn></RtrInf>" if part.return_code else ""
    )
    return (
        f"<TxDtls><Refs><EndToEndId>{part.end_to_end_id}</EndToEndId></Refs>"
        f"{_amount(part.cents)}{_sign(part.cents)}{parties}{remittance}{returned}</TxDtls>"
    )
