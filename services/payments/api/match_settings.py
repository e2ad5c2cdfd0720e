"""How sure matching must be before it books, per creditor."""

from __future__ import annotations

from typing import Annotated

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from services.payments.repository import facts
from services.payments.use_cases.set_match_settings import set_match_settings
from shared.auth import requires
from shared.http.etag import IfMatch, set_etag
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router

router = noun_router("/match-settings", "matching")


class MatchSettingsBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"post_at": 0.999, "tie_margin": 2.0, "tolerance_minor": 0, "fill_by_law": False}
            ]
        },
    )

    post_at: Annotated[float, Field(ge=0.9, le=1, description="the least probability to book at")]
    tie_margin: Annotated[
        float, Field(ge=0, le=20, description="the least lead, as natural logarithm of odds")
    ]
    tolerance_minor: Annotated[
        int, Field(ge=0, le=1_000, description="what may be missing and is written off")
    ]
    fill_by_law: Annotated[
        bool, Field(description="money of a certain customer that fits nothing pays by the law")
    ]


class MatchSettingsShown(MatchSettingsBody):
    version: int


@router.get("", dependencies=[requires("payments:read")])
async def get_match_settings(session: Reading, response: Response) -> MatchSettingsShown:
    return _shown(await facts.stored_settings(session), response)


@router.put("", dependencies=[requires("payments:admin")])
async def put_match_settings(
    session: Writing, body: MatchSettingsBody, response: Response, if_match: IfMatch = None
) -> MatchSettingsShown:
    """Holds for what comes in from now on; what waits in the queue waits on."""
    return _shown(await set_match_settings(session, if_match, **body.model_dump()), response)


def _shown(row: facts.StoredSettings, response: Response) -> MatchSettingsShown:
    set_etag(response, row.version)
    known = row.settings
    return MatchSettingsShown(
        version=row.version,
        post_at=known.post_at,
        tie_margin=known.tie_margin,
        tolerance_minor=known.tolerance_minor,
        fill_by_law=known.fill_by_law,
    )
