"""Which jobs the clock of notifications runs, and when."""

from services.notifications.use_cases.run_turn import run_turn
from shared.jobs import Every, Job

JOBS: tuple[Job, ...] = (Every("send_messages", 1.0, run_turn, soon=True),)
