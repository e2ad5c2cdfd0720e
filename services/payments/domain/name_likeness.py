"""How a name as it is written and a name as we know it agree."""

from __future__ import annotations

from typing import Final

from rapidfuzz.distance import DamerauLevenshtein

from services.payments.domain.names import Bearer, Name

_SIMILAR_FROM: Final = 6
# The best first. Initials agree when none contradicts: J.P. with J., and not with J.A.
_LIKENESSES: Final = ("full", "same", "half", "similar", "surname", "differs")


def likeness(written: Name, known: Name) -> str:
    """The best of any two bearers; `unknown` when either name says nothing.

    full: surname and two initials; same: surname and one; surname: nothing more, or other
    initials; half: one of two surnames, and initials; similar: a slip in the surname.
    """
    if not written.bearers or not known.bearers:
        return "unknown"
    found = {
        _alike(theirs, ours, is_cut=written.is_cut)
        for theirs in written.bearers
        for ours in known.bearers
    }
    return next(like for like in _LIKENESSES if like in found)


def shared_surnames(written: Name, known: Name) -> set[str]:
    """The whole surnames that both names bear."""
    return {b.surname for b in written.bearers} & {b.surname for b in known.bearers}


def _alike(theirs: Bearer, ours: Bearer, *, is_cut: bool) -> str:
    agreeing = min(len(theirs.initials), len(ours.initials))
    is_initial = agreeing > 0 and theirs.initials[:agreeing] == ours.initials[:agreeing]
    if theirs.surname == ours.surname:
        if not is_initial:
            return "surname"
        return "full" if agreeing > 1 else "same"
    if not is_initial:
        return "differs"
    if not {theirs.surname, *theirs.halves}.isdisjoint((ours.surname, *ours.halves)):
        return "half"
    return "similar" if _is_close(theirs.surname, ours.surname, is_cut=is_cut) else "differs"


def _is_close(theirs: str, ours: str, *, is_cut: bool) -> bool:
    """One slip in a surname long enough to bear it, or a surname the bank cut."""
    if is_cut and len(theirs) >= 3 and ours.startswith(theirs):
        return True
    return min(len(theirs), len(ours)) >= _SIMILAR_FROM and (
        DamerauLevenshtein.distance(theirs, ours, score_cutoff=1) <= 1
    )
