"""Collections' worker: `python -m services.collections.worker`."""

from services.collections.config import Settings
from services.collections.consumers import HANDLERS
from services.collections.jobs import JOBS
from services.collections.use_cases.measure_waiting import measure_waiting_s
from shared.service import Service
from shared.worker import Worker, run_worker


def main() -> None:
    service = Service("collections", Settings())  # from the environment

    async def waiting_s() -> float:
        """How long the customer that changed first has waited to be looked at."""
        return await measure_waiting_s(service.db)

    run_worker(Worker(service, HANDLERS, JOBS, {"inning.collections.look_waiting_s": waiting_s}))


if __name__ == "__main__":
    main()
