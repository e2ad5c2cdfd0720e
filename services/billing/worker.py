"""Billing's worker: `python -m services.billing.worker`."""

from services.billing.config import Settings
from services.billing.consumers import HANDLERS
from services.billing.jobs import JOBS
from services.billing.use_cases.measure_open_balance import measure_open_balance
from shared.service import Service
from shared.worker import Worker, run_worker


def main() -> None:
    service = Service("billing", Settings())

    async def open_balance() -> float:
        """What all customers of all creditors owe, in the main unit of their currencies."""
        return float(await measure_open_balance(service.db))

    run_worker(Worker(service, HANDLERS, JOBS, {"inning.billing.open_balance": open_balance}))


if __name__ == "__main__":
    main()
