"""Read rows of a bulk import, CSV or JSON lines; every bad row is named by line and field."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import orjson
from fastapi import Request
from pydantic import BaseModel, ValidationError

from shared.errors import InningError, InvalidInput, Problem
from shared.http.problems import said

M = TypeVar("M", bound=BaseModel)


class UnsupportedImport(InningError):
    code = "unsupported_media_type"
    status = 415
    title = "Send text/csv or application/x-ndjson"


async def read_rows(
    request: Request, model: type[M], *, nested: Mapping[str, tuple[str, ...]] | None = None
) -> list[tuple[int, M]]:
    """All rows with their line numbers (first line is 1), or `InvalidInput` with what is wrong.

    `nested` names fields of the model that a flat CSV spreads over columns.
    """
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    try:
        text = (await request.body()).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput.field("body", f"not UTF-8 at byte {error.start}") from None
    if media_type == "text/csv":
        lines = _csv_rows(text, nested or {})
    elif media_type in {"application/x-ndjson", "application/jsonl"}:
        lines = _json_rows(text)
    else:
        raise UnsupportedImport()
    rows: list[tuple[int, M]] = []
    problems: list[Problem] = []
    for line, values in lines:
        if isinstance(values, Problem):
            problems.append(values)
            continue
        try:
            rows.append((line, model.model_validate(values)))
        except ValidationError as error:
            problems += _problems(line, error)
    if problems:
        raise InvalidInput.several(problems)
    if not rows:
        raise InvalidInput.field("body", "there are no rows")
    return rows


def _csv_rows(
    text: str, nested: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[int, dict[str, Any] | Problem]]:
    delimiter = (
        ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
    )
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            line = reader.line_num
            if None in row or None in row.values():
                yield line, Problem("row", "has another number of fields than the heading", line)
                continue
            yield line, _nest({name.strip(): value for name, value in row.items()}, nested)
    except csv.Error as error:
        yield reader.line_num, Problem("row", str(error), reader.line_num)


def _nest(row: dict[str, str], nested: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """Empty cells mean "not given"; the columns of a nested field are gathered under its name."""
    given: dict[str, Any] = {name: value for name, value in row.items() if value.strip()}
    for field, parts in nested.items():
        given[field] = {part: given.pop(part) for part in parts if part in given}
    return given


def _json_rows(text: str) -> Iterator[tuple[int, dict[str, Any] | Problem]]:
    for line, raw in enumerate(text.splitlines(), start=1):
        if not raw.strip():
            continue
        try:
            yield line, orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            yield line, Problem("row", f"not JSON: {error.msg}", line)


def _problems(line: int, error: ValidationError) -> list[Problem]:
    return [
        Problem(".".join(str(part) for part in item["loc"]) or "row", said(item["msg"]), line)
        for item in error.errors(include_input=False, include_url=False)
    ]
