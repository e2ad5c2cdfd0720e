"""The figures of a reason as JSON and back, so that a sentence can be told years later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.collections.domain.decisions import Figure, Reason
from shared.money import Money


def pack(reason: Reason) -> dict[str, Any]:
    """Dates and amounts carry what they are: an invoice number may look like a date."""
    return {name: _pack(figure) for name, figure in reason.figures}


def unpack(code: str, figures: Mapping[str, Any]) -> Reason:
    return Reason(code, tuple((name, _unpack(value)) for name, value in figures.items()))


def _pack(figure: Figure) -> Any:
    match figure:
        case Money():
            return {"amount": figure.minor, "currency": figure.currency}
        case date():
            return {"date": figure.isoformat()}
        case tuple():
            return list(figure)
        case _:
            return figure


def _unpack(value: Any) -> Figure:
    match value:
        case {"amount": int(minor), "currency": str(currency)}:
            return Money(minor, currency)
        case {"date": str(text)}:
            return date.fromisoformat(text)
        case list():
            return tuple(str(part) for part in value)
        case int() | str():
            return value
        case _:
            raise ValueError(f"not a figure: {type(value).__name__}")
