"""Which broker runs: Apache Kafka where a JDK and Maven are, else the small one from a wheel."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from deploy.local.errors import StackError, ToolMissing
from deploy.local.kafka_server import MAIN_CLASS, prepare_kafka
from deploy.local.plan import ProcessSpec, Readiness
from deploy.local.settings import HOST, LocalSettings
from deploy.local.state import Folder

Report = Callable[[str], None]
BrokerKind = Literal["apache", "wheel", "external"]


def kind_of(spec: ProcessSpec) -> BrokerKind:
    return "apache" if MAIN_CLASS in spec.command else "wheel"


def prepare_broker(settings: LocalSettings, folder: Folder, report: Report) -> ProcessSpec:
    """Describe the broker process; a fall back to the wheel is said in one sentence."""
    if settings.broker == "wheel":
        return _prepare_wheel(settings, folder)
    try:
        return prepare_kafka(settings, folder, report)
    except StackError as missing:
        if settings.broker == "apache":
            raise
        report(f"Falling back to the small broker of the wheel noida-db: {missing.detail}")
        return _prepare_wheel(settings, folder)


def _prepare_wheel(settings: LocalSettings, folder: Folder) -> ProcessSpec:
    wheel = find_spec("noida_db")
    if wheel is None or wheel.origin is None:
        raise ToolMissing(
            "No broker is left to start: run `make setup`, or name one in KAFKA_BOOTSTRAP_SERVERS."
        )
    program = Path(wheel.origin).parent / "noida-db"
    program.chmod(0o755)
    home = folder.root / "wheel-broker"
    home.mkdir(parents=True, exist_ok=True)
    port = settings.ports.kafka
    return ProcessSpec(
        name="kafka",
        command=(
            str(program), "start", "--only", "kafka", "--host", HOST,
            "--kafka-port", str(port), "--data-dir", str(home),
        ),
        group="infra",
        readiness=Readiness(kind="kafka", port=port),
        folder=home,
    )  # fmt: skip
