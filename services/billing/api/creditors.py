"""Creditors: the administrations whose money it is."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.billing import repository
from services.billing.models import Creditor
from services.billing.use_cases.save_creditor import SaveCreditor, save_creditor
from shared.auth import requires
from shared.errors import NotFound
from shared.events.billing import Address
from shared.http.etag import IfMatch, set_etag
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router
from shared.references import is_sepa_creditor_id

router = noun_router("/creditors", "creditors")


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("not a time zone of the IANA database") from None
    return name


def _sepa_creditor_id(text: str) -> str:
    if not is_sepa_creditor_id(text):
        raise ValueError("not a SEPA creditor identifier: look at its check digits")
    return text


class CreditorBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "Waterbedrijf Voorbeeld",
                    "jurisdiction": "NL",
                    "currency": "EUR",
                    "time_zone": "Europe/Amsterdam",
                    "language": "nl",
                    "iban": "NL91ABNA0417164300",
                    "sepa_creditor_id": "NL69ZZZ123456780000",
                    "email": "debiteuren@waterbedrijf.example",
                    "phone": "+31 30 123 45 67",
                    "website": "https://waterbedrijf.example",
                    "address": {
                        "street": "Waterweg",
                        "house_number": "1",
                        "postcode": "3511 AA",
                        "city": "Utrecht",
                        "country": "NL",
                    },
                    "payment_term_days": 21,
                }
            ]
        },
    )

    name: Annotated[str, Field(min_length=1, max_length=140)]
    jurisdiction: Literal["NL", "DE", "PL"]
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    time_zone: Annotated[str, AfterValidator(_known_zone)]
    language: Literal["nl", "en", "de", "pl"]
    iban: str
    sepa_creditor_id: Annotated[str, AfterValidator(_sepa_creditor_id)] | None = None
    email: Annotated[str, Field(max_length=254)]
    phone: Annotated[str, Field(max_length=40)]
    website: Annotated[str, Field(max_length=200)]
    address: Address
    payment_term_days: Annotated[int, Field(ge=1, le=120)] = 21


class CreditorShown(CreditorBody):
    model_config = ConfigDict(extra="ignore", from_attributes=True)

    id: UUID
    version: int
    address: Address


@router.put("/{creditor_id}", dependencies=[requires("billing:admin")])
async def put_creditor(
    session: Writing,
    creditor_id: UUID,
    body: CreditorBody,
    response: Response,
    if_match: IfMatch = None,
) -> CreditorShown:
    """Register a creditor under an id of the caller's making, or change it (`If-Match`)."""
    command = SaveCreditor(creditor_id=creditor_id, if_match=if_match, **dict(body))
    creditor = await save_creditor(session, command)
    return _show(creditor, response)


@router.get("/{creditor_id}", dependencies=[requires("billing:read")])
async def get_creditor(session: Reading, creditor_id: UUID, response: Response) -> CreditorShown:
    creditor = await repository.creditor(session)
    if creditor is None or creditor.id != creditor_id:
        raise NotFound("no creditor with this id")
    return _show(creditor, response)


def _show(creditor: Creditor, response: Response) -> CreditorShown:
    set_etag(response, creditor.version)
    return CreditorShown.model_validate(creditor)
