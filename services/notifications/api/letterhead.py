"""What stands on a creditor's letters beyond name, address and account, which billing knows."""

from __future__ import annotations

from fastapi import Response
from pydantic import BaseModel, ConfigDict

from services.notifications import repository
from services.notifications.domain.text import Line, Link
from services.notifications.models import Letterhead
from services.notifications.use_cases.save_letterhead import SaveLetterhead, save_letterhead
from shared.auth import requires
from shared.http.etag import IfMatch, set_etag
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router

router = noun_router("/letterhead", "letterhead")


class LetterheadBody(BaseModel):
    """`supplies_drinking_water` adds the offers of art. 3(2) Regeling afsluitbeleid drinkwater.

    `vat_number` has to stand on invoices (Wet op de omzetbelasting 1968, art. 35a).
    """

    model_config = ConfigDict(
        extra="forbid",
        from_attributes=True,
        json_schema_extra={
            "examples": [
                {
                    "company_number": "12345678",
                    "vat_number": "NL001234567B01",
                    "supplies_drinking_water": True,
                    "debt_help_website": "www.schuldhulp.example",
                    "complaints_link": "https://waterbedrijf.example/klacht",
                    "collection_register_number": None,
                }
            ]
        },
    )

    company_number: Line | None = None
    vat_number: Line | None = None
    supplies_drinking_water: bool = False
    debt_help_website: Line | None = None
    complaints_link: Link | None = None
    collection_register_number: Line | None = None


@router.get("", dependencies=[requires("notifications:read")])
async def get_letterhead(session: Reading, response: Response) -> LetterheadBody:
    """Empty until it is set."""
    head = await repository.letterhead(session)
    return LetterheadBody() if head is None else _shown(head, response)


@router.put("", dependencies=[requires("notifications:admin")])
async def put_letterhead(
    session: Writing, body: LetterheadBody, response: Response, if_match: IfMatch = None
) -> LetterheadBody:
    head = await save_letterhead(session, SaveLetterhead(**dict(body)), if_match=if_match)
    return _shown(head, response)


def _shown(head: Letterhead, response: Response) -> LetterheadBody:
    set_etag(response, head.version)
    return LetterheadBody.model_validate(head)
