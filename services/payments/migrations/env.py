from services.payments.models import Base
from shared.migration_env import run

run("payments", Base.metadata)
