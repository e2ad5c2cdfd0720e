"""Is what a report tells a booking we know already? A bank tells each of its bookings several
times: announced through the day (camt.052, camt.054, MT942) and on the statement (camt.053, MT940).

Two entries of one day and amount are the same booking when the bank calls them the same; else, when
it names one of them at most, when their content is the same or only one of them has any, and they
stand at the same place where statements tell it for both: they left the same balance, or their
statements tell the same piece of the day, in whatever order (`domain/statement_stretches.py`).
Within one report every entry is a booking of its own, so two that look alike are two.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, pairwise
from uuid import UUID

from services.payments.domain.statement_stretches import Stretch, beyond, retold


@dataclass(slots=True, kw_only=True)
class BookedEntry:
    """One booking of one account, as far as the reports told of it.

    `reference` and `content` are keyed hashes: of what the bank calls it, and of what its details
    say, None when none were told. `confirmed_by` is the statement that counts it; `balance_minor`
    what it left on the account; `opens_minor` and `closes_minor` what was there before and after
    all that the same statement tells of its day. The balances are None where only reports without
    an opening balance told of it.
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
    opens_minor: int | None = None
    closes_minor: int | None = None

    @property
    def stretch(self) -> Stretch | None:
        if self.opens_minor is None or self.closes_minor is None:
            return None
        return self.account_id, self.booked_on, self.opens_minor, self.closes_minor


Recognised = dict[int, BookedEntry]
Key = tuple[object, ...]
KeyOf = Callable[[BookedEntry], Key | None]
IsSame = Callable[[BookedEntry, BookedEntry], bool]


def place_on_account(told: Sequence[BookedEntry], opening_minor: int) -> None:
    """Set the balances of a statement's entries, in the order it tells them."""
    of_day: dict[date, int] = {}
    for entry in told:
        of_day[entry.booked_on] = of_day.get(entry.booked_on, 0) + entry.amount_minor
    days = sorted(of_day)
    sums = accumulate((of_day[day] for day in days), initial=opening_minor)
    stretches = dict(zip(days, pairwise(sums), strict=True))
    balance = opening_minor
    for entry in told:
        balance += entry.amount_minor
        entry.balance_minor = balance
        entry.opens_minor, entry.closes_minor = stretches[entry.booked_on]


def recognise(
    told: Sequence[BookedEntry],
    known: Iterable[BookedEntry],
    may_be: Callable[[BookedEntry], bool],
) -> Recognised:
    """By position in `told`, the known entry it is; each known entry is one of them at most."""
    free = {entry.id: entry for entry in known if may_be(entry)}
    found: Recognised = {}
    if not free:
        return found
    again = _retold(told, free.values())

    def in_stretch(entry: BookedEntry, other: BookedEntry) -> bool:
        return _one_is_unnamed(entry, other) and other.stretch in again.get(entry.stretch, ())

    def in_place(entry: BookedEntry, other: BookedEntry) -> bool:
        return _at_balance(entry, other) or in_stretch(entry, other)

    # How known entries are sorted, under what a told one looks, and which of those it may be.
    passes: tuple[tuple[KeyOf, KeyOf, IsSame], ...] = (
        (_named, _named, lambda *_: True),
        (_worded, _worded, _at_balance),
        (_worded, _worded, in_stretch),
        (_is_bare, _has_details, in_place),
    )
    for known_key, told_key, is_same in passes:
        alike: dict[Key | None, list[BookedEntry]] = {}
        for entry in free.values():
            alike.setdefault(known_key(entry), []).append(entry)
        for position, entry in enumerate(told):
            key = told_key(entry) if position not in found else None
            candidates = alike.get(key, []) if key else []
            same = next((other for other in candidates if is_same(entry, other)), None)
            if same is not None:
                found[position] = free.pop(same.id)
                candidates.remove(same)
    return found


def narrow(told: Sequence[BookedEntry], recognised: Recognised) -> None:
    """What a statement tells beyond the ones before it lies beyond them: say so, for the statement
    that tells nothing else will begin there."""
    told_again: dict[Stretch, int] = {}
    for entry in recognised.values():
        if entry.stretch is not None:
            told_again[entry.stretch] = told_again.get(entry.stretch, 0) + entry.amount_minor
    whole = [stretch for stretch, minor in told_again.items() if minor == stretch[3] - stretch[2]]
    if not whole:
        return
    narrower = {stretch: beyond(stretch, whole) for stretch in _stretches(told)}
    for position, entry in enumerate(told):
        if position not in recognised and entry.stretch is not None:
            _, _, entry.opens_minor, entry.closes_minor = narrower[entry.stretch]


def tells_again(told: Sequence[BookedEntry], known: Iterable[BookedEntry]) -> bool:
    """Whether a statement overlaps one before: it tells an entry that one counts already.

    The same name shows it; without one the same content at the same place. Statements in a row may
    tell entries with equal words, but they stand elsewhere.
    """
    counted = [entry for entry in known if entry.confirmed_by]
    names = {_named(entry) for entry in counted if entry.reference}
    if names and any(_named(entry) in names for entry in told if entry.reference):
        return True
    left = [entry for entry in counted if entry.balance_minor is not None]
    if not left:
        return False
    again = _retold(told, left)
    stood = {(_worded(e), place) for e in left for place in (e.balance_minor, e.stretch)}
    unnamed = [e for e in left if not e.reference]
    stood_unnamed = {(_worded(e), place) for e in unnamed for place in (e.balance_minor, e.stretch)}
    return any(
        (_worded(entry), place) in (stood_unnamed if entry.reference else stood)
        for entry in told
        for place in (entry.balance_minor, *again.get(entry.stretch, ()))
        if place is not None
    )


def learn(known: BookedEntry, told: BookedEntry, confirmed_by: UUID | None) -> bool:
    """Add what another report says of a known entry; whether that was anything new."""
    before = (
        known.reference,
        known.content,
        known.confirmed_by,
        known.balance_minor,
        known.stretch,
    )
    known.reference = known.reference or told.reference
    known.content = known.content or told.content
    known.confirmed_by = known.confirmed_by or confirmed_by
    if known.stretch is None and known.balance_minor in {None, told.balance_minor}:
        known.balance_minor = told.balance_minor
        known.opens_minor, known.closes_minor = told.opens_minor, told.closes_minor
    return before != (
        known.reference,
        known.content,
        known.confirmed_by,
        known.balance_minor,
        known.stretch,
    )


def completed(told: Sequence[BookedEntry], recognised: Mapping[int, BookedEntry]) -> list[int]:
    """The positions whose details were not told before."""
    return [
        position
        for position, entry in recognised.items()
        if entry.content is None and told[position].content is not None
    ]


def _named(entry: BookedEntry) -> Key | None:
    return (*_slot(entry), entry.reference) if entry.reference else None


def _worded(entry: BookedEntry) -> Key:
    return (*_slot(entry), entry.content)


def _is_bare(entry: BookedEntry) -> Key:
    return (*_slot(entry), entry.content is None)


def _has_details(entry: BookedEntry) -> Key:
    """Under this key the other half of those told with and without details is found."""
    return (*_slot(entry), entry.content is not None)


def _slot(entry: BookedEntry) -> Key:
    return entry.account_id, entry.booked_on, entry.amount_minor


def _at_balance(told: BookedEntry, known: BookedEntry) -> bool:
    """Neither two names nor two balances speak against it."""
    balances = {told.balance_minor, known.balance_minor} - {None}
    return _one_is_unnamed(told, known) and len(balances) <= 1


def _one_is_unnamed(told: BookedEntry, known: BookedEntry) -> bool:
    return told.reference is None or known.reference is None


def _retold(
    told: Iterable[BookedEntry], known: Iterable[BookedEntry]
) -> Mapping[Stretch | None, Collection[Stretch]]:
    return retold(_stretches(told), _stretches(known))


def _stretches(entries: Iterable[BookedEntry]) -> set[Stretch]:
    return {entry.stretch for entry in entries if entry.stretch is not None}
