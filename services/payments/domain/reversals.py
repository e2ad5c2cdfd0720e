"""Which payment a bank took back, when it reverses a credit of its own accord.

A reversal (RvslInd of camt, RC of MT940) or the return of a recalled transfer takes back exactly
one earlier credit of the same account. What names that for certain is posted; the rest is for a
person.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

# Between a credit and its reversal: what is older is left to a person.
DAYS_MAX: Final = 90
# A word of the payer or the bank that tells one payment from others; shorter ones repeat.
_WORD_CHARACTERS_MIN: Final = 6
# As they are shown in the queue, the strongest first.
FACTS: Final = ("same_bank_reference", "same_account", "same_words")


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """A movement by which the bank takes money back; `minor` is positive, in minor units.

    `reference` and `iban_index` are keyed hashes; `words` are what came with it.
    """

    id: UUID
    account_id: UUID
    minor: int
    currency: str
    booked_on: date
    debit_id: UUID | None = None
    reference: bytes | None = None
    iban_index: bytes | None = None
    iban_ending_index: bytes | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A payment a reversal may take back, and what speaks for it (`FACTS`)."""

    payment_id: UUID
    booked_on: date
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """`payment_id` when exactly one is meant; else why not, with what it may be."""

    payment_id: UUID | None
    reason: str | None
    candidates: tuple[Original, ...]


def original_of(taken: TakenBack, originals: Iterable[Original]) -> Found:
    """Exactly one with the bank's own reference, or else exactly one that anything speaks for."""
    ranked = sorted(originals, key=lambda one: (_rank(one), -one.booked_on.toordinal()))
    candidates = tuple(ranked)
    if taken.debit_id is not None:
        return Found(None, "reversal_in_part", candidates)
    named = [one for one in ranked if FACTS[0] in one.facts]
    meant = named or [one for one in ranked if one.facts]
    if len(meant) == 1:
        return Found(meant[0].payment_id, None, candidates)
    return Found(None, "reversal_unclear" if ranked else "reversal_unknown", candidates)


def days_before(day: date) -> Iterator[date]:
    """The days a credit may have been booked on that is taken back on this one."""
    return (day - timedelta(days=before) for before in range(DAYS_MAX + 1))


def share_words(ours: Collection[str], theirs: Collection[str]) -> bool:
    """Whether both tell the same reference: letters and digits that are no everyday word."""
    return bool(_telling(ours) & _telling(theirs))


def _telling(words: Collection[str]) -> set[str]:
    compact = {"".join(word.split()).upper() for word in words}
    return {
        word
        for word in compact
        if len(word) >= _WORD_CHARACTERS_MIN and any(one.isdecimal() for one in word)
    }


def _rank(one: Original) -> tuple[bool, ...]:
    return tuple(fact not in one.facts for fact in FACTS)
