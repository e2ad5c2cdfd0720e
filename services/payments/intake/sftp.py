"""The bank's SFTP server: new files of a folder are fetched and taken; the server keeps them.

The server is known by its pinned host key, we by a key file. A file is fetched when it looks the
same at two looks in a row, and once: what was fetched is noted by name, size and time of change,
and a file whose bytes came before, under another name or another way, is known by its hash.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path
from uuid import UUID

import asyncssh

from services.payments.intake.folder import UNFINISHED
from services.payments.intake.take import CHUNK_BYTES, Taken, take
from services.payments.repository import fetched
from shared.db import Scope
from shared.errors import TransientError
from shared.service import Service
from shared.telemetry import log

_CONNECT_WITHIN_S = 20.0


class ServerUnavailable(TransientError):
    code = "bank_server_unavailable"
    title = "The bank's server does not answer, or is not the one it was"


@dataclass(frozen=True, slots=True, kw_only=True)
class BankServer:
    """Where to fetch from. `known_hosts` holds the only host keys that are believed."""

    host: str
    port: int
    user: str
    key_file: Path
    known_hosts: Path
    folder: str = "."
    pattern: str = "*"
    # Whether the server's copy goes once a file is stored here.
    delete: bool = False

    @property
    def source(self) -> str:
        return f"{self.host}:{self.port}/{self.folder}"


Remote = fetched.Version


class BankServerPoller:
    """One folder of one server, for one creditor."""

    def __init__(self, service: Service, creditor_id: UUID, server: BankServer) -> None:
        self._service = service
        self._creditor_id = creditor_id
        self._server = server
        self._seen: set[Remote] = set()

    async def look(self) -> list[Taken]:
        """Fetch what is new and complete. Raises `ServerUnavailable`; what was taken stays so."""
        try:
            async with (
                asyncssh.connect(
                    self._server.host,
                    self._server.port,
                    username=self._server.user,
                    client_keys=[str(self._server.key_file)],
                    known_hosts=str(self._server.known_hosts),
                    agent_path=None,
                    config=None,
                    connect_timeout=_CONNECT_WITHIN_S,
                    login_timeout=_CONNECT_WITHIN_S,
                    keepalive_interval=_CONNECT_WITHIN_S,
                ) as connection,
                connection.start_sftp_client() as client,
            ):
                return await self._fetch(client)
        except (asyncssh.Error, OSError) as error:
            log.warning("intake.server_unavailable", error=type(error).__name__)
            raise ServerUnavailable(type(error).__name__) from error

    @property
    def waits(self) -> bool:
        """Whether a file was seen that is not fetched yet, for it may still grow."""
        return bool(self._seen)

    async def _fetch(self, client: asyncssh.SFTPClient) -> list[Taken]:
        there = await self._listed(client)
        async with self._service.db.read(self._scope) as session:
            known = await fetched.versions(session, self._server.source, there)
        fresh = [remote for remote in there if remote not in known]
        complete = [remote for remote in fresh if remote in self._seen]
        self._seen = set(fresh)
        taken = []
        for remote in complete:
            path = self._path(remote)
            chunks = _chunks(client, path)
            one = await take(self._service, self._creditor_id, "sftp", remote.name, chunks)
            await self._note(remote, one)
            self._seen.discard(remote)
            taken.append(one)
        if self._server.delete:
            kept = {r for r, outcome in known.items() if outcome != "refused"}
            kept |= {r for r, one in zip(complete, taken, strict=True) if one.outcome != "refused"}
            for remote in sorted(kept, key=lambda remote: remote.name):
                await client.remove(self._path(remote))
        return taken

    async def _listed(self, client: asyncssh.SFTPClient) -> list[Remote]:
        """Regular files that are not being written, the oldest first."""
        found = []
        for entry in await client.readdir(self._server.folder):
            name = entry.filename if isinstance(entry.filename, str) else entry.filename.decode()
            looks = entry.attrs
            if name.startswith(".") or name.lower().endswith(UNFINISHED):
                continue
            if looks.type != asyncssh.FILEXFER_TYPE_REGULAR or looks.size is None:
                continue
            if fnmatch(name, self._server.pattern):
                modified = datetime.fromtimestamp(looks.mtime or 0, UTC)
                found.append(Remote(name, looks.size, modified))
        return sorted(found, key=lambda remote: (remote.modified_at, remote.name))

    async def _note(self, remote: Remote, taken: Taken) -> None:
        """After the file's own transaction: killed in between, its hash is known next time."""
        async with self._service.db.write(self._scope) as session:
            problem = taken.told if taken.outcome == "refused" else None
            await fetched.note(
                session,
                self._server.source,
                remote,
                outcome=taken.outcome,
                sha256=taken.sha256,
                problem=problem,
            )

    @property
    def _scope(self) -> Scope:
        return Scope(self._creditor_id, "system:payments", reason="intake:sftp")

    def _path(self, remote: Remote) -> str:
        return f"{self._server.folder.rstrip('/')}/{remote.name}"


async def _chunks(client: asyncssh.SFTPClient, path: str) -> AsyncIterator[bytes]:
    async with client.open(path, "rb") as file:
        while chunk := await file.read(CHUNK_BYTES):
            yield chunk if isinstance(chunk, bytes) else chunk.encode()
