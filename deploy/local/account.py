"""PostgreSQL refuses to run as root: then it runs as somebody with fewer rights."""

from __future__ import annotations

import hashlib
import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.errors import StackError

_ROOMS = Path("/var/tmp")  # noqa: S108 - survives a reboot; ownership is checked below
_CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    uid: int
    gid: int

    def as_popen_arguments(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def database_account(wanted: str) -> Account | None:
    """Whom to run the database as: None (ourselves) unless we are root."""
    if os.geteuid() != 0:
        return None
    for name in (wanted,) if wanted else _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise StackError(
        "PostgreSQL cannot run as root: set INNING_POSTGRES_ACCOUNT to an existing account."
    )


def can_reach(account: Account, path: Path) -> bool:
    """True when the account may enter every folder down to `path`, and run or enter that."""
    probe = subprocess.run(["test", "-x", str(path)], check=False, **account.as_popen_arguments())
    return probe.returncode == 0


def hand_over(path: Path, account: Account) -> None:
    os.chown(path, account.uid, account.gid)


def private_room(name: str, whose: str, account: Account) -> Path:
    """A folder outside the checkout, one per `whose`, that nobody else prepared for us."""
    mark = hashlib.sha256(whose.encode()).hexdigest()[:12]
    room = _ROOMS / f"inning-{name}-{mark}"
    room.mkdir(mode=0o755, exist_ok=True)
    if room.is_symlink() or room.lstat().st_uid not in {os.geteuid(), account.uid}:
        raise StackError(f"{room} belongs to somebody else: remove it and try again.")
    return room
