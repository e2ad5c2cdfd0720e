"""Look at many customers at once: load, decide purely for each, write once, tell."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from services.collections.domain.dossier import Dossier
from services.collections.domain.evaluation import Evaluation, evaluate, not_evaluated
from services.collections.domain.ladder import DunningPolicy, policy_in_force
from services.collections.models import Creditor
from services.collections.repository import looking
from services.collections.use_cases.gather_dossiers import gather_dossiers
from services.collections.use_cases.record_evaluations import record_evaluations
from shared.clock import Clock, business_date
from shared.db import WriteSession
from shared.telemetry import log


async def evaluate_customers(
    session: WriteSession,
    customer_ids: Collection[UUID],
    *,
    clock: Clock,
    policies: Mapping[str, str],
    traces: Mapping[UUID, str | None] | None = None,
) -> list[Evaluation]:
    """Their rows stay locked until the commit, so a dispute and a reminder cannot cross.

    `policies`: the code of the dated policy by jurisdiction. `traces`: by customer, the
    traceparent that what comes of this goes on in.
    """
    if not customer_ids:
        return []
    now = clock.now()
    creditor = await looking.creditor(session)
    today = business_date(now, ZoneInfo(creditor.time_zone))
    customers = await looking.lock_customers(session, customer_ids)
    dossiers = await gather_dossiers(session, creditor, customers, today, now)
    policy = policy_of(creditor, policies, now)
    evaluations = [_evaluate(dossier, policy, today, now) for dossier in dossiers]
    await record_evaluations(
        session, creditor, policy, dossiers, evaluations, today, now, traces or {}
    )
    return evaluations


def _evaluate(
    dossier: Dossier, policy: DunningPolicy | None, today: date, now: datetime
) -> Evaluation:
    """One account that cannot be judged is told to the operator and stops nobody else's."""
    try:
        return evaluate(dossier, policy, today, now)
    except Exception as error:
        customer_id = str(dossier.customer_id)
        log.error("evaluation.failed", customer_id=customer_id, exc_info=error)
        return not_evaluated(dossier, type(error).__name__)


def policy_of(
    creditor: Creditor, policies: Mapping[str, str], now: datetime
) -> DunningPolicy | None:
    """The version in force today of the creditor's policy; None where there is none."""
    code = policies.get(creditor.jurisdiction)
    if code is None:
        return None
    return policy_in_force(code, business_date(now, ZoneInfo(creditor.time_zone)))
