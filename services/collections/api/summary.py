"""Counts over everything, for a table at the end of a demonstration or a day."""

from __future__ import annotations

from collections import defaultdict

from pydantic import BaseModel, Field

from services.collections.repository import looking, summary
from shared.auth import requires
from shared.http.unit import Reading
from shared.http.unit import router as noun_router
from shared.money import Money

router = noun_router("/summary", "summary")


class Sum(BaseModel):
    count: int
    amount: Money


class SummaryShown(BaseModel):
    cases: dict[str, int] = Field(description="by status")
    steps: dict[str, int] = Field(description="by code, failed ones left out")
    failed_steps: dict[str, int]
    charges: dict[str, Sum] = Field(description="costs and interest imposed")
    arrangements: dict[str, Sum] = Field(description="by status, with what was agreed")
    disputes: dict[str, int] = Field(description="by status")
    worklist_open: dict[str, int] = Field(description="by kind")
    claims: dict[str, Sum] = Field(description="by status, with what is open")
    customers_to_look_at: int = Field(description="changed since they were last looked at")


@router.get("", dependencies=[requires("collections:read")])
async def get_summary(session: Reading) -> SummaryShown:
    """How the whole collections of this creditor stand."""
    creditor = await looking.creditor(session)
    counted: defaultdict[str, dict[str, int]] = defaultdict(dict)
    summed: defaultdict[str, dict[str, Sum]] = defaultdict(dict)
    for noun, word, count, minor in await summary.counts(session):
        counted[noun][word] = count
        summed[noun][word] = Sum(count=count, amount=Money(int(minor), creditor.currency))
    return SummaryShown(
        cases=counted["cases"],
        steps=counted["steps"],
        failed_steps=counted["failed_steps"],
        charges=summed["charges"],
        arrangements=summed["arrangements"],
        disputes=counted["disputes"],
        worklist_open=counted["worklist"],
        claims=summed["claims"],
        customers_to_look_at=counted["waiting"].get("look", 0),
    )
