"""How many messages there are of each kind, road and state, and what waits."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field

from services.notifications import repository
from shared.auth import requires
from shared.http.unit import Reading
from shared.http.unit import router as noun_router
from shared.service import Service

router = noun_router("/summary", "summary")

UNDECIDED = "undecided"
EXAMPLE: dict[str, Any] = {
    "messages": {"invoice": {"email": {"sent": 998}, "letter": {"handed_over": 2}}},
    "waiting": 0,
    "waiting_for_customer": 0,
    "oldest_waiting_since": None,
    "needing_attention": 0,
}


class Summary(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    messages: dict[str, dict[str, dict[str, int]]] = Field(
        description=f"by template, channel (`{UNDECIDED}` before there is one) and state"
    )
    waiting: int = Field(description="should have left by now")
    waiting_for_customer: int = Field(description="of those: no event told of the customer yet")
    oldest_waiting_since: datetime | None
    needing_attention: int = Field(description="a person must look at these")


@router.get("", dependencies=[requires("notifications:read")])
async def get_summary(
    request: Request,
    session: Reading,
    requested_from: date | None = None,
    requested_to: date | None = None,
) -> Summary:
    """Counts of what was requested between two days (UTC, both included), and what waits now."""
    service: Service = request.app.state.service
    counts: dict[str, dict[str, dict[str, int]]] = {}
    for template, channel, state, messages in await repository.summary(
        session, requested_from, requested_to
    ):
        counts.setdefault(template, {}).setdefault(channel or UNDECIDED, {})[state] = messages
    waiting = await repository.waiting(session, service.clock.now())
    return Summary(
        messages=counts,
        waiting=waiting.due,
        waiting_for_customer=waiting.customer_unknown,
        oldest_waiting_since=waiting.oldest,
        needing_attention=waiting.attention,
    )
