"""Direct debit files of ten thousand collections: written, checked by our rules, and by the schema.

Two floors in the same run, over the same transactions: string concatenation without any check and
one parse of the result; and a tree built by lxml and serialised.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from lxml import etree
from schwifty import IBAN

from services.payments.formats.direct_debit import (
    Collection,
    CollectionGroup,
    Creditor,
    DirectDebitBatch,
    PostalAddress,
    SequenceType,
)
from services.payments.formats.official_schema import compiled_schema, refuse_against_schema
from services.payments.formats.pain008 import Version, write_pain008
from shared.money import Money
from shared.references import make_payment_reference
from tests.load.figures import Figure

_SCHEMAS = Path(__file__).resolve().parents[3] / "shared" / "data" / "schemas" / "iso20022"
_UNIT = "collections/s"


def measure(*, count: int = 10_000, rounds: int = 3) -> list[Figure]:
    """Without the official schemas (PAYMENTS_XSD_DIR, or beside the checkout) only our own checks
    are measured."""
    batch = make_batch(count)
    concatenated = _rounds(lambda: etree.fromstring(concatenate(batch)), count, rounds)
    tree = _rounds(lambda: build_tree(batch), count, rounds)
    written = _rounds(lambda: write_pain008(batch), count, rounds)
    figures = [
        Figure("pain.008 written and checked; floor: concatenated", _UNIT, written, concatenated),
        Figure("pain.008 written and checked; floor: lxml tree", _UNIT, written, tree),
    ]
    folder = os.environ.get("PAYMENTS_XSD_DIR") or str(_SCHEMAS)
    if Path(folder).is_dir():
        compiled_schema(folder, Version.V08)

        def validated() -> None:
            refuse_against_schema(write_pain008(batch), Version.V08, folder)

        rates = _rounds(validated, count, rounds)
        name = "the same, and valid by the official schema; floor: concatenated"
        figures.append(Figure(name, _UNIT, rates, concatenated))
    return figures


def make_batch(count: int) -> DirectDebitBatch:
    """Every collection of another account; a tenth have letters outside the SEPA set."""
    names = ["A. Voorbeeld", "J. de Vries", "Zoë Łukasz-Großmüller", *["M. Jansen"] * 17]
    collections = tuple(
        Collection(
            end_to_end_id=f"INN{number:032X}",
            amount=Money(1_000 + number, "EUR"),
            mandate_reference=f"M-{number}",
            mandate_signed_on=date(2025, 1, 31),
            debtor_name=names[number % len(names)],
            debtor_iban=str(IBAN.generate("NL", "INGB", f"{number:010}")),
            structured_reference=make_payment_reference(number),
        )
        for number in range(count)
    )
    creditor = Creditor(
        "Waterbedrijf Voorbeeld",
        "NL91ABNA0417164300",
        "NL79ZZZ999999990000",
        address=PostalAddress("Utrecht", "NL", "Waterweg", "1", "3511 AA"),
    )
    group = CollectionGroup("P-1", date(2026, 8, 10), SequenceType.RECURRING, collections)
    return DirectDebitBatch("MSG-1", datetime(2026, 8, 3, tzinfo=UTC), creditor, (group,))


def concatenate(batch: DirectDebitBatch) -> bytes:
    """The same elements in the same order; nothing is checked, nothing converted."""
    return (
        "<Document><PmtInf>"
        + "".join(
            [
                f"<DrctDbtTxInf><PmtId><EndToEndId>{one.end_to_end_id}</EndToEndId></PmtId>"
                f'<InstdAmt Ccy="EUR">{one.amount.minor // 100}.00</InstdAmt>'
                f"<DrctDbtTx><MndtRltdInf><MndtId>{one.mandate_reference}</MndtId>"
                f"<DtOfSgntr>{one.mandate_signed_on}</DtOfSgntr></MndtRltdInf></DrctDbtTx>"
                "<DbtrAgt><FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId></DbtrAgt>"
                f"<Dbtr><Nm>{one.debtor_name}</Nm></Dbtr>"
                f"<DbtrAcct><Id><IBAN>{one.debtor_iban}</IBAN></Id></DbtrAcct>"
                "<RmtInf><Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry>"
                f"<Issr>CUR</Issr></Tp><Ref>{one.structured_reference}</Ref></CdtrRefInf></Strd>"
                "</RmtInf></DrctDbtTxInf>"
                for one in batch.groups[0].collections
            ]
        )
        + "</PmtInf></Document>"
    ).encode()


def build_tree(batch: DirectDebitBatch) -> bytes:
    """The same with lxml, element by element."""
    root = etree.Element("Document")
    group = etree.SubElement(root, "PmtInf")
    for one in batch.groups[0].collections:
        inf = etree.SubElement(group, "DrctDbtTxInf")
        _leaf(inf, "PmtId/EndToEndId", one.end_to_end_id)
        _leaf(inf, "InstdAmt", str(one.amount.to_decimal())).set("Ccy", "EUR")
        mandate = etree.SubElement(etree.SubElement(inf, "DrctDbtTx"), "MndtRltdInf")
        _leaf(mandate, "MndtId", one.mandate_reference)
        _leaf(mandate, "DtOfSgntr", one.mandate_signed_on.isoformat())
        _leaf(inf, "DbtrAgt/FinInstnId/Othr/Id", "NOTPROVIDED")
        _leaf(inf, "Dbtr/Nm", one.debtor_name)
        _leaf(inf, "DbtrAcct/Id/IBAN", one.debtor_iban)
        reference = _leaf(inf, "RmtInf/Strd/CdtrRefInf", None)
        kind = etree.SubElement(reference, "Tp")
        _leaf(kind, "CdOrPrtry/Cd", "SCOR")
        _leaf(kind, "Issr", "CUR")
        _leaf(reference, "Ref", one.structured_reference)
    return etree.tostring(root, encoding="UTF-8")


def _leaf(element: etree._Element, path: str, text: str | None) -> etree._Element:
    for step in path.split("/"):
        element = etree.SubElement(element, step)
    element.text = text
    return element


def _rounds(work: Callable[[], object], count: int, rounds: int) -> list[float]:
    """Collections a second in each round; one more before them warms up."""
    rates = []
    work()
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        rates.append(count / (time.perf_counter() - began))
    return rates
