"""What has to be there before the supervisor can start a process: free ports, jars, folders."""

from __future__ import annotations

from collections.abc import Callable, Set

from deploy.local.account import database_account
from deploy.local.broker import prepare_broker
from deploy.local.credentials import load_credentials
from deploy.local.environment import compose_environment
from deploy.local.plan import ProcessSpec
from deploy.local.ports import APP_PORTS, INFRA_PORTS, refuse_taken_ports
from deploy.local.postgres import prepare_postgres
from deploy.local.processes import describe_processes
from deploy.local.settings import LocalSettings
from deploy.local.state import Folder

Report = Callable[[str], None]


def prepare_infra(
    settings: LocalSettings, folder: Folder, running: Set[str], report: Report
) -> list[ProcessSpec]:
    """Describe the database and the broker, unless they run or the environment names others."""
    wanted = []
    if not settings.uses_external_database:
        wanted.append("postgres")
    if not settings.uses_external_broker:
        wanted.append("kafka")
    missing = [name for name in wanted if name not in running]
    for name in missing:
        refuse_taken_ports(settings.ports, INFRA_PORTS[name])
    specs: list[ProcessSpec] = []
    if "postgres" in missing:
        account = database_account(settings.postgres_account)
        password = load_credentials(folder)["postgres"]
        specs.append(prepare_postgres(settings, folder, password, account, report))
    if "kafka" in missing:
        specs.append(prepare_broker(settings, folder, report))
    return specs


def prepare_apps(
    settings: LocalSettings, folder: Folder, running: Set[str]
) -> tuple[ProcessSpec, ...]:
    """Describe the stand-ins, the migrations and the services that do not run yet."""
    environment = compose_environment(settings, load_credentials(folder))
    apps = describe_processes(settings, environment)
    if not {spec.name for spec in apps} & running:
        refuse_taken_ports(settings.ports, APP_PORTS)
    return apps
