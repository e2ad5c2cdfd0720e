"""What pain.001 and pain.008 write alike: amounts, names, agents, addresses, remittances.

All text goes through the SEPA character set, in which nothing needs escaping.
"""

from __future__ import annotations

import re

from services.payments.formats.direct_debit import PostalAddress
from services.payments.formats.sepa_text import sepa_text

# People write references with them.
_SEPARATORS = re.compile(r"[\s.\-/]")
_NAME_LENGTH_MAX = 70
_STREET_LENGTH_MAX = 70
_NUMBER_LENGTH_MAX = 16
_TOWN_LENGTH_MAX = 35
_LINE_LENGTH_MAX = 70


def decimal(minor: int) -> str:
    """Cents as euros with two decimals."""
    euros, cents = divmod(minor, 100)
    return f"{euros}.{cents:02}"


def name(text: str) -> str:
    return sepa_text(text)[:_NAME_LENGTH_MAX].rstrip()


def agent(bic: str | None, bic_tag: str) -> str:
    """IBAN-only is the rule in SEPA; the schema wants an element all the same."""
    if bic is None:
        return "<FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId>"
    return f"<FinInstnId><{bic_tag}>{bic}</{bic_tag}></FinInstnId>"


def address(postal: PostalAddress | None) -> str:
    if postal is None:
        return ""
    parts = (
        ("StrtNm", postal.street, _STREET_LENGTH_MAX),
        ("BldgNb", postal.building_number, _NUMBER_LENGTH_MAX),
        ("PstCd", postal.postcode, _NUMBER_LENGTH_MAX),
        ("TwnNm", postal.town, _TOWN_LENGTH_MAX),
        ("Ctry", postal.country, 2),
        *(("AdrLine", line, _LINE_LENGTH_MAX) for line in postal.lines),
    )
    elements = []
    for tag, value, length_max in parts:
        text = sepa_text(value or "")[:length_max].rstrip()
        if text:
            elements.append(f"<{tag}>{text}</{tag}>")
    return f"<PstlAdr>{''.join(elements)}</PstlAdr>"


def remittance(reference: str | None, text: str | None) -> str:
    """A structured reference (RF or betalingskenmerk, checked before), or text, or nothing."""
    if reference is None:
        return "" if text is None else f"<RmtInf><Ustrd>{sepa_text(text)}</Ustrd></RmtInf>"
    number = _SEPARATORS.sub("", reference).upper()
    issuer = "ISO" if number.startswith("RF") else "CUR"
    return (
        "<RmtInf><Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry>"
        f"<Issr>{issuer}</Issr></Tp><Ref>{number}</Ref></CdtrRefInf></Strd></RmtInf>"
    )
