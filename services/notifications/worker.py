"""The worker of notifications: `python -m services.notifications.worker`."""

from services.notifications.config import Settings
from services.notifications.consumers import HANDLERS
from services.notifications.jobs import JOBS
from services.notifications.service import NotificationsService
from services.notifications.use_cases.measure_waiting import measure_waiting_s
from shared.worker import Worker, run_worker


def main() -> None:
    service = NotificationsService(Settings())  # from the environment
    service.press.start()

    async def oldest_waiting_s() -> float:
        """How long the oldest message of all creditors has waited to leave."""
        return await measure_waiting_s(service.db)

    measures = {"inning.messages.oldest_waiting_s": oldest_waiting_s}
    run_worker(Worker(service, HANDLERS, JOBS, measures))


if __name__ == "__main__":
    main()
