"""What each line of a statement is to us: a payment, a collection, a return, a payout, or other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from uuid import UUID

from shared.money import Money


class LineFacts(NamedTuple):
    """What of a line tells its kind. `amount` is signed: money in is positive."""

    amount: Money
    # Of a debit, or of a transfer when money goes out.
    debit_id: UUID | None = None
    batch_ids: tuple[UUID, ...] = ()
    payout: Payout | None = None
    # The bank says that it takes back an earlier booking, or returns one.
    is_reversal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DebitFacts:
    """`came_back`: a line of the account took it back, other than a report or ourselves."""

    id: UUID
    batch_id: UUID
    status: str
    amount: Money
    has_payment: bool
    came_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFacts:
    """A transfer of ours, by its end-to-end id or by the file it is in.

    `awaits_line`: it is in a file, or a person said that it was executed, and no line showed it.
    """

    id: UUID
    file_id: UUID | None
    awaits_line: bool
    amount: Money


@dataclass(frozen=True, slots=True)
class Collection:
    """The booking of debits: by their own ids, or of whole groups of a day in one sum.

    `late_ids` are those in the sum whose return came first: in, and out again at once.
    """

    debit_ids: tuple[UUID, ...]
    named_by: str
    late_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class LateCollection:
    """The booking of a debit whose return came first: in, and out again at once."""

    debit_id: UUID


@dataclass(frozen=True, slots=True)
class Return:
    """A debit came back. `excess` (negative) is what the bank took beside it, such as its fee."""

    debit_id: UUID
    excess: Money


@dataclass(frozen=True, slots=True)
class Returns:
    """Debits that were booked in one sum came back in one: to be told apart, one return each."""

    debit_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Reversed:
    """Money the bank takes back that is no return of a whole debit: which payment it was is looked
    for among what the account received. `debit_id`: it names this debit, with another amount."""

    debit_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Payout:
    """By its text, before it is known whether the provider holds as much for us."""

    reference: str
    provider: str


@dataclass(frozen=True, slots=True)
class Sent:
    """Transfers we asked the bank for: by their own id, or a whole file in one sum."""

    transfer_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Incoming:
    """An ordinary payment; `odd` is what a clerk should know when nothing decides it.

    What the bank gives back of what it took is never matched by what it says: see `UNMATCHED`.
    """

    odd: str | None = None


# Money that left the account before, and came again: no customer pays with it.
UNMATCHED: Final = frozenset({"transfer_returned", "charge_reversed"})


@dataclass(frozen=True, slots=True)
class Other:
    """Money out that is nobody's payment: charges, our own transfers."""


Kind = Collection | LateCollection | Return | Returns | Reversed | Payout | Sent | Incoming | Other

NAMES: Mapping[type, str] = {
    Collection: "collection",
    LateCollection: "collection",
    Return: "return",
    # Their lines are told apart before they are written.
    Returns: "return",
    # Until its payment is found.
    Reversed: "other",
    Payout: "payout",
    Sent: "transfer",
    Incoming: "payment",
    Other: "other",
}


@dataclass(slots=True)
class _Book:
    debits: dict[UUID, DebitFacts]
    in_transit: Money
    transfers: dict[UUID, TransferFacts]
    status: dict[UUID, str] = field(default_factory=dict)
    sent: set[UUID] = field(default_factory=set)
    batches: dict[UUID, list[DebitFacts]] = field(default_factory=dict)

    def status_of(self, one: DebitFacts) -> str:
        return self.status.get(one.id, one.status)

    def awaits_line(self, one: TransferFacts) -> bool:
        return one.awaits_line and one.id not in self.sent


def sort_lines(
    lines: Sequence[LineFacts],
    debits: Iterable[DebitFacts],
    in_transit: Money,
    transfers: Iterable[TransferFacts] = (),
) -> list[Kind]:
    """The kind of each line. Money in is looked at first: a return may stand above its collection.

    `in_transit` is what the provider holds for us: it cannot pay out more.
    """
    book = _Book(
        {debit.id: debit for debit in debits},
        in_transit,
        {transfer.id: transfer for transfer in transfers},
    )
    for debit in book.debits.values():
        book.batches.setdefault(debit.batch_id, []).append(debit)
    kinds: dict[int, Kind] = {}
    for is_money_in in (True, False):
        for index, line in enumerate(lines):
            if (line.amount.minor > 0) is is_money_in:
                kinds[index] = _money_in(line, book) if is_money_in else _money_out(line, book)
    return [kinds[index] for index in range(len(lines))]


def _money_in(line: LineFacts, book: _Book) -> Kind:
    debit = book.debits.get(line.debit_id) if line.debit_id else None
    if debit is not None:
        return _collected(line, debit, book)
    # Each group the line names by itself, then all of them.
    for batch_ids in (*((batch_id,) for batch_id in line.batch_ids), line.batch_ids):
        debits = [d for batch_id in batch_ids for d in book.batches.get(batch_id, ())]
        found = _group_booked(line.amount, debits, book)
        if found is not None:
            return found
    if any(batch_id in book.batches for batch_id in line.batch_ids):
        return Incoming("batch_differs")
    if line.is_reversal:
        named = book.transfers.get(line.debit_id) if line.debit_id else None
        return Incoming("transfer_returned" if named is not None else "charge_reversed")
    if line.payout is not None:
        if line.amount.currency == book.in_transit.currency and line.amount <= book.in_transit:
            book.in_transit -= line.amount
            return line.payout
        return Incoming("payout_unexplained")
    return Incoming()


def _group_booked(amount: Money, debits: Sequence[DebitFacts], book: _Book) -> Kind | None:
    """What of a group makes the sum: what flies, with what was given up or what came back already,
    or all of it."""
    flying = [d for d in debits if book.status_of(d) == "submitted"]
    given_up = [d for d in debits if _was_given_up(d, book)]
    came_back = [d for d in debits if _came_back_first(d, book)]
    for going, late in (
        (flying, []),
        (flying + given_up, []),
        (flying, came_back),
        (flying + given_up, came_back),
    ):
        if (going or late) and _is_sum(amount, going + late):
            book.status.update(
                {d.id: "collected" for d in going} | {d.id: "returned" for d in late}
            )
            return Collection(tuple(d.id for d in going), "batch", tuple(d.id for d in late))
    return None


def _collected(line: LineFacts, debit: DebitFacts, book: _Book) -> Kind:
    status = book.status_of(debit)
    if debit.amount != line.amount:
        return Incoming("debit_differs")
    if status == "submitted" or _was_given_up(debit, book):
        book.status[debit.id] = "collected"
        return Collection((debit.id,), "end_to_end")
    if _came_back_first(debit, book):
        book.status[debit.id] = "returned"
        return LateCollection(debit.id)
    return Incoming("already_collected")


def _was_given_up(debit: DebitFacts, book: _Book) -> bool:
    """What we withdrew, or the bank refused, and nothing was booked of: the bank may have collected
    it all the same."""
    return _is_without_booking(debit, book) and not debit.came_back


def _came_back_first(debit: DebitFacts, book: _Book) -> bool:
    """The account shows its return, and its collection only now."""
    return _is_without_booking(debit, book) and debit.came_back


def _is_without_booking(debit: DebitFacts, book: _Book) -> bool:
    is_returned = debit.status == "returned" and debit.id not in book.status
    return is_returned and not debit.has_payment


def _money_out(line: LineFacts, book: _Book) -> Kind:
    debit = book.debits.get(line.debit_id) if line.debit_id else None
    if (
        debit is not None
        and book.status_of(debit) in {"submitted", "collected"}
        and debit.amount.currency == line.amount.currency
        and -line.amount >= debit.amount
    ):
        book.status[debit.id] = "returned"
        return Return(debit.id, line.amount + debit.amount)
    sent = _sent(line, book)
    if sent and _is_sum(-line.amount, sent):
        book.sent.update(transfer.id for transfer in sent)
        return Sent(tuple(transfer.id for transfer in sent))
    back = _group_reversed(line, book)
    if back is not None:
        return back
    if not line.is_reversal:
        return Other()
    is_part = debit is not None and book.status_of(debit) in {"submitted", "collected"}
    return Reversed(debit.id if debit is not None and is_part else None)


def _group_reversed(line: LineFacts, book: _Book) -> Returns | None:
    """All of a group that has not come back yet, in one sum as it was booked."""
    for batch_id in line.batch_ids:
        debits = [
            debit
            for debit in book.batches.get(batch_id, ())
            if book.status_of(debit) in {"submitted", "collected"}
        ]
        if debits and _is_sum(-line.amount, debits):
            book.status.update({debit.id: "returned" for debit in debits})
            return Returns(tuple(debit.id for debit in debits))
    return None


def _is_sum(amount: Money, parts: Sequence[DebitFacts | TransferFacts]) -> bool:
    """To the cent, and in the same currency."""
    if any(part.amount.currency != amount.currency for part in parts):
        return False
    return Money.total((part.amount for part in parts), amount.currency) == amount


def _sent(line: LineFacts, book: _Book) -> list[TransferFacts]:
    """What of our transfers the bank may be booking here."""
    named = book.transfers.get(line.debit_id) if line.debit_id else None
    if named is not None:
        return [named] if book.awaits_line(named) else []
    return [
        transfer
        for transfer in book.transfers.values()
        if transfer.file_id in line.batch_ids and book.awaits_line(transfer)
    ]
