"""One file to the books: what an upload would do, and what it would answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from services.payments.config import settings_of
from services.payments.use_cases.csv_mappings import csv_layouts
from services.payments.use_cases.import_statements import (
    ImportStatements,
    import_statements,
    known_result,
)
from services.payments.use_cases.receive_file import receive_file
from shared import audit
from shared.db import Scope
from shared.errors import BusinessError, InvalidInput
from shared.service import Service
from shared.telemetry import log

CHUNK_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a file: `told` is the answer of the upload, or why it was refused."""

    outcome: Literal["stored", "known", "refused"]
    sha256: bytes | None
    told: dict[str, Any]


async def take(
    service: Service, creditor_id: UUID, source: str, name: str, chunks: AsyncIterator[bytes]
) -> Taken:
    """Store a file whole, or nothing of it. The same bytes again are `known`, however they came.

    The file's name helps to find the layout of a CSV, and nothing else.

    Raises what may pass (the database is away, another file is being stored for long): the file is
    to be taken again then.
    """
    scope = Scope(creditor_id, "system:payments", reason=f"intake:{source}")
    settings, sha256 = settings_of(service), None
    try:
        async with service.db.read(scope) as reading:
            layouts = await csv_layouts(reading, file_name=name)
        file = await receive_file(chunks, layouts, settings.statement_lines_max)
        sha256 = file.sha256
        async with service.db.write(scope) as session:
            known = await known_result(session, sha256, wait_s=settings.import_wait_s)
            if known is not None:
                taken = Taken("known", sha256, known)
            else:
                command = ImportStatements(
                    sha256=sha256,
                    size_bytes=file.size_bytes,
                    compressed=file.compressed,
                    drafts=file.drafts,
                    payout_patterns=settings.payout_patterns,
                )
                result = await import_statements(session, command, vault=service.vault)
                audit.record(session, "take_statements", result["file_id"], source=source)
                taken = Taken("stored", sha256, result)
    except BusinessError as refused:
        taken = Taken("refused", sha256, _problem(refused))
    log.info(
        "intake.taken",
        outcome=taken.outcome,
        sha256=sha256.hex() if sha256 else None,
        code=taken.told.get("code"),
        lines=taken.told.get("lines"),
    )
    return taken


def _problem(refused: BusinessError) -> dict[str, Any]:
    problems = refused.problems if isinstance(refused, InvalidInput) else ()
    return {
        "code": refused.code,
        "title": refused.title,
        "detail": refused.detail,
        **refused.facts,
        "errors": [problem.as_dict() for problem in problems],
    }
