"""The bailiff a creditor hands cases over to, named to debtors who have to pay there."""

from __future__ import annotations

from typing import Annotated

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from services.collections.models import Bailiff
from services.collections.repository import bailiffs
from services.collections.use_cases.name_bailiff import name_bailiff
from shared.auth import requires
from shared.http.etag import IfMatch, check_if_match, set_etag
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router

router = noun_router("/bailiff", "bailiff")


class BailiffBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        from_attributes=True,
        json_schema_extra={
            "examples": [
                {
                    "name": "Gerechtsdeurwaarders Voorbeeld",
                    "reference": "WAT-001",
                    "phone": "+31 20 123 4567",
                    "url": "https://betalen.deurwaarder.example",
                }
            ]
        },
    )

    name: Annotated[str, Field(min_length=1, max_length=140)]
    reference: Annotated[
        str | None,
        Field(min_length=1, max_length=35, description="your own number there"),
    ] = None
    phone: Annotated[str | None, Field(pattern=r"^\+?[0-9][0-9 ()-]{4,24}$")] = None
    url: Annotated[
        str | None,
        Field(
            pattern=r"^https://[^\s<>\"']+$", max_length=200, description="where debtors pay them"
        ),
    ] = None


class BailiffShown(BaseModel):
    """Version 0 while nobody was named."""

    version: int
    bailiff: BailiffBody | None


@router.get("", dependencies=[requires("collections:read")])
async def get_bailiff(session: Reading, response: Response) -> BailiffShown:
    return _shown(await bailiffs.bailiff(session), response)


@router.put("", dependencies=[requires("collections:admin")])
async def put_bailiff(
    session: Writing, body: BailiffBody, response: Response, if_match: IfMatch = None
) -> BailiffShown:
    """Whom cases are handed over to from now on; payers' pages name them."""
    known = await bailiffs.lock_bailiff(session)
    check_if_match(if_match, known.version if known else 0)
    return _shown(await name_bailiff(session, known, **body.model_dump()), response)


def _shown(row: Bailiff | None, response: Response) -> BailiffShown:
    version = row.version if row else 0
    set_etag(response, version)
    named = BailiffBody.model_validate(row) if row is not None else None
    return BailiffShown(version=version, bailiff=named)
