"""The dated law of each jurisdiction and the dated policies, as data. Read once, then kept.

Rates, scales and terms change by decree: they live in the TOML files beside this module, each
entry with the date from which it holds, and never in code. An entry with `assumed = true` is
not settled: its `note` says what has to be checked, and every result that leans on it says so.
"""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def read(name: str) -> dict[str, Any]:
    """The packaged file `<name>.toml`, decimals exact. Treat the answer as read-only."""
    text = files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text, parse_float=Decimal)


@cache
def policy_names() -> tuple[str, ...]:
    """The packaged policies, as names for `read`."""
    folder = files(__package__).joinpath("policies")
    found = (entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return tuple(sorted(f"policies/{name.removesuffix('.toml')}" for name in found))
