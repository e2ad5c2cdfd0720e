from services.notifications.models import Base
from shared.migration_env import run

run("notifications", Base.metadata)
