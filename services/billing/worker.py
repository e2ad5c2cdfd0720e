"""Billing's worker: `python -m services.billing.worker`."""

from services.billing.config import Settings
from services.billing.consumers import HANDLERS
from services.billing.jobs import JOBS
from shared.service import Service
from shared.worker import Worker, run_worker


def main() -> None:
    service = Service("billing", Settings())  # from the environment
    run_worker(Worker(service, HANDLERS, JOBS))


if __name__ == "__main__":
    main()
