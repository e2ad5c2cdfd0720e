"""Is what a report tells a booking we know already? A bank tells each of its bookings several
times: announced through the day (camt.052, camt.054, MT942) and on the statement (camt.053, MT940).

Two entries of one day and amount are the same booking when the bank calls them the same; else, when
it names one of them at most, when their content is the same or only one of them has any. Within one
report every entry is a booking of its own, so two that look alike are two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(slots=True, kw_only=True)
class BookedEntry:
    """One booking of one account, as far as the reports told of it.

    `reference` and `content` are keyed hashes: of what the bank calls it, and of what its details
    say, None when none were told. `confirmed_by` is the statement that counts it.
    """

    id: UUID
    account_id: UUID
    booked_on: date
    amount_minor: int
    reference: bytes | None
    content: bytes | None
    told_by: UUID
    confirmed_by: UUID | None = None


Recognised = dict[int, BookedEntry]


def recognise(
    told: Sequence[BookedEntry],
    known: Iterable[BookedEntry],
    may_be: Callable[[BookedEntry], bool],
) -> Recognised:
    """By position in `told`, the known entry it is; each known entry is one of them at most."""
    free: dict[tuple[UUID, date, int], list[BookedEntry]] = {}
    for entry in known:
        if may_be(entry):
            key = (entry.account_id, entry.booked_on, entry.amount_minor)
            free.setdefault(key, []).append(entry)
    found: Recognised = {}
    if not free:
        return found
    for is_same in (_same_reference, _same_content, _one_is_bare):
        for position, entry in enumerate(told):
            if position in found:
                continue
            alike = free.get((entry.account_id, entry.booked_on, entry.amount_minor), [])
            same = next((other for other in alike if is_same(entry, other)), None)
            if same is not None:
                found[position] = same
                alike.remove(same)
    return found


def tells_again(told: Sequence[BookedEntry], known: Iterable[BookedEntry]) -> bool:
    """Whether a statement overlaps one before: it names an entry that one counts already."""
    counted = {_named(entry) for entry in known if entry.confirmed_by and entry.reference}
    return bool(counted) and any(_named(entry) in counted for entry in told if entry.reference)


def learn(known: BookedEntry, told: BookedEntry, confirmed_by: UUID | None) -> bool:
    """Add what another report says of a known entry; whether that was anything new."""
    before = (known.reference, known.content, known.confirmed_by)
    known.reference = known.reference or told.reference
    known.content = known.content or told.content
    known.confirmed_by = known.confirmed_by or confirmed_by
    return before != (known.reference, known.content, known.confirmed_by)


def completed(told: Sequence[BookedEntry], recognised: Mapping[int, BookedEntry]) -> list[int]:
    """The positions whose details were not told before."""
    return [
        position
        for position, entry in recognised.items()
        if entry.content is None and told[position].content is not None
    ]


def _named(entry: BookedEntry) -> tuple[UUID, date, int, bytes | None]:
    return entry.account_id, entry.booked_on, entry.amount_minor, entry.reference


def _same_reference(told: BookedEntry, known: BookedEntry) -> bool:
    return told.reference is not None and told.reference == known.reference


def _same_content(told: BookedEntry, known: BookedEntry) -> bool:
    return _not_both_named(told, known) and told.content == known.content


def _one_is_bare(told: BookedEntry, known: BookedEntry) -> bool:
    return _not_both_named(told, known) and (told.content is None) is not (known.content is None)


def _not_both_named(told: BookedEntry, known: BookedEntry) -> bool:
    return told.reference is None or known.reference is None
