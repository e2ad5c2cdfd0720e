"""A folder the bank's software drops files into, one below it for each creditor.

    <root>/<creditor's id>/
        in         dropped here; taken once a file no longer grows
        work       claimed by moving it here; what a killed process left is resumed
        done       taken: stored now, or known by its bytes before
        refused    with `<name>.reason.json`, the answer an upload would have got

A name that begins with a dot or ends in `.part`, `.tmp` or `.filepart` is still being written.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import orjson

from services.payments.intake.take import CHUNK_BYTES, Taken, take
from services.payments.use_cases.import_turns import ImportRunning
from shared.db import is_transient
from shared.errors import TransientError
from shared.service import Service
from shared.telemetry import log

UNFINISHED = (".part", ".tmp", ".filepart")
_ROOMS = ("in", "work", "done", "refused")
_SHOWN_HASH = 8


class WatchedFolder:
    """Takes what is complete, again and again. Killed anywhere, it loses and doubles nothing:
    a file leaves `work` after its commit, and its bytes are known by then."""

    def __init__(self, service: Service, root: Path, *, settle_s: float) -> None:
        self._service = service
        self._root = root
        self._settle_s = settle_s
        # By path what it looked like, and since when: `time.monotonic` of this machine.
        self._seen: dict[Path, tuple[tuple[int, int], float]] = {}

    async def look(self) -> list[Taken]:
        """Take every complete file of every creditor, the oldest first."""
        self._seen = {path: looks for path, looks in self._seen.items() if path.exists()}
        taken = []
        for creditor_id, rooms in self._creditors():
            for path in [*_files(rooms / "work"), *self._claimed(rooms)]:
                try:
                    taken.append(await self._take(creditor_id, rooms, path))
                except ImportRunning:
                    # The next look tries again; other creditors' files go on.
                    log.warning("intake.waits", error="ImportRunning")
                    break
                except Exception as error:
                    if not (is_transient(error) or isinstance(error, TransientError)):
                        raise
                    log.warning("intake.waits", error=type(error).__name__)
                    return taken
        return taken

    @property
    def waits(self) -> bool:
        """Whether a file was seen that is not taken yet, for it may still grow."""
        return bool(self._seen)

    def _creditors(self) -> Iterator[tuple[UUID, Path]]:
        for folder in sorted(self._root.iterdir()):
            with suppress(ValueError):
                creditor_id = UUID(folder.name)
                for room in _ROOMS:
                    (folder / room).mkdir(exist_ok=True)
                yield creditor_id, folder

    def _claimed(self, rooms: Path) -> Iterator[Path]:
        """Each complete file, moved out of the way of other processes at the moment it is due."""
        for path in _files(rooms / "in"):
            if not self._is_settled(path):
                continue
            claimed = _free(rooms / "work" / path.name)
            # Another process may have been quicker.
            with suppress(FileNotFoundError):
                path.rename(claimed)
                yield claimed

    def _is_settled(self, path: Path) -> bool:
        with suppress(FileNotFoundError):
            status = path.stat()
            looks, now = (status.st_size, status.st_mtime_ns), time.monotonic()
            before, since = self._seen.get(path, (None, now))
            if before == looks and now - since >= self._settle_s:
                del self._seen[path]
                return True
            self._seen[path] = looks, since if before == looks else now
            return False
        self._seen.pop(path, None)
        return False

    async def _take(self, creditor_id: UUID, rooms: Path, path: Path) -> Taken:
        taken = await take(self._service, creditor_id, "folder", path.name, _chunks(path))
        _put_away(path, rooms, taken)
        return taken


def _put_away(path: Path, rooms: Path, taken: Taken) -> None:
    room = rooms / ("refused" if taken.outcome == "refused" else "done")
    kept = _free(room / path.name)
    if taken.outcome == "refused":
        # Before the file itself, so that none stands there without its reason.
        _write(room / f"{kept.name}.reason.json", taken.told)
    # Another process may have resumed the same file: it is known, and put away already.
    with suppress(FileNotFoundError):
        path.rename(kept)


def _files(folder: Path) -> list[Path]:
    """The files that may be complete, by age."""
    found = []
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name.lower().endswith(UNFINISHED):
            continue
        with suppress(FileNotFoundError):
            if path.is_file():
                found.append((path.stat().st_mtime_ns, path.name, path))
    return [path for _, _, path in sorted(found)]


def _free(path: Path) -> Path:
    """The same name, or with a number when a file of that name is there: none is overwritten."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}.{number}{path.suffix}")
    return free


def _write(path: Path, told: object) -> None:
    unfinished = path.with_name(f".{path.name}")
    with unfinished.open("wb") as file:
        file.write(orjson.dumps(told, option=orjson.OPT_INDENT_2, default=str))
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk
