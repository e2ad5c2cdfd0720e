"""The dunning policy in force: what happens when, as data."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from fastapi import Request
from pydantic import BaseModel

from services.collections.api.words import Text, show_word
from services.collections.config import settings_of
from services.collections.domain.ladder import DunningPolicy, Step
from services.collections.repository import looking
from services.collections.use_cases.evaluate_customers import policy_of
from shared.auth import requires
from shared.errors import NotFound
from shared.http.unit import Reading
from shared.http.unit import router as noun_router
from shared.money import Money
from shared.service import Service

router = noun_router("/policy", "policy")


class StepShown(BaseModel):
    code: str
    text: Text
    kind: str
    only_for: list[str]
    days_after_due: int
    days_after_previous: int
    minimum: Money
    channels: list[str]
    template: str
    costs: str
    claims_interest: bool


class PolicyShown(BaseModel):
    code: str
    valid_from: date
    jurisdiction: str
    small_balance: Money
    gather_days: int
    bank_float_days: int
    time_zone: str
    steps: list[StepShown]


@router.get("", dependencies=[requires("collections:read")])
async def get_policy(request: Request, session: Reading) -> PolicyShown:
    """The version of today; 404 where no policy is configured and nobody is dunned."""
    service: Service = request.app.state.service
    creditor = await looking.creditor(session)
    policy = policy_of(creditor, settings_of(service).policies, service.clock.now())
    if policy is None:
        raise NotFound(f"no dunning policy for {creditor.jurisdiction}")
    return _shown(policy, ZoneInfo(creditor.time_zone))


def _shown(policy: DunningPolicy, zone: ZoneInfo) -> PolicyShown:
    return PolicyShown(
        code=policy.code,
        valid_from=policy.valid_from,
        jurisdiction=policy.jurisdiction,
        small_balance=policy.small_balance,
        gather_days=policy.gather.days,
        bank_float_days=policy.prudence.bank_float_days,
        time_zone=str(zone),
        steps=[_step(step, policy.currency) for step in policy.steps],
    )


def _step(step: Step, currency: str) -> StepShown:
    return StepShown(
        code=step.code,
        text=show_word(step.code),
        kind=step.kind,
        only_for=sorted(step.only_for),
        days_after_due=step.after_due.days,
        days_after_previous=step.after_previous.days,
        minimum=Money(step.minimum_minor, currency),
        channels=list(step.channels),
        template=step.template,
        costs=step.costs,
        claims_interest=step.claims_interest,
    )
