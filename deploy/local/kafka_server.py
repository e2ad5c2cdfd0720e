"""Apache Kafka in KRaft mode, one node that is broker and controller, small enough for a laptop."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

from deploy.local.errors import FetchFailed, StackError, ToolMissing
from deploy.local.plan import ProcessSpec, Readiness
from deploy.local.settings import HOST, LocalSettings
from deploy.local.state import Folder, locked

Report = Callable[[str], None]
_HERE = Path(__file__).parent / "kafka"
_JAVA_LEAST = 17
MAIN_CLASS = "kafka.Kafka"
_FETCH_LIMIT_S, _FORMAT_LIMIT_S = 600, 60
_CLUSTER_ID = "aW5uaW5nLWxvY2FsLWthZg"


def prepare_kafka(settings: LocalSettings, folder: Folder, report: Report) -> ProcessSpec:
    """Fetch the jars once, write the configuration, format the storage on the first run."""
    java = find_java()
    jars = fetched_jars(settings, report)
    home = folder.root / "kafka"
    home.mkdir(parents=True, exist_ok=True)
    properties = home / "server.properties"
    properties.write_text(_server_properties(settings, home / "data"))
    program = [java, *_jvm_flags(settings), "-cp", f"{jars}/*"]
    if not (home / "data" / "meta.properties").exists():
        report("Formatting Kafka's storage")
        _format_storage(program, properties)
    return ProcessSpec(
        name="kafka",
        command=(*program, MAIN_CLASS, str(properties)),
        group="infra",
        readiness=Readiness(kind="kafka", port=settings.ports.kafka),
        stop_limit_s=30,
        orphan_signal=signal.SIGTERM,
        folder=home,
    )


def find_java() -> str:
    """The java program of a JDK 17 or newer, from JAVA_HOME or the path."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    if java is None:
        raise ToolMissing(f"No Java found: install a JDK {_JAVA_LEAST} (openjdk-17-jdk-headless).")
    answer = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    found = re.search(r'version "(\d+)', answer.stderr + answer.stdout)
    if found is None or int(found[1]) < _JAVA_LEAST:
        raise ToolMissing(
            f"Java at {java} is older than {_JAVA_LEAST}: "
            "install openjdk-17-jdk-headless or set JAVA_HOME."
        )
    return java


def kafka_version() -> str:
    pom = ElementTree.parse(_HERE / "pom.xml")  # noqa: S314 - our own file
    version = pom.findtext(".//{*}kafka.version")
    assert version, "deploy/local/kafka/pom.xml names no kafka.version"
    return version


def fetched_jars(settings: LocalSettings, report: Report) -> Path:
    """The folder of jars, fetched by Maven when this version is not there yet."""
    default = Path.home() / ".cache" / "inning" / f"kafka-{kafka_version()}"
    cache = settings.kafka_cache or default
    jars = cache / "libs"
    if jars.exists():
        return jars
    with locked(cache.with_name(f"{cache.name}.lock")):
        if not jars.exists():
            report(f"Fetching Apache Kafka {kafka_version()} with Maven (once)")
            _fetch(cache / "libs.new")
            (cache / "libs.new").rename(jars)
    return jars


def _fetch(target: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise ToolMissing("No Maven found to fetch Apache Kafka: install the package maven.")
    shutil.rmtree(target, ignore_errors=True)
    done = subprocess.run(
        [
            maven, "-q", "-B", "-f", str(_HERE / "pom.xml"), "dependency:copy-dependencies",
            "-DincludeScope=runtime", f"-DoutputDirectory={target}",
        ],
        capture_output=True, text=True, check=False, timeout=_FETCH_LIMIT_S,
    )  # fmt: skip
    if done.returncode:
        errors = [line for line in done.stdout.splitlines() if line.startswith("[ERROR]")]
        reason = errors[0].removeprefix("[ERROR] ") if errors else "it said nothing"
        raise FetchFailed(f"Maven could not fetch Apache Kafka: {reason}")


def _jvm_flags(settings: LocalSettings) -> list[str]:
    """A small heap, a collector without threads of its own, and quick rather than best code."""
    return [
        "-Xms128m", f"-Xmx{settings.kafka_heap_mb}m", "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError", "-Djava.awt.headless=true",
        f"-Dlog4j2.configurationFile={_HERE / 'log4j2.xml'}",
    ]  # fmt: skip


def _server_properties(settings: LocalSettings, data: Path) -> str:
    ports = settings.ports
    values: dict[str, object] = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@{HOST}:{ports.kafka_controller}",
        "listeners": f"PLAINTEXT://{HOST}:{ports.kafka},"
        f"CONTROLLER://{HOST}:{ports.kafka_controller}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{ports.kafka}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": data,
        "num.network.threads": 2,
        "num.io.threads": 2,
        "background.threads": 2,
        "num.partitions": 4,
        "offsets.topic.num.partitions": 4,
        "offsets.topic.replication.factor": 1,
        "transaction.state.log.num.partitions": 4,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "share.coordinator.state.topic.num.partitions": 1,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        "group.initial.rebalance.delay.ms": 0,
        "auto.create.topics.enable": "false",
        # A killed broker may return only when its old session has run out (default: 9 s).
        "broker.session.timeout.ms": 3000,
        "broker.heartbeat.interval.ms": 500,
        "log.cleaner.dedupe.buffer.size": 16_777_216,
        "log.segment.bytes": 134_217_728,
    }
    return "".join(f"{name}={value}\n" for name, value in values.items())


def _format_storage(program: list[str], properties: Path) -> None:
    command = [*program, "kafka.tools.StorageTool", "format", "--ignore-formatted"]
    done = subprocess.run(
        [*command, "--cluster-id", _CLUSTER_ID, "--config", str(properties)],
        capture_output=True,
        text=True,
        check=False,
        timeout=_FORMAT_LIMIT_S,
    )
    if done.returncode:
        raise StackError(f"Kafka's storage could not be formatted: {done.stderr.strip()[-500:]}")
