"""A creditor's own rules: how debits are announced, and who approves how much going out."""

from __future__ import annotations

from typing import Annotated

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from services.payments.domain.sepa_rules import Notice, SepaRules
from services.payments.domain.target_days import NOTICE_DAYS
from services.payments.repository.sepa_settings import sepa_rules
from services.payments.use_cases.save_sepa_rules import save_sepa_rules
from shared.auth import requires
from shared.http.etag import IfMatch, set_etag
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router
from shared.money import LARGEST_MINOR

router = noun_router("/sepa-settings", "SEPA settings")

Limit = Annotated[int | None, Field(ge=0, le=LARGEST_MINOR)]


class SepaRulesBody(BaseModel):
    """Limits are in minor units of the creditor's currency; null is no limit."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"notice": "invoice", "notice_days": 14, "clerk_limit_minor": 50_000}]
        },
    )

    notice: Notice = "invoice"
    notice_days: Annotated[int, Field(ge=1, le=60)] = NOTICE_DAYS
    marks_first: bool = False
    clerk_limit_minor: Limit = 50_000
    supervisor_limit_minor: Limit = None
    duplicate_days: Annotated[int, Field(ge=0, le=365)] = 30


class SepaRulesShown(SepaRulesBody):
    version: int


@router.get("", dependencies=[requires("payments:read")])
async def get_sepa_settings(session: Reading, response: Response) -> SepaRulesShown:
    """What the creditor set, or the defaults (version 0)."""
    return _shown(await sepa_rules(session), response)


@router.put("", dependencies=[requires("payments:admin")])
async def put_sepa_settings(
    session: Writing, body: SepaRulesBody, response: Response, if_match: IfMatch = None
) -> SepaRulesShown:
    """Replace the whole; `If-Match` names what was read."""
    rules = SepaRules(**body.model_dump())
    return _shown(await save_sepa_rules(session, rules, if_match=if_match), response)


def _shown(rules: SepaRules, response: Response) -> SepaRulesShown:
    set_etag(response, rules.version)
    return SepaRulesShown(
        version=rules.version,
        notice=rules.notice,
        notice_days=rules.notice_days,
        marks_first=rules.marks_first,
        clerk_limit_minor=rules.clerk_limit_minor,
        supervisor_limit_minor=rules.supervisor_limit_minor,
        duplicate_days=rules.duplicate_days,
    )
