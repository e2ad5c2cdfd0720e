"""Holds a written file against the official schema, where a directory of schemas is configured."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, cast

from lxml import etree

from shared.errors import InvalidInput, Problem

_PROBLEMS_MAX = 20


class AgainstSchema(InvalidInput):
    code = "against_schema"
    title = "The file is not valid by the official schema"


def refuse_against_schema(content: bytes, message: str, folder: str) -> None:
    """`message` names the schema, such as `pain.008.001.08`; an empty folder checks nothing.

    The schema is compiled once. Texts of the schema's own complaints quote values, which may be
    names: only line and kind of a complaint are told.
    """
    if not folder:
        return
    schema = compiled_schema(folder, message)
    if not schema.validate(etree.fromstring(content)):
        problems = [
            Problem("file", f"{error.type_name} in {_element(error.path)}", error.line)
            for error in islice(cast(Iterable[Any], schema.error_log), _PROBLEMS_MAX)
        ]
        raise AgainstSchema("", problems)


@lru_cache(maxsize=8)
def compiled_schema(folder: str, message: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(Path(folder) / f"{message}.xsd")))


def _element(path: str | None) -> str:
    return (path or "").rsplit("/", 1)[-1] or "the document"
