"""A kind of line: how often a utility sees it, and the story that makes one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.evaluation.stage import Draft, Stage

Tell = Callable[[Stage], Sequence[Draft]]


@dataclass(frozen=True, slots=True)
class Kind:
    """`per_100_000` is how many of 100,000 stories at a utility are of this kind (an estimate)."""

    name: str
    per_100_000: int
    tell: Tell

    @property
    def rule(self) -> str:
        """When a clerk could know, in a sentence."""
        return (self.tell.__doc__ or "").strip()


KINDS: dict[str, Kind] = {}


def kind(per_100_000: int) -> Callable[[Tell], Tell]:
    """Register a story under its function's name; its docstring says what a clerk would do."""

    def register(tell: Tell) -> Tell:
        name = tell.__name__
        KINDS[name] = Kind(name, per_100_000, tell)
        return tell

    return register
