"""Which jobs billing's clock runs, and when."""

from shared.jobs import Job

JOBS: tuple[Job, ...] = ()
