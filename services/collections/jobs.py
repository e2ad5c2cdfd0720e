"""Which jobs collections' clock runs, and when."""

from __future__ import annotations

from datetime import date, time
from uuid import UUID

from services.collections.config import settings_of
from services.collections.repository import looking
from services.collections.use_cases.end_holds import end_holds
from services.collections.use_cases.evaluate_customers import evaluate_customers
from shared.db import Scope
from shared.jobs import Daily, Every, Job
from shared.service import Service


async def look_at_all(service: Service, creditor_id: UUID, today: date) -> None:
    """Everybody with something overdue, a case or an arrangement, in chunks by customer id.

    Cut off halfway it starts over: whoever was looked at already has nothing new to do.
    """
    settings = settings_of(service)
    scope = _scope(service, creditor_id, "look_at_all")
    async with service.db.write(scope) as session:
        await end_holds(session, today)
    after: UUID | None = None
    while True:
        async with service.db.write(scope) as session:
            customer_ids = await looking.next_concerned(
                session, after, today, settings.evaluation_chunk
            )
            await evaluate_customers(
                session, customer_ids, clock=service.clock, policies=settings.policies
            )
        if len(customer_ids) < settings.evaluation_chunk:
            return
        after = customer_ids[-1]


async def look_at_changed(service: Service, creditor_id: UUID, _today: date) -> None:
    """Customers whose facts changed since they were last looked at."""
    settings = settings_of(service)
    scope = _scope(service, creditor_id, "look_at_changed")
    full = True
    while full:
        async with service.db.write(scope) as session:
            traces = await looking.take_marked(session, settings.evaluation_chunk)
            await evaluate_customers(
                session, traces, clock=service.clock, policies=settings.policies, traces=traces
            )
        full = len(traces) == settings.evaluation_chunk


def _scope(service: Service, creditor_id: UUID, job: str) -> Scope:
    return Scope(creditor_id, f"system:{service.name}", reason=f"job:{job}")


JOBS: tuple[Job, ...] = (
    Daily("look_at_all", time(7, 30), look_at_all),
    Every("look_at_changed", 1.0, look_at_changed, soon=True),
)
