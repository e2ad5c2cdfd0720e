"""Who writes and who is written to: what a letter or an e-mail shows of both."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from stdnum import iban as iban_number

from services.notifications.domain.text import Line, Link, is_sendable_email


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("must be a time zone of the IANA database") from None
    return name


def _sendable(address: str) -> str:
    if not is_sendable_email(address):
        raise ValueError("must be a plain ASCII e-mail address")
    return address


def _valid_iban(written: str) -> str:
    if not iban_number.is_valid(written):
        raise ValueError("must be a valid IBAN")
    return str(iban_number.compact(written))


Email = Annotated[str, AfterValidator(_sendable)]
Iban = Annotated[str, AfterValidator(_valid_iban)]
"""Checked by ISO 7064 mod 97 and kept without spaces."""
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
"""ISO 639-1, such as `nl`."""


class Party(BaseModel):
    """Frozen; unknown fields are ignored, so that a newer sender may tell more."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class PostalAddress(Party):
    """Structured, as SEPA and the print house want it. `country` is ISO 3166-1 alpha-2."""

    street: Line
    house_number: Line | None = None
    postcode: Line
    city: Line
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "NL"
    attention: Line | None = None


class Creditor(Party):
    """The administration whose money it is, as it presents itself."""

    name: Line
    address: PostalAddress
    iban: Iban
    email: Email
    phone: Line | None = None
    website: Line | None = None
    company_number: Line | None = None
    """KvK number in the Netherlands."""
    vat_number: Line | None = None
    sepa_creditor_id: Line | None = None
    language: Language = "nl"
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "Europe/Amsterdam"
    supplies_drinking_water: bool = False
    """Adds the offers of art. 3(2) Regeling afsluitbeleid voor kleinverbruikers van drinkwater."""
    debt_help_website: Line | None = None
    complaints_link: Link | None = None
    collection_register_number: Line | None = None
    """Number in the Wki register, for who collects for another."""


class Customer(Party):
    """Who receives it. `language` is what they asked for, if they asked."""

    name: Line
    number: Line
    email: str | None = None
    address: PostalAddress | None = None
    language: Language | None = None
