"""Four eyes: who asks for money to move is not who lets it go."""

from __future__ import annotations

from shared.errors import Conflict


class FourEyes(Conflict):
    code = "four_eyes"
    title = "Another person has to do this"


def refuse_same_person(asked_by: str, decides: str, step: str) -> None:
    """Actors are `role:subject`; one person may have two roles. A machine lets nothing go."""
    role, _, subject = decides.partition(":")
    if role not in {"clerk", "supervisor"}:
        raise FourEyes(f"a person has to {step} this, not a machine")
    if asked_by.partition(":")[2] == subject:
        raise FourEyes(f"who asked for this cannot {step} it: ask somebody else")
