from services.collections.models import Base
from shared.migration_env import run

run("collections", Base.metadata)
