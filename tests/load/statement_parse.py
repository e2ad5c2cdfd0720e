"""Bank files to typed rows with exact decimals, streaming. Beside it the floors of the same bytes.

The floors do less than a reader must: lxml's iterparse and expat only walk the XML, and the lines
of MT940 are only split. `mt-940` is a reader too, and reads the same file where it is installed.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from xml.parsers import expat

from lxml import etree

from services.payments.formats.read import read_events
from services.payments.formats.statement import Entry
from tests.load.figures import Figure

OWN_IBAN = "NL91ABNA0417164300"
OTHER_IBAN = "DE89370400440532013000"
_CHUNK_BYTES = 1 << 16
_MT940_LIBRARY_ENTRIES = 5_000

Readers = dict[str, Callable[[bytes], int]]

_CAMT_HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>M-1</MsgId><CreDtTm>2026-08-03T21:00:00</CreDtTm></GrpHdr>
<Stmt><Id>S-1</Id><ElctrncSeqNb>7</ElctrncSeqNb><CreDtTm>2026-08-03T21:00:00+02:00</CreDtTm>
<Acct><Id><IBAN>{OWN_IBAN}</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">0.00</Amt>
<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-08-03</Dt></Dt></Bal>
"""
_CAMT_ENTRY = f"""<Ntry>
<NtryRef>{{n}}</NtryRef>
<Amt Ccy="EUR">{{euros}}.{{cents:02}}</Amt>
<CdtDbtInd>CRDT</CdtDbtInd>
<Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-08-03</Dt></BookgDt>
<ValDt><Dt>2026-08-03</Dt></ValDt>
<AcctSvcrRef>SVC{{n:012}}</AcctSvcrRef>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>
<NtryDtls><TxDtls>
<Refs><EndToEndId>E2E-{{n}}</EndToEndId></Refs>
<Amt Ccy="EUR">{{euros}}.{{cents:02}}</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<RltdPties><Dbtr><Pty><Nm>Payer {{n}}</Nm></Pty></Dbtr>
<DbtrAcct><Id><IBAN>{OTHER_IBAN}</IBAN></Id></DbtrAcct></RltdPties>
<RltdAgts><DbtrAgt><FinInstnId><BICFI>COBADEFFXXX</BICFI></FinInstnId></DbtrAgt></RltdAgts>
<RmtInf><Ustrd>Invoice number 2026{{n:08}} and a few more words</Ustrd></RmtInf>
</TxDtls></NtryDtls>
</Ntry>
"""
_CAMT_FOOT = "</Stmt></BkToCstmrStmt></Document>\n"
_MT940_HEAD = f":20:R-1\n:25:{OWN_IBAN}EUR\n:28C:7/1\n:60F:C260803EUR0,00\n"
_MT940_ENTRY = (
    ":61:2608030803C{euros},{cents:02}NTRFEREF//{n:014}\n/TRCD/00100/\n:86:/EREF/E2E-{n}//CNTP/"
    + OTHER_IBAN
    + "/COBADEFF/Payer {n}///REMI/USTD//Invoice num\nber 2026{n:08} and a few words/\n"
)
_MT940_FOOT = ":62F:C260803EUR0,00\n-\n"


def _file(head: str, entry: str, foot: str, count: int) -> bytes:
    entries = (entry.format(n=n, euros=n % 500, cents=n % 100) for n in range(count))
    return "".join([head, *entries, foot]).encode()


def read_typed(content: bytes) -> int:
    """Our reader, from a stream: every entry made, none kept."""
    return sum(isinstance(event, Entry) for event in read_events(io.BytesIO(content)))


def walk_lxml(content: bytes) -> int:
    count = 0
    for _, element in etree.iterparse(io.BytesIO(content), events=("end",), tag="{*}Ntry"):
        count += 1
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    return count


def walk_expat(content: bytes) -> int:
    """Every element and text told to Python, and nothing done with it but to count entries."""
    count = 0

    def ended(name: str) -> None:
        nonlocal count
        count += name == "Ntry"

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = parser.CharacterDataHandler = lambda *_: None
    parser.EndElementHandler = ended
    for begin in range(0, len(content), _CHUNK_BYTES):
        parser.Parse(content[begin : begin + _CHUNK_BYTES], False)
    parser.Parse(b"", True)
    return count


def split_lines(content: bytes) -> int:
    return sum(line.startswith(":61:") for line in content.decode().split("\n"))


def read_library(content: bytes) -> int:
    """The `mt-940` library, whole file in memory."""
    import mt940

    return len(mt940.parse(content.decode()).transactions)


def _rate(read: Callable[[bytes], int], content: bytes, count: int) -> float:
    """Entries a second; a reader that misses an entry measures nothing."""
    began = time.perf_counter()
    seen = read(content)
    took = time.perf_counter() - began
    if seen != count:
        raise RuntimeError(f"{read.__name__} saw {seen} entries of {count}")
    return count / took


def _rates(readers: Readers, content: bytes, count: int, rounds: int) -> dict[str, list[float]]:
    """The readers take turns, so that what else the machine does meets all of them."""
    found: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(rounds):
        for name, read in readers.items():
            found[name].append(_rate(read, content, count))
    return found


def measure(*, count: int = 50_000, rounds: int = 5) -> Iterator[Figure]:
    unit = "entries/s"
    camt = _file(_CAMT_HEAD, _CAMT_ENTRY, _CAMT_FOOT, count)
    readers: Readers = {"ours": read_typed, "lxml": walk_lxml, "expat": walk_expat}
    rates = _rates(readers, camt, count, rounds)
    yield Figure("camt.053", unit, rates["ours"], rates["lxml"])
    yield Figure("camt.053 expat", unit, rates["expat"])
    mt940_file = _file(_MT940_HEAD, _MT940_ENTRY, _MT940_FOOT, count)
    rates = _rates({"ours": read_typed, "split": split_lines}, mt940_file, count, rounds)
    yield Figure("mt940", unit, rates["ours"], rates["split"])
    if find_spec("mt940") is not None:
        # Much slower, so on a smaller file.
        few = _MT940_LIBRARY_ENTRIES
        small = _file(_MT940_HEAD, _MT940_ENTRY, _MT940_FOOT, few)
        rates = _rates({"library": read_library}, small, few, rounds)
        yield Figure("mt940 mt-940", unit, rates["library"])
