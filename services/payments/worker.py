"""The worker of payments: `python -m services.payments.worker`."""

from services.payments.config import Settings
from services.payments.consumers import HANDLERS
from services.payments.jobs import JOBS
from shared.service import Service
from shared.worker import Worker, run_worker


def main() -> None:
    service = Service("payments", Settings())  # from the environment
    run_worker(Worker(service, HANDLERS, JOBS))


if __name__ == "__main__":
    main()
