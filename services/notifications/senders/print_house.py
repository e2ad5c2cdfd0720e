"""Letters to a print house by file drop: the local stand-in's protocol.

A real print house has a protocol of its own (SFTP with a job ticket, mostly); its sender will stand
beside this one. This one agrees with the stand-in of `deploy/local` on:

* `<message id>.pdf` in the drop folder, whole from the moment it has that name;
* `manifest.jsonl`: one JSON line per letter, appended and flushed to disk after its PDF. The line
  is the order to print. A letter without a line is not printed; an id has one line, for ever.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from services.notifications.domain.message import Channel
from services.notifications.domain.rendered import RenderedMessage, fingerprint
from services.notifications.domain.sending import Bounced, SendOutcome, Sent, Unknown
from shared.clock import Clock

MANIFEST = "manifest.jsonl"


class PrintHouseSender:
    """One drop folder. Several processes may drop into it: the manifest's lock orders them."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._ordered: set[str] = set()
        self._read_to = 0

    async def send(self, message: RenderedMessage) -> SendOutcome:
        return (await self.send_many([message]))[0]

    async def send_many(self, messages: Sequence[RenderedMessage]) -> list[SendOutcome]:
        """All in one order: one lock, one flush of the manifest."""
        for message in messages:
            _require_letter(message)
        return await asyncio.to_thread(self._drop, list(messages))

    async def close(self) -> None:
        """Nothing is held open between orders."""

    def _drop(self, messages: list[RenderedMessage]) -> list[SendOutcome]:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            manifest = (self._folder / MANIFEST).open("a+b")
        except OSError as error:
            refused = Bounced(f"print_house_folder_{_errno(error)}", permanent=False)
            return [refused for _ in messages]
        with manifest:
            fcntl.flock(manifest, fcntl.LOCK_EX)
            return self._order(manifest, messages)

    def _order(self, manifest: BinaryIO, messages: list[RenderedMessage]) -> list[SendOutcome]:
        self._catch_up(manifest)
        fresh = {m.message_id: m for m in messages if str(m.message_id) not in self._ordered}
        try:
            for message in fresh.values():
                self._write_pdf(message)
            _sync_folder(self._folder)
        except OSError as error:
            # No line was written, so nothing will be printed.
            failed = Bounced(f"print_house_write_{_errno(error)}", permanent=False)
            return [failed if m.message_id in fresh else Sent(str(m.message_id)) for m in messages]
        try:
            manifest.write(b"".join(self._line(message) for message in fresh.values()))
            manifest.flush()
            os.fsync(manifest.fileno())
        except OSError:
            # Part of the lines may be on disk; a repeat reads them and orders only the rest.
            return [
                Unknown("print_house_manifest")
                if m.message_id in fresh
                else Sent(str(m.message_id))
                for m in messages
            ]
        self._catch_up(manifest)
        return [Sent(str(message.message_id)) for message in messages]

    def _catch_up(self, manifest: BinaryIO) -> None:
        """Learn what was ordered since the last look; a line torn by a crash is cut off."""
        manifest.seek(self._read_to)
        lines = manifest.read()
        whole = lines.rfind(b"\n") + 1
        if whole < len(lines):
            manifest.truncate(self._read_to + whole)
        self._ordered.update(json.loads(line)["id"] for line in lines[:whole].splitlines())
        self._read_to += whole

    def _write_pdf(self, message: RenderedMessage) -> None:
        final = self._folder / f"{message.message_id}.pdf"
        half = final.with_suffix(".part")
        with half.open("wb") as file:
            file.write(message.content)
            file.flush()
            os.fsync(file.fileno())
        half.rename(final)

    def _line(self, message: RenderedMessage) -> bytes:
        order = {
            "id": str(message.message_id),
            "file": f"{message.message_id}.pdf",
            "sha256": message.sha256,
            "size_bytes": len(message.content),
            "template": message.template.value,
            "country": message.country,
            "ordered_at": self._clock.now().isoformat(),
        }
        return json.dumps(order, separators=(",", ":")).encode() + b"\n"


def _sync_folder(folder: Path) -> None:
    """The new names themselves must survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _errno(error: OSError) -> str:
    return str(error.errno or "unknown")


def _require_letter(message: RenderedMessage) -> None:
    if message.channel is not Channel.LETTER:
        raise ValueError("this road takes letters")
    if fingerprint(message.content) != message.sha256:
        raise ValueError("these are not the bytes that were archived")
