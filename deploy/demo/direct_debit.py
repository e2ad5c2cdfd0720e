"""The bank's side of direct debits: read our pain.008, book the batch, give some back."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from deploy.demo.bank import Booking


@dataclass(frozen=True, slots=True)
class Collected:
    """One collection of a file, as the bank reads it."""

    payment_information_id: str
    end_to_end_id: str
    mandate: str
    cents: int
    name: str
    iban: str

    def given_back(self, reason: str) -> Booking:
        return Booking(
            cents=-self.cents,
            name=self.name,
            iban=self.iban,
            end_to_end_id=self.end_to_end_id,
            mandate=self.mandate,
            return_code=reason,
        )


def read_pain008(content: bytes) -> list[Collected]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    root = etree.fromstring(content, parser)
    space = {"p": etree.QName(root).namespace or ""}

    def text(node: etree._Element, path: str) -> str:
        return node.findtext(path, "", space)

    return [
        Collected(
            text(block, "p:PmtInfId"),
            text(debit, "p:PmtId/p:EndToEndId"),
            text(debit, "p:DrctDbtTx/p:MndtRltdInf/p:MndtId"),
            int(text(debit, "p:InstdAmt").replace(".", "")),
            text(debit, "p:Dbtr/p:Nm"),
            text(debit, "p:DbtrAcct/p:Id/p:IBAN"),
        )
        for block in root.iterfind(".//p:PmtInf", space)
        for debit in block.iterfind("p:DrctDbtTxInf", space)
    ]


def batches(collected: list[Collected]) -> list[Booking]:
    """One booked line per payment information block, without details, as Dutch banks do."""
    names = dict.fromkeys(one.payment_information_id for one in collected)
    blocks = [[one for one in collected if one.payment_information_id == name] for name in names]
    return [
        Booking(
            cents=sum(one.cents for one in block),
            batch=(block[0].payment_information_id, len(block)),
        )
        for block in blocks
    ]
