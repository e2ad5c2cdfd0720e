"""A billing run and its drafts: plan, preview, check, issue."""

from __future__ import annotations

from typing import Final

from shared.errors import IllegalTransition

RUN_STATUSES: Final = ("previewing", "checked", "issuing", "issued", "cancelled")
DRAFT_STATUSES: Final = ("ready", "held", "dropped", "issued")

RUN_TRANSITIONS: Final = {
    ("previewing", "finish_preview"): "checked",
    ("checked", "issue"): "issuing",
    ("issuing", "finish_issue"): "issued",
    ("issued", "issue"): "issuing",
    ("previewing", "cancel"): "cancelled",
    ("checked", "cancel"): "cancelled",
}
DRAFT_TRANSITIONS: Final = {
    ("held", "release"): "ready",
    ("ready", "hold"): "held",
    ("held", "drop"): "dropped",
    ("ready", "drop"): "dropped",
    ("ready", "issue"): "issued",
}


def run_after(status: str, trigger: str) -> str:
    return _after("billing run", RUN_TRANSITIONS, status, trigger)


def draft_after(status: str, trigger: str) -> str:
    return _after("draft invoice", DRAFT_TRANSITIONS, status, trigger)


def _after(noun: str, transitions: dict[tuple[str, str], str], status: str, trigger: str) -> str:
    try:
        return transitions[status, trigger]
    except KeyError:
        raise IllegalTransition(noun, status, trigger) from None
