"""A script and facts become a document: sentences said, blocks filled in, the rest left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from services.notifications.domain.facts import Facts
from services.notifications.domain.parties import Creditor, Customer, PostalAddress
from services.notifications.domain.text import paragraphs
from services.notifications.rendering.blocks import TABLES, Desk, payment_box
from services.notifications.rendering.catalog import Piece, Script
from services.notifications.rendering.document import (
    Block,
    Document,
    Field,
    Heading,
    Paragraph,
    Run,
    runs,
)
from services.notifications.rendering.formats import Formats, formats_for, grouped
from services.notifications.rendering.voice import Voice, voice_for


def compose(
    script: Script, facts: Facts, creditor: Creditor, customer: Customer, written_on: date
) -> Document:
    """The document one customer gets. `written_on` is a date in the creditor's time zone."""
    desk = Desk(facts, creditor, customer, formats_for(script.language), script.words.labels)
    voice = voice_for(script.language)
    scene = {
        "facts": facts,
        "creditor": creditor,
        "customer": customer,
        "written_on": written_on,
    }
    label = desk.labels
    return Document(
        language=script.language,
        subject=voice.say(script.subject, scene),
        greeting=voice.say(label["greeting"], scene),
        blocks=tuple(_blocks(script.body, script, desk, voice, scene)),
        closing=label["closing"],
        signature=creditor.name,
        reference=(
            Field(label["date"], desk.formats.day(written_on)),
            Field(label["customer_number"], customer.number),
            *(Field(label[key], voice.say(value, scene)) for key, value in script.reference),
        ),
        sender=_sender(creditor),
        footer=_footer(creditor, label),
    )


def _blocks(
    body: tuple[Piece, ...], script: Script, desk: Desk, voice: Voice, scene: Mapping[str, Any]
) -> Iterator[Block]:
    for piece in body:
        if piece.when is not None and not voice.ask(piece.when, scene):
            continue
        if piece.say is not None:
            yield Paragraph(runs(voice.say(piece.say, scene)))
        elif piece.head is not None:
            yield Heading(voice.say(piece.head, scene))
        elif piece.use is not None:
            yield from _blocks(script.words.phrases[piece.use], script, desk, voice, scene)
        else:
            yield from _shown(piece, desk, voice, scene)


def _shown(piece: Piece, desk: Desk, voice: Voice, scene: Mapping[str, Any]) -> Iterator[Block]:
    if piece.show == "payment":
        by = voice.ask(piece.by, scene) if piece.by else None
        yield payment_box(desk, voice.ask(piece.amount or "", scene), by)
    elif piece.show == "prose":
        for text in paragraphs(voice.ask(piece.field or "", scene)):
            yield Paragraph((Run(text),))
    else:
        yield TABLES[piece.show or ""](desk)


def address_lines(address: PostalAddress, formats: Formats, home_country: str) -> tuple[str, ...]:
    """The lines under the name, as the post of that country reads them."""
    street = " ".join(filter(None, (address.street, address.house_number)))
    # Two spaces between postcode and city is how the Dutch post asks for it.
    gap = "  " if address.country == "NL" else " "
    city = address.city.upper() if address.country == "NL" else address.city
    lines = [address.attention, street, f"{address.postcode}{gap}{city}"]
    if address.country != home_country:
        lines.append(formats.country(address.country))
    return tuple(line for line in lines if line)


def _sender(creditor: Creditor) -> tuple[str, ...]:
    formats = formats_for(creditor.language)
    address = address_lines(creditor.address, formats, creditor.address.country)
    reach = (creditor.phone, creditor.email, creditor.website)
    return (creditor.name, *address, *(line for line in reach if line))


def _footer(creditor: Creditor, label: dict[str, str]) -> tuple[str, ...]:
    numbers = (
        ("iban", grouped(creditor.iban)),
        ("company_number", creditor.company_number),
        ("vat_number", creditor.vat_number),
        ("sepa_creditor_id", creditor.sepa_creditor_id),
        ("register_number", creditor.collection_register_number),
    )
    return tuple(f"{label[key]} {value}" for key, value in numbers if value)
