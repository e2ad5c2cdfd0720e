"""Say why something is, or is not, done about a customer: the decision as it is now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from services.collections.domain.decisions import Decision, Reason, Wait
from services.collections.domain.outlook import Outlook, outlooks
from services.collections.domain.policy import decide
from services.collections.models import Customer, DecisionTaken
from services.collections.repository import cases
from services.collections.repository.looking import creditor
from services.collections.use_cases.evaluate_customers import policy_of
from services.collections.use_cases.gather_dossiers import gather_dossiers
from shared.clock import Clock, business_date
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class Explanation:
    """`earlier`: the decisions before, newest first."""

    customer: Customer
    policy: str | None
    decision: Decision
    outlooks: Sequence[Outlook]
    earlier: Sequence[DecisionTaken]


async def explain_customer(
    session: AsyncSession, customer_id: UUID, *, clock: Clock, policies: Mapping[str, str]
) -> Explanation:
    customer = await session.get(Customer, customer_id)
    if customer is None:
        raise NotFound("no customer with this id")
    owner = await creditor(session)
    now = clock.now()
    today = business_date(now, ZoneInfo(owner.time_zone))
    (dossier,) = await gather_dossiers(session, owner, [customer], today, now)
    policy = policy_of(owner, policies, now)
    decision: Decision
    if policy is None:
        decision = Wait(None, Reason("no_policy"))
    elif not dossier.is_known:
        decision = Wait(None, Reason("customer_unknown"))
    else:
        decision = decide(dossier.facts, policy, today)
    return Explanation(
        customer=customer,
        policy=f"{policy.code} {policy.valid_from}" if policy else None,
        decision=decision,
        outlooks=outlooks(dossier.facts, policy, today) if policy else (),
        earlier=await cases.decisions_of(session, customer_id),
    )
