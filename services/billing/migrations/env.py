from services.billing.models import Base
from shared.migration_env import run

run("billing", Base.metadata)
