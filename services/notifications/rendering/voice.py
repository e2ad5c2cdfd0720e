"""Sentences: Jinja2 in its sandbox, one environment per language.

Sentences come out as plain text; the HTML layout escapes them, the PDF layout takes them as data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from babel.lists import format_list
from jinja2 import StrictUndefined, Template
from jinja2.environment import TemplateExpression
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.notifications.rendering.document import STRONG_OFF, STRONG_ON
from services.notifications.rendering.formats import formats_for, grouped


class Voice:
    """Says sentences and answers expressions in one language. A missing fact raises."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._sandbox = ImmutableSandboxedEnvironment(
            undefined=StrictUndefined,
            # Escaped once, where text becomes HTML; escaped here, paper would show `&amp;`.
            autoescape=False,
        )
        self._sandbox.filters.update(self._filters())
        self._sentences: dict[str, Template] = {}
        self._expressions: dict[str, TemplateExpression] = {}

    def say(self, source: str, scene: Mapping[str, Any]) -> str:
        sentence = self._sentences.get(source)
        if sentence is None:
            sentence = self._sentences[source] = self._sandbox.from_string(source)
        return sentence.render(scene)

    def ask(self, source: str, scene: Mapping[str, Any]) -> Any:
        expression = self._expressions.get(source)
        if expression is None:
            expression = self._sandbox.compile_expression(source, undefined_to_none=False)
            self._expressions[source] = expression
        return expression(scene)

    def _filters(self) -> dict[str, Callable[..., str]]:
        formats = formats_for(self._language)
        return {
            "money": formats.money,
            "day": formats.day,
            "percent": formats.percent,
            "grouped": grouped,
            "listing": self._listing,
            "strong": lambda text: f"{STRONG_ON}{text}{STRONG_OFF}",
        }

    def _listing(self, items: Iterable[object]) -> str:
        """`a, b en c`."""
        return str(format_list([str(item) for item in items], locale=self._language))


@lru_cache(maxsize=64)
def voice_for(language: str) -> Voice:
    return Voice(language)
