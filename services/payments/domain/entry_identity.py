"""Is what a report tells a booking we know already? A bank tells each of its bookings several
times: announced through the day (camt.052, camt.054, MT942) and on the statement (camt.053, MT940).

Two entries of one day and amount are the same booking when the bank calls them the same; else, when
it names one of them at most, when their content is the same or only one of them has any, and they
left the same balance where statements tell it for both: a bank lists its bookings in one order.
Within one report every entry is a booking of its own, so two that look alike are two.
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
    say, None when none were told. `confirmed_by` is the statement that counts it; `balance_minor`
    what it left on the account, None where only reports without an opening balance told of it.
    """

    id: UUID
    account_id: UUID
    booked_on: date
    amount_minor: int
    reference: bytes | None
    content: bytes | None
    told_by: UUID
    confirmed_by: UUID | None = None
    balance_minor: int | None = None


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
    """Whether a statement overlaps one before: it tells an entry that one counts already.

    The same name shows it; without one the same content that left the same balance. Statements in a
    row may tell entries with equal words, but from different balances on.
    """
    counted = [entry for entry in known if entry.confirmed_by]
    named = {_named(entry) for entry in counted if entry.reference}
    if named and any(_named(entry) in named for entry in told if entry.reference):
        return True
    left = [entry for entry in counted if entry.balance_minor is not None]
    placed = {_placed(entry) for entry in left}
    unnamed = {_placed(entry) for entry in left if not entry.reference}
    return bool(left) and any(
        _placed(entry) in (unnamed if entry.reference else placed) for entry in told
    )


def learn(known: BookedEntry, told: BookedEntry, confirmed_by: UUID | None) -> bool:
    """Add what another report says of a known entry; whether that was anything new."""
    before = (known.reference, known.content, known.confirmed_by, known.balance_minor)
    known.reference = known.reference or told.reference
    known.content = known.content or told.content
    known.confirmed_by = known.confirmed_by or confirmed_by
    if known.balance_minor is None:
        known.balance_minor = told.balance_minor
    return before != (known.reference, known.content, known.confirmed_by, known.balance_minor)


def completed(told: Sequence[BookedEntry], recognised: Mapping[int, BookedEntry]) -> list[int]:
    """The positions whose details were not told before."""
    return [
        position
        for position, entry in recognised.items()
        if entry.content is None and told[position].content is not None
    ]


def _named(entry: BookedEntry) -> tuple[UUID, date, int, bytes | None]:
    return entry.account_id, entry.booked_on, entry.amount_minor, entry.reference


def _placed(entry: BookedEntry) -> tuple[UUID, date, int, bytes | None, int | None]:
    return (
        entry.account_id,
        entry.booked_on,
        entry.amount_minor,
        entry.content,
        entry.balance_minor,
    )


def _same_reference(told: BookedEntry, known: BookedEntry) -> bool:
    return told.reference is not None and told.reference == known.reference


def _same_content(told: BookedEntry, known: BookedEntry) -> bool:
    return _may_be_same(told, known) and told.content == known.content


def _one_is_bare(told: BookedEntry, known: BookedEntry) -> bool:
    return _may_be_same(told, known) and (told.content is None) is not (known.content is None)


def _may_be_same(told: BookedEntry, known: BookedEntry) -> bool:
    """Neither two names nor two balances speak against it."""
    balances = {told.balance_minor, known.balance_minor} - {None}
    return (told.reference is None or known.reference is None) and len(balances) <= 1
