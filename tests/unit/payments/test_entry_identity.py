from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate, pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from services.payments.domain.entry_identity import (
    BookedEntry,
    completed,
    learn,
    narrow,
    place_on_account,
    recognise,
    tells_again,
)
from shared.ids import uuid7

ACCOUNT, REPORT = uuid7(), uuid7()
DAY = date(2026, 4, 1)


def entry(
    content: str | None,
    reference: str | None = None,
    amount: int = 100,
    balance: int | None = None,
) -> BookedEntry:
    return BookedEntry(
        id=uuid7(),
        account_id=ACCOUNT,
        booked_on=DAY,
        amount_minor=amount,
        reference=reference.encode() if reference else None,
        content=content.encode() if content else None,
        told_by=REPORT,
        balance_minor=balance,
    )


def anything(_: BookedEntry) -> bool:
    return True


def is_same(told: BookedEntry, known: BookedEntry) -> bool:
    return recognise([told], [known], anything) == {0: known}


def test_the_banks_own_name_decides_before_the_content() -> None:
    assert is_same(entry("a", "R1"), entry("b", "R1"))
    assert not is_same(entry("a", "R1"), entry("a", "R2"))


def test_without_a_name_on_both_sides_the_content_decides() -> None:
    assert is_same(entry("a"), entry("a"))
    assert is_same(entry("a", "R1"), entry("a"))
    assert not is_same(entry("a"), entry("b"))


def test_an_entry_told_without_details_is_the_one_of_its_day_and_amount() -> None:
    assert is_same(entry(None), entry("a"))
    assert not is_same(entry(None), entry("a", amount=101))


def test_the_better_reason_is_heard_first() -> None:
    """The bare entry stands first, yet the one with the same content is the one meant."""
    bare, same = entry(None), entry("a")
    assert recognise([entry("a")], [bare, same], anything) == {0: same}


def test_an_entry_already_counted_by_name_shows_the_statement_repeats() -> None:
    counted = entry("a", "R1")
    assert not tells_again([entry("a", "R1")], [counted])
    counted.confirmed_by = uuid7()
    assert tells_again([entry("b", "R1")], [counted])
    assert not tells_again([entry("a", "R2"), entry("a")], [counted])


def test_without_names_the_same_words_at_the_same_balance_show_the_statement_repeats() -> None:
    counted = entry("a", balance=100)
    counted.confirmed_by = uuid7()
    assert tells_again([entry("b", balance=50), entry("a", balance=100)], [counted])
    assert tells_again([entry("a", "R1", balance=100)], [counted])
    assert not tells_again([entry("a", balance=200)], [counted])
    assert not tells_again([entry("b", balance=100)], [counted])


def test_equal_words_from_different_balances_on_are_two_bookings() -> None:
    assert is_same(entry("a", balance=100), entry("a", balance=100))
    assert is_same(entry("a", balance=100), entry("a"))
    assert not is_same(entry("a", balance=100), entry("a", balance=200))
    assert not is_same(entry(None, balance=100), entry("a", balance=200))


def test_details_that_were_missing_complete_an_entry_once() -> None:
    known, told = entry(None), entry("a", "R1")
    assert completed([told], {0: known}) == [0]
    assert learn(known, told, None)
    assert (known.content, known.reference) == (b"a", b"R1")
    assert completed([told], {0: known}) == []
    assert not learn(known, told, None)


KINDS = st.sampled_from([("a", None), ("b", None), ("a", "R1"), ("b", "R2"), (None, "R3")])


def book(reports: Sequence[tuple[str, list[tuple[str | None, str | None]]]]) -> Counter[str]:
    """What is in the books after these reports, by what tells one entry from another."""
    known: list[BookedEntry] = []
    for kind, told in reports:
        statement = uuid7() if kind == "statement" else None
        entries = [entry(*one) for one in told]
        may_be = (lambda e: e.confirmed_by is None) if statement else anything
        found = recognise(entries, known, may_be)
        for position, one in enumerate(entries):
            learn(found.get(position, one), one, statement)
        known += [one for position, one in enumerate(entries) if position not in found]
    return Counter(str((one.reference, one.content)) for one in known)


@given(st.lists(KINDS, min_size=1, max_size=8), st.data())
def test_parts_of_a_day_told_before_or_after_in_any_order_change_nothing(
    day: list[tuple[str | None, str | None]], data: st.DataObject
) -> None:
    """The statement tells all of the day; interim reports each saw some of it."""
    interims = data.draw(st.lists(st.lists(st.sampled_from(range(len(day))), unique=True)))
    early = [("interim", [day[i] for i in seen]) for seen in interims]
    told = data.draw(st.permutations([*early, *early, ("statement", day)]))
    assert book(told).total() == len(day)


def test_the_same_day_twice_told_by_interims_is_one_day() -> None:
    day: list[tuple[str | None, str | None]] = [("a", None), ("a", None), (None, "R3")]
    assert book([("interim", day), ("interim", day), ("statement", day)]).total() == 3


# Bookings without any reference: amounts and words, two of them alike.
UNNAMED = st.sampled_from([(100, "koffie"), (100, "thee"), (-100, "koffie"), (250, "koffie")])


def take(known: list[BookedEntry], told: list[BookedEntry]) -> None:
    """One statement into the books, as `identify_entries` does it."""
    statement = None if tells_again(told, known) else uuid7()
    may_be = (lambda e: e.confirmed_by is None) if statement else anything
    found = recognise(told, known, may_be)
    narrow(told, found)
    for position, one in enumerate(told):
        learn(found.get(position, one), one, statement)
    known += [one for position, one in enumerate(told) if position not in found]


def statement_of(
    bookings: Sequence[tuple[int, str]], begin: int = 0, end: int | None = None, opening: int = 5
) -> list[BookedEntry]:
    """What a statement tells that begins and ends within a row of bookings."""
    before = opening + sum(amount for amount, _ in bookings[:begin])
    told = [entry(words, amount=amount) for amount, words in bookings[begin:end]]
    place_on_account(told, before)
    return told


@given(st.lists(UNNAMED, min_size=1, max_size=8), st.data())
def test_overlapping_statements_without_references_end_in_the_same_bookings(
    bookings: list[tuple[int, str]], data: st.DataObject
) -> None:
    """However a day is cut into statements that overlap, and in whatever order they come."""
    balances = [one.balance_minor for one in statement_of(bookings, 0, len(bookings))]
    # A balance that comes back is the one thing no statement tells from itself.
    assume(len({5, *balances}) == len(bookings) + 1)
    places = st.integers(0, len(bookings))
    spans = data.draw(st.lists(st.tuples(places, places).map(sorted), max_size=5))
    cut = data.draw(st.integers(0, len(bookings)))
    told = data.draw(st.permutations([*spans, [0, cut], [cut, len(bookings)]]))
    known: list[BookedEntry] = []
    for begin, end in told:
        take(known, statement_of(bookings, begin, end))
    booked = Counter((one.amount_minor, one.content, one.balance_minor) for one in known)
    assert booked == Counter(
        (amount, words.encode(), balance)
        for (amount, words), balance in zip(bookings, balances, strict=True)
    )


def take_interim(known: list[BookedEntry], bookings: Sequence[tuple[int, str]]) -> None:
    told = [entry(words, amount=amount) for amount, words in bookings]
    found = recognise(told, known, anything)
    known += [one for position, one in enumerate(told) if position not in found]


@given(st.lists(UNNAMED, min_size=1, max_size=7), st.data())
def test_a_day_told_in_any_order_any_number_of_times_is_booked_once(
    day: list[tuple[int, str]], data: st.DataObject
) -> None:
    """Whole in several orders, in two statements that join, and in part by interim reports: each
    booking is in the books once, and what is equal stays two."""
    cut = data.draw(st.integers(0, len(day)))
    balances = accumulate((amount for amount, _ in day), initial=5)
    # A balance that comes back is the one thing no statement tells from itself.
    assume(len(set(balances)) == len(day) + 1)
    wholes = data.draw(st.lists(st.permutations(day), min_size=1, max_size=3))
    interims = data.draw(st.lists(st.permutations(day).map(lambda seen: seen[:cut]), max_size=2))
    told = data.draw(
        st.permutations(
            [
                *(("statement", whole, 0, len(day)) for whole in wholes),
                *(("statement", day, *span) for span in ((0, cut), (cut, len(day))) * 2),
                *(("interim", seen, 0, cut) for seen in interims),
            ]
        )
    )
    known: list[BookedEntry] = []
    for kind, bookings, begin, end in told:
        if kind == "interim":
            take_interim(known, bookings)
        else:
            take(known, statement_of(bookings, begin, end))
    booked = Counter((one.amount_minor, one.content) for one in known)
    assert booked == Counter((amount, words.encode()) for amount, words in day)


@given(st.lists(UNNAMED, min_size=1, max_size=7), st.data())
def test_exports_of_the_day_so_far_and_the_statements_of_its_hours_agree(
    day: list[tuple[int, str]], data: st.DataObject
) -> None:
    """As the day goes on: what each hour added, and now and then all of it in another order."""
    balances = accumulate((amount for amount, _ in day), initial=5)
    assume(len(set(balances)) == len(day) + 1)
    hours = sorted(data.draw(st.sets(st.integers(1, len(day)))) | {len(day)})
    exports = data.draw(st.lists(st.integers(1, len(day)), max_size=4))
    files = [(end, day[begin:end], begin) for begin, end in pairwise([0, *hours])]
    files += [(end, data.draw(st.permutations(day[:end])), 0) for end in exports]
    known: list[BookedEntry] = []
    for end, bookings, begin in sorted(files, key=lambda file: file[0]):
        opening = 5 + sum(amount for amount, _ in day[:begin])
        take(known, statement_of(bookings, opening=opening))
        assert end <= len(known)
    booked = Counter((one.amount_minor, one.content) for one in known)
    assert booked == Counter((amount, words.encode()) for amount, words in day)


def days_told(bookings: Sequence[Sequence[tuple[int, str]]], opening: int) -> list[BookedEntry]:
    """A statement over several days in a row, as many as there are lists."""
    told = []
    for day, of_day in enumerate(bookings):
        for amount, words in of_day:
            one = entry(words, amount=amount)
            one.booked_on = DAY + timedelta(days=day)
            told.append(one)
    place_on_account(told, opening)
    return told


@given(st.lists(st.lists(UNNAMED, min_size=1, max_size=4), min_size=1, max_size=3), st.data())
def test_an_export_of_days_told_in_other_orders_adds_nothing(
    days: list[list[tuple[int, str]]], data: st.DataObject
) -> None:
    """Statements by day and an export of them all, each in an order of its own; newest day first
    too."""
    opens = list(accumulate((sum(a for a, _ in day) for day in days), initial=5))
    assume(len(set(opens)) == len(days) + 1)
    files = [
        days_told([*([[]] * place), data.draw(st.permutations(day))], opens[place])
        for place, day in enumerate(days)
    ]
    export = days_told([data.draw(st.permutations(day)) for day in days], 5)[::-1]
    place_on_account(export, 5)
    known: list[BookedEntry] = []
    for told in data.draw(st.permutations([*files, export])):
        take(known, told)
    assert len(known) == sum(map(len, days))


def test_a_day_told_again_newest_first_is_the_same_day() -> None:
    """The bank's own file and the export of its website; nothing but the order tells them apart."""
    day = [(100, "koffie"), (250, "thee"), (100, "koffie"), (-100, "koffie")]
    known: list[BookedEntry] = []
    take(known, statement_of(day))
    take(known, statement_of(day[::-1]))
    assert len(known) == 4


def test_an_entry_kept_without_its_day_is_known_by_the_balance_it_left() -> None:
    """It was stored before the balances of its day were; told again it learns them."""
    (known,) = statement_of([(100, "koffie")])
    known.opens_minor = known.closes_minor = None
    (told,) = statement_of([(100, "koffie")])
    assert is_same(told, known)
    assert learn(known, told, None)
    assert known.stretch == told.stretch is not None
    assert not is_same(statement_of([(100, "koffie")], opening=300)[0], known)


def test_an_account_emptied_every_noon_has_two_of_what_comes_twice() -> None:
    """Both statements begin and end with nothing: only the balances between tell them apart."""
    morning = [(100, "koffie"), (-100, "naar spaarrekening")]
    evening = [(250, "thee"), (100, "koffie"), (-350, "naar spaarrekening")]
    known: list[BookedEntry] = []
    take(known, statement_of(morning, opening=0))
    take(known, statement_of(evening, opening=0))
    assert Counter(one.content for one in known)[b"koffie"] == 2
