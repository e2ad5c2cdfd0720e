"""Decide what each line of a file is and whose it is, before anything of it is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from services.payments.domain.bank_lines import (
    UNMATCHED,
    Collection,
    Incoming,
    Kind,
    LateCollection,
    LineFacts,
    Payout,
    Return,
    Returns,
    Reversed,
    sort_lines,
)
from services.payments.domain.debit import from_our_reference
from services.payments.domain.return_rules import REVERSED_BY_BANK
from services.payments.domain.reversals import TakenBack
from services.payments.models import Debit, Transfer
from services.payments.repository import debits as debit_rows
from services.payments.repository import matching, payouts, remittances, reversals
from services.payments.repository import transfers as transfer_rows
from services.payments.use_cases.book_payments import Arrival, Verdict, decide
from services.payments.use_cases.find_originals import find_originals, waiting_taken
from services.payments.use_cases.identify_entries import entry_key
from services.payments.use_cases.index_iban_endings import ending_index
from services.payments.use_cases.name_batches import name_batches
from services.payments.use_cases.read_statement_file import LineDraft
from shared.crypto import Vault
from shared.db import WriteSession
from shared.ids import uuid7s
from shared.money import Money

# More debits than one sum holds.
_PARTS_MAX = 1_000_000


@dataclass(slots=True, kw_only=True)
class PlacedLine:
    """A line with its place: which statement, which account, what it turned out to be."""

    id: UUID
    draft: LineDraft
    entry_id: UUID
    statement_id: UUID
    account_id: UUID
    # None when a notice told it, which says nothing of other bookings.
    known_until: datetime | None
    iban_index: bytes | None
    iban_ending_index: bytes | None
    kind: Kind = field(default_factory=Incoming)
    arrivals: list[Arrival] = field(default_factory=list)


@dataclass(slots=True)
class LinePlan:
    """All that a file will change."""

    lines: list[PlacedLine]
    debits: dict[UUID, Debit]
    verdicts: dict[UUID, Verdict]
    transfers: dict[UUID, Transfer]
    # What banks took back, told here or waiting since earlier files, and not yet known to be what.
    taken_back: list[TakenBack]
    # By debit, what came back in parts before, in minor units.
    lost: Mapping[UUID, int]

    @property
    def arrivals(self) -> list[Arrival]:
        return [arrival for line in self.lines for arrival in line.arrivals]


def place(
    drafts: Sequence[tuple[LineDraft, UUID]],
    statement_id: UUID,
    account_id: UUID,
    known_until: datetime | None,
    vault: Vault,
) -> list[PlacedLine]:
    """Each draft comes with its entry."""
    return [
        PlacedLine(
            id=line_id,
            draft=draft,
            entry_id=entry_id,
            statement_id=statement_id,
            account_id=account_id,
            known_until=known_until,
            iban_index=iban_index(draft.iban, vault),
            iban_ending_index=ending_index(draft.iban, vault),
        )
        for line_id, (draft, entry_id) in zip(uuid7s(len(drafts)), drafts, strict=True)
    ]


def iban_index(iban: str | None, vault: Vault) -> bytes | None:
    """The keyed hash an account number is found by."""
    bare = "".join((iban or "").split()).upper()
    return vault.blind_index(bare) if bare else None


async def plan_lines(
    session: WriteSession,
    lines: list[PlacedLine],
    *,
    payout_patterns: Mapping[str, str],
    currency: str,
    vault: Vault,
) -> LinePlan:
    patterns = {name: re.compile(pattern) for name, pattern in payout_patterns.items()}
    facts = [_facts(line.draft, patterns) for line in lines]
    facts = await name_batches(session, [line.draft for line in lines], facts)
    debits = await debit_rows.debits_in_files(
        session,
        {fact.debit_id for fact in facts if fact.debit_id},
        {batch_id for fact in facts for batch_id in fact.batch_ids},
    )
    out = [fact for fact in facts if fact.amount.minor < 0]
    named = [*out, *(fact for fact in facts if fact.is_reversal)]
    transfers = await transfer_rows.lock_in_files(
        session,
        {fact.debit_id for fact in named if fact.debit_id} - debits.keys(),
        {batch_id for fact in out for batch_id in fact.batch_ids},
    )
    paid = await debit_rows.with_payment(session, debits) if debits else set()
    returned = [debit.id for debit in debits.values() if debit.status == "returned"]
    back = await debit_rows.come_back(session, returned) if returned else set()
    lost = await reversals.lost_of_debits(session, paid) if paid else {}
    in_transit = Money(0, currency)
    if any(fact.payout for fact in facts):
        in_transit = await payouts.in_transit(session, currency)
    kinds = sort_lines(
        facts,
        [debit_rows.facts_of(debit, paid, back, lost) for debit in debits.values()],
        in_transit,
        [transfer_rows.facts_of(transfer) for transfer in transfers.values()],
    )
    ids = iter(uuid7s(sum(_arrival_count(kind) for kind in kinds)))
    for line, kind, fact in zip(lines, kinds, facts, strict=True):
        line.kind = kind
        line.arrivals = _arrivals(line, fact, debits, transfers, ids)
    lines = _told_apart(lines, debits, lost)
    going_back = {line.kind.debit_id for line in lines if isinstance(line.kind, Return)}
    taken_back = await _look_for_originals(session, lines, vault)
    if going_back:
        # Payments before open items, as everybody locks them.
        await matching.lock_payments_of_debits(session, going_back)
    asked = [arrival for line in lines for arrival in line.arrivals]
    late_ids = late_collections(lines)
    late = {arrival.id for arrival in asked if arrival.debit_id in late_ids}
    collectors = await remittances.senders_by_iban(
        session, {arrival.iban_index for arrival in asked if arrival.iban_index}
    )
    # One sum for many debtors: whatever its text names, a specification takes it apart.
    bulk = {a.id for a in asked if a.invoice_id is None and a.iban_index in collectors}
    odd = {a.id for a in asked if a.odd in UNMATCHED}
    decided = [a for a in asked if a.id not in late | bulk | odd]
    verdicts = await decide(session, decided, vault=vault)
    for arrival in asked:
        if arrival.id in late:
            verdicts[arrival.id] = Verdict(arrival.customer_id, (), "", None, ())
        elif arrival.id in bulk:
            verdicts[arrival.id] = Verdict(None, (), "", "awaits_specification", ())
        elif arrival.id in odd:
            verdicts[arrival.id] = Verdict(arrival.customer_id, (), "", arrival.odd, ())
    return LinePlan(lines, debits, verdicts, transfers, taken_back, lost)


def _told_apart(
    lines: Sequence[PlacedLine], debits: Mapping[UUID, Debit], lost: Mapping[UUID, int]
) -> list[PlacedLine]:
    """Each line, and for debits that came back in one sum a line for each."""
    apart: list[PlacedLine] = []
    for line in lines:
        if not isinstance(line.kind, Returns):
            apart.append(line)
            continue
        debit_ids = line.kind.debit_ids
        for place_in_sum, (id_, debit_id) in enumerate(
            zip(uuid7s(len(debit_ids)), debit_ids, strict=True)
        ):
            debit = debits[debit_id]
            amount = Money(lost.get(debit_id, 0) - debit.amount_minor, debit.currency)
            # Below what the bank counts, where no detail of another line is.
            index = -(_PARTS_MAX * (line.draft.detail_index + 1) + place_in_sum)
            draft = line.draft._replace(
                amount=amount,
                detail_index=index,
                return_code=line.draft.return_code or REVERSED_BY_BANK,
            )
            kind = Return(debit_id, Money.zero(debit.currency))
            apart.append(replace(line, id=id_, draft=draft, kind=kind))
    return apart


async def _look_for_originals(
    session: WriteSession, lines: Sequence[PlacedLine], vault: Vault
) -> list[TakenBack]:
    """What banks took back, here or in earlier files that this one may explain.

    Payments it may have been are locked now, before open items, as everybody locks them.
    """
    taken = [_taken_back(line, vault) for line in lines if isinstance(line.kind, Reversed)]
    if lines:
        since = min(line.draft.booked_on for line in lines)
        waiting = await reversals.waiting(session, {line.account_id for line in lines}, since)
        taken += await waiting_taken(session, waiting, vault=vault)
    found = await find_originals(session, taken, vault=vault)
    meant = {one.payment_id for one in found.values() if one.payment_id}
    if meant:
        await matching.lock_payments(session, meant)
    return taken


def _taken_back(line: PlacedLine, vault: Vault) -> TakenBack:
    draft = line.draft
    return TakenBack(
        id=line.id,
        account_id=line.account_id,
        minor=-draft.amount.minor,
        currency=draft.amount.currency,
        booked_on=draft.booked_on,
        debit_id=line.kind.debit_id if isinstance(line.kind, Reversed) else None,
        reference=entry_key(draft.bank_reference, vault),
        iban_index=line.iban_index,
        iban_ending_index=line.iban_ending_index,
        words=draft.texts,
    )


def late_collections(lines: Iterable[PlacedLine]) -> dict[UUID, PlacedLine]:
    """By debit: the line that books it after its return was seen, alone or among others."""
    found: dict[UUID, PlacedLine] = {}
    for line in lines:
        if isinstance(line.kind, LateCollection):
            found[line.kind.debit_id] = line
        elif isinstance(line.kind, Collection):
            found.update(dict.fromkeys(line.kind.late_ids, line))
    return found


def _facts(draft: LineDraft, payout_patterns: Mapping[str, re.Pattern[str]]) -> LineFacts:
    payout = _payout(draft, payout_patterns) if draft.amount.minor > 0 else None
    batches = [from_our_reference(reference) for reference in draft.batch_references]
    return LineFacts(
        amount=draft.amount,
        debit_id=from_our_reference(draft.end_to_end_id),
        batch_ids=tuple(dict.fromkeys(batch for batch in batches if batch)),
        payout=payout,
        is_reversal=draft.is_reversal or draft.return_code is not None,
    )


def _payout(draft: LineDraft, patterns: Mapping[str, re.Pattern[str]]) -> Payout | None:
    """The provider whose payout this looks like, by sender and text."""
    words = " ".join((draft.name or "", *draft.texts))
    for provider, pattern in patterns.items():
        if (named := pattern.search(words)) is not None:
            return Payout(named[named.lastindex or 0], provider)
    return None


def _arrival_count(kind: Kind) -> int:
    if isinstance(kind, Collection):
        return len(kind.debit_ids) + len(kind.late_ids)
    return 1 if isinstance(kind, Incoming | LateCollection) else 0


def _arrivals(
    line: PlacedLine,
    facts: LineFacts,
    debits: dict[UUID, Debit],
    transfers: dict[UUID, Transfer],
    ids: Iterator[UUID],
) -> list[Arrival]:
    match line.kind:
        case Collection(debit_ids, named_by, late_ids):
            return [
                _collected(line, debits[id_], named_by, next(ids)) for id_ in debit_ids + late_ids
            ]
        case LateCollection(debit_id):
            return [_collected(line, debits[debit_id], "end_to_end", next(ids))]
        case Incoming(odd):
            named = facts.debit_id
            known = (debits.get(named) or transfers.get(named)) if named else None
            return [_incoming(line, odd, known, next(ids))]
        case _:
            return []


def _collected(line: PlacedLine, debit: Debit, named_by: str, id_: UUID) -> Arrival:
    return Arrival(
        id=id_,
        source="direct_debit",
        amount=Money(debit.amount_minor, debit.currency),
        booked_on=line.draft.booked_on,
        value_on=line.draft.value_on,
        invoice_id=debit.invoice_id,
        customer_id=debit.customer_id,
        named_by=named_by,
        debit_id=debit.id,
        account_id=line.account_id,
        line_id=line.id,
        known_until=line.known_until,
    )


def _incoming(
    line: PlacedLine, odd: str | None, known: Debit | Transfer | None, id_: UUID
) -> Arrival:
    draft = line.draft
    return Arrival(
        id=id_,
        source="bank",
        amount=draft.amount,
        booked_on=draft.booked_on,
        value_on=draft.value_on,
        clues=draft.clues,
        payer_name=draft.name,
        iban_index=line.iban_index,
        mandate_id=draft.mandate_id,
        customer_id=known.customer_id if known else None,
        account_id=line.account_id,
        line_id=line.id,
        known_until=line.known_until,
        odd=odd or ("remainder" if draft.is_remainder else None),
    )
