"""Which jobs the clock of payments runs, and when."""

from __future__ import annotations

from datetime import date, time
from uuid import UUID

from services.payments.repository import visits
from services.payments.use_cases.ask_provider import ask_pending
from services.payments.use_cases.change_mandates import expire_mandates
from services.payments.use_cases.explain_payouts import explain_payouts
from services.payments.use_cases.index_iban_endings import index_iban_endings
from services.payments.use_cases.index_names import index_names
from services.payments.use_cases.retry_matching import retry_matching
from services.payments.use_cases.settle_remittances import settle_remittances
from services.payments.use_cases.withdraw_visits import withdraw_unwanted
from services.payments.use_cases.work_webhook_events import work_webhook_events
from shared.db import Scope
from shared.jobs import Daily, Every, Job
from shared.service import Service

_BATCH = 500
# A few seconds of work at most: the other jobs wait for it.
_PAYMENTS_AT_ONCE = 5_000


def _scope(creditor_id: UUID, job: str) -> Scope:
    return Scope(creditor_id, "system:payments", reason=f"job:{job}")


async def _expire_mandates(service: Service, creditor_id: UUID, today: date) -> None:
    done = _BATCH
    while done == _BATCH:
        async with service.db.write(_scope(creditor_id, "expire_mandates")) as session:
            done = await expire_mandates(session, today, _BATCH)


async def _retry_matching(service: Service, creditor_id: UUID, _today: date) -> None:
    async with service.db.write(_scope(creditor_id, "retry_matching")) as session:
        await retry_matching(session, vault=service.vault, limit=_PAYMENTS_AT_ONCE)


async def _settle_remittances(service: Service, creditor_id: UUID, _today: date) -> None:
    async with service.db.write(_scope(creditor_id, "settle_remittances")) as session:
        await settle_remittances(session)


async def _ask_provider(service: Service, creditor_id: UUID, _today: date) -> None:
    await ask_pending(service, creditor_id)


async def _withdraw_visits(service: Service, creditor_id: UUID, _today: date) -> None:
    await withdraw_unwanted(service, creditor_id)


async def _work_webhook_events(service: Service, creditor_id: UUID, _today: date) -> None:
    await work_webhook_events(service, creditor_id, limit=_BATCH)


async def _explain_payouts(service: Service, creditor_id: UUID, _today: date) -> None:
    await explain_payouts(service, creditor_id)


async def _forget_page_visits(service: Service, creditor_id: UUID, _today: date) -> None:
    async with service.db.write(_scope(creditor_id, "forget_page_visits")) as session:
        await visits.forget(session)


async def _index_iban_endings(service: Service, creditor_id: UUID, _today: date) -> None:
    """Resumable: each batch is its own transaction, and what is done is not looked for again."""
    done = _BATCH
    while done == _BATCH:
        async with service.db.write(_scope(creditor_id, "index_iban_endings")) as session:
            done = await index_iban_endings(session, vault=service.vault, limit=_BATCH)


async def _index_names(service: Service, creditor_id: UUID, _today: date) -> None:
    """Resumable in the same way."""
    done = _BATCH
    while done == _BATCH:
        async with service.db.write(_scope(creditor_id, "index_names")) as session:
            done = await index_names(session, vault=service.vault, limit=_BATCH)


JOBS: tuple[Job, ...] = (
    Daily("expire_mandates", time(4, 0), _expire_mandates),
    Every("retry_matching", 20.0, _retry_matching),
    Every("settle_remittances", 60.0, _settle_remittances),
    Every("ask_provider", 30.0, _ask_provider),
    Every("withdraw_visits", 10.0, _withdraw_visits),
    Every("work_webhook_events", 1.0, _work_webhook_events),
    Every("explain_payouts", 60.0, _explain_payouts),
    Every("forget_page_visits", 60.0, _forget_page_visits),
    Every("index_iban_endings", 600.0, _index_iban_endings),
    Every("index_names", 600.0, _index_names),
)
