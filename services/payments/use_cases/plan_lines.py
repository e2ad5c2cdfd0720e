"""Decide what each line of a file is and whose it is, before anything of it is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.payments.domain.bank_lines import (
    Collection,
    Incoming,
    Kind,
    LateCollection,
    LineFacts,
    Payout,
    Return,
    sort_lines,
)
from services.payments.domain.debit import from_our_reference
from services.payments.models import Debit, Transfer
from services.payments.repository import debits as debit_rows
from services.payments.repository import matching, payouts, remittances
from services.payments.repository import transfers as transfer_rows
from services.payments.use_cases.book_payments import Arrival, Verdict, decide
from services.payments.use_cases.index_iban_endings import ending_index
from services.payments.use_cases.name_batches import name_batches
from services.payments.use_cases.read_statement_file import LineDraft
from shared.crypto import Vault
from shared.db import WriteSession
from shared.ids import uuid7s
from shared.money import Money


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
    transfers = await transfer_rows.lock_in_files(
        session,
        {fact.debit_id for fact in out if fact.debit_id} - debits.keys(),
        {batch_id for fact in out for batch_id in fact.batch_ids},
    )
    paid = await debit_rows.with_payment(session, debits) if debits else set()
    returned = [debit.id for debit in debits.values() if debit.status == "returned"]
    back = await debit_rows.come_back(session, returned) if returned else set()
    in_transit = Money(0, currency)
    if any(fact.payout for fact in facts):
        in_transit = await payouts.in_transit(session, currency)
    kinds = sort_lines(
        facts,
        [debit_rows.facts_of(debit, paid, back) for debit in debits.values()],
        in_transit,
        [transfer_rows.facts_of(transfer) for transfer in transfers.values()],
    )
    ids = iter(uuid7s(sum(_arrival_count(kind) for kind in kinds)))
    for line, kind, fact in zip(lines, kinds, facts, strict=True):
        line.kind = kind
        line.arrivals = _arrivals(line, fact, debits, ids)
    going_back = {kind.debit_id for kind in kinds if isinstance(kind, Return)}
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
    verdicts = await decide(session, [a for a in asked if a.id not in late | bulk], vault=vault)
    for arrival in asked:
        if arrival.id in late:
            verdicts[arrival.id] = Verdict(arrival.customer_id, (), "", None, ())
        elif arrival.id in bulk:
            verdicts[arrival.id] = Verdict(None, (), "", "awaits_specification", ())
    return LinePlan(lines, debits, verdicts, transfers)


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
    line: PlacedLine, facts: LineFacts, debits: dict[UUID, Debit], ids: Iterator[UUID]
) -> list[Arrival]:
    match line.kind:
        case Collection(debit_ids, named_by, late_ids):
            return [
                _collected(line, debits[id_], named_by, next(ids)) for id_ in debit_ids + late_ids
            ]
        case LateCollection(debit_id):
            return [_collected(line, debits[debit_id], "end_to_end", next(ids))]
        case Incoming(odd):
            known = debits.get(facts.debit_id) if facts.debit_id else None
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


def _incoming(line: PlacedLine, odd: str | None, debit: Debit | None, id_: UUID) -> Arrival:
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
        customer_id=debit.customer_id if debit else None,
        account_id=line.account_id,
        line_id=line.id,
        known_until=line.known_until,
        odd=odd or ("remainder" if draft.is_remainder else None),
    )
