"""Collections' worker: `python -m services.collections.worker`."""

from services.collections.config import Settings
from services.collections.consumers import HANDLERS
from services.collections.jobs import JOBS
from shared.service import Service
from shared.worker import Worker, run_worker


def main() -> None:
    service = Service("collections", Settings())  # from the environment
    run_worker(Worker(service, HANDLERS, JOBS))


if __name__ == "__main__":
    main()
