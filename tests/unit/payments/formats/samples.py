"""Bank files made up for tests, in pieces, so that a test says only what it is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from services.payments.formats.read import read_statements
from services.payments.formats.statement import Statement
from services.payments.formats.unreadable import UnreadableFile

OWN_IBAN = "NL91ABNA0417164300"
OTHER_IBAN = "DE89370400440532013000"

MESSAGES = {
    "052": ("BkToCstmrAcctRpt", "Rpt"),
    "053": ("BkToCstmrStmt", "Stmt"),
    "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}


def namespace(kind: str = "053", version: str = "02") -> str:
    return f"urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.{version}"


def balance(code: str, amount: str, indicator: str | None = "CRDT", on: str = "2026-08-03") -> str:
    sign = "" if indicator is None else f"<CdtDbtInd>{indicator}</CdtDbtInd>"
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="EUR">{amount}</Amt>{sign}<Dt><Dt>{on}</Dt></Dt></Bal>\n'
    )


def entry(
    amount: str = "12.50",
    indicator: str = "CRDT",
    *,
    currency: str = "EUR",
    status: str = "<Sts>BOOK</Sts>",
    booked: str = "<Dt>2026-08-03</Dt>",
    value: str = "<Dt>2026-08-04</Dt>",
    more: str = "",
    details: str = "",
) -> str:
    return (
        f'<Ntry>\n<Amt Ccy="{currency}">{amount}</Amt>\n<CdtDbtInd>{indicator}</CdtDbtInd>\n'
        f"{status}\n<BookgDt>{booked}</BookgDt>\n<ValDt>{value}</ValDt>\n{more}\n"
        f"<NtryDtls>{details}</NtryDtls></Ntry>\n"
    )


def statement(*parts: str, account: str = f"<IBAN>{OWN_IBAN}</IBAN>", tag: str = "Stmt") -> str:
    return (
        f"<{tag}><Id>S-1</Id><ElctrncSeqNb>7</ElctrncSeqNb><LglSeqNb>3</LglSeqNb>"
        "<CreDtTm>2026-08-03T21:00:00+02:00</CreDtTm>"
        f"<Acct><Id>{account}</Id><Ccy>EUR</Ccy></Acct>\n{''.join(parts)}</{tag}>\n"
    )


def camt(*statements: str, kind: str = "053", version: str = "02", declaration: str = "") -> bytes:
    message, _ = MESSAGES[kind]
    head = declaration or '<?xml version="1.0" encoding="UTF-8"?>\n'
    text = (
        f'{head}<Document xmlns="{namespace(kind, version)}">\n<{message}>'
        f"<GrpHdr><MsgId>M-1</MsgId><CreDtTm>2026-08-03T21:00:00</CreDtTm></GrpHdr>\n"
        f"{''.join(statements)}</{message}></Document>\n"
    )
    return text.encode()


def mt940(
    *entries: str,
    head: str = f":20:R-1\n:25:{OWN_IBAN}\n:28C:7/1\n:60F:C260803EUR100,00\n",
    foot: str = ":62F:C260803EUR112,50\n-\n",
) -> bytes:
    return (head + "".join(entries) + foot).encode()


def large_camt(entry_count: int) -> Iterator[bytes]:
    """A camt.053 of any size in chunks of some tens of kilobytes, made as it is read."""
    whole = camt(statement(balance("OPBD", "0.00"), "@", balance("CLBD", "0.00"))).decode()
    head, _, foot = whole.partition("@")
    yield head.encode()
    details = (
        "<TxDtls><Refs><EndToEndId>E2E-{0}</EndToEndId></Refs><RltdPties><Dbtr><Nm>Payer {0}</Nm>"
        "</Dbtr><DbtrAcct><Id><IBAN>" + OTHER_IBAN + "</IBAN></Id></DbtrAcct></RltdPties>"
        "<RmtInf><Ustrd>Invoice number 2026{0:08} and a few more words</Ustrd></RmtInf></TxDtls>"
    )
    for begin in range(0, entry_count, 100):
        some = range(begin, min(begin + 100, entry_count))
        yield "".join(entry("0.01", details=details.format(number)) for number in some).encode()
    yield foot.encode()


class ChunkStream:
    """A readable stream over chunks made on the way, never held together."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = b""
        self.bytes_read = 0

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size:
            chunk = next(self._chunks, b"")
            if not chunk:
                break
            self._rest += chunk
        given, self._rest = self._rest[:size], self._rest[size:]
        self.bytes_read += len(given)
        return given


def large_mt940(entry_count: int) -> Iterator[bytes]:
    """An MT940 of any size in chunks of some tens of kilobytes, made as it is read."""
    whole = mt940("@").decode()
    head, _, foot = whole.partition("@")
    yield head.encode()
    line = (
        ":61:2608030803C0,01NTRFEREF//{0:014}\n/TRCD/00100/\n:86:/EREF/E2E-{0}//CNTP/"
        + OTHER_IBAN
        + "/COBADEFF/Payer {0}///REMI/USTD//Invoice num\nber 2026{0:08} and a few words/\n"
    )
    for begin in range(0, entry_count, 100):
        some = range(begin, min(begin + 100, entry_count))
        yield "".join(line.format(number) for number in some).encode()
    yield foot.encode()


def read_or_refused(document: bytes) -> list[Statement] | UnreadableFile:
    """The statements, or the refusal; any other exception is the reader's fault."""
    try:
        return list(read_statements(document))
    except UnreadableFile as refusal:
        return refusal
