"""Trying a bank file: what it tells, without storing anything."""

from __future__ import annotations

import asyncio
from typing import BinaryIO, cast

from fastapi import Request
from pydantic import BaseModel

from services.payments.api.statements import FILE_BODY, NotAsForm
from services.payments.formats.csv_layouts import LAYOUTS
from services.payments.formats.csv_mapping import CsvMapping
from services.payments.use_cases.receive_file import received
from services.payments.use_cases.summarise_statements import StatementSummary, summarise_statements
from shared.auth import requires
from shared.errors import InvalidInput
from shared.http.unit import router as noun_router

router = noun_router("/statements/read", "statements")


class FileShown(BaseModel):
    statements: list[StatementSummary]


@router.post("", dependencies=[requires("payments:read")], openapi_extra=FILE_BODY)
async def read_statements(request: Request, mapping: str | None = None) -> FileShown:
    """A bank file as the body (camt, MT940, a ZIP of them, or a CSV of the layout `mapping`): what
    is in it, or a refusal with line and field. Nothing is stored, and no key is needed.
    """
    if request.headers.get("content-type", "").startswith("multipart/"):
        raise NotAsForm()
    layout = None if mapping is None else _layout(mapping)
    async with received(request.stream()) as (spool, _, _):
        found = await asyncio.to_thread(_summaries, cast(BinaryIO, spool), layout)
    return FileShown(statements=found)


def _summaries(file: BinaryIO, mapping: CsvMapping | None) -> list[StatementSummary]:
    return list(summarise_statements(file, mapping))


def _layout(name: str) -> CsvMapping:
    if name not in LAYOUTS:
        raise InvalidInput.field("mapping", f"not one of {', '.join(LAYOUTS)}")
    return LAYOUTS[name]
