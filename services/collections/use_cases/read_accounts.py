"""From rows to what interest and arrangements are reckoned over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from services.collections.domain.arrangement import Instalment, Received, Warned
from services.collections.domain.debit_to_mend import DebitToMend
from services.collections.domain.dossier import RunningArrangement
from services.collections.domain.running_interest import Booking, BookingKind, ClaimAccount
from services.collections.models import Arrangement, Charge, Claim, Debit, Movement
from services.collections.use_cases.read_facts import Bundle
from shared.events.collections import ClaimItem
from shared.money import Money

_BOOKED: dict[str, BookingKind] = {
    "payment": "payment",
    "write_off": "write_off",
    "reclaim": "reclaim",
    "costs": "costs",
    "interest": "interest",
}


def accounts_of(bundle: Bundle) -> dict[UUID, ClaimAccount]:
    """An account for each claim whose invoice is known."""
    movements: defaultdict[UUID, list[Movement]] = defaultdict(list)
    for movement in bundle.movements:
        movements[movement.claim_id].append(movement)
    charges: defaultdict[UUID, list[Charge]] = defaultdict(list)
    for charge in bundle.charges:
        charges[charge.claim_id].append(charge)
    return {
        claim.id: _account(claim, claim.total_minor, movements[claim.id], charges[claim.id])
        for claim in bundle.claims
        if claim.total_minor is not None
    }


def _account(
    claim: Claim, total_minor: int, movements: Iterable[Movement], charges: Iterable[Charge]
) -> ClaimAccount:
    standing = [m for m in movements if not m.reversed and m.effective_on is not None]
    credited = sum(m.amount_minor for m in standing if m.kind == "credit")
    bookings = [
        Booking(_BOOKED[m.kind], m.amount_minor, m.effective_on)
        for m in standing
        if m.kind != "credit" and m.effective_on is not None
    ]
    bookings += [
        Booking(_BOOKED[c.kind], c.amount_minor, c.effective_on)
        for c in charges
        if c.status != "rejected"
    ]
    return ClaimAccount(
        claim_id=claim.id,
        due_on=claim.due_on,
        principal=Money(total_minor - credited, claim.currency),
        bookings=tuple(bookings),
        is_open=claim.status == "open",
        interest_claimed=claim.interest_claimed,
    )


def arrangements_of(bundle: Bundle) -> tuple[RunningArrangement, ...]:
    return tuple(running(row, bundle) for row in bundle.arrangements if row.status == "active")


def running(row: Arrangement, bundle: Bundle) -> RunningArrangement:
    """What was paid before it was agreed is not in its total, so only what came later counts."""
    claims = frozenset(row.claim_ids)
    received = [
        Received(max(m.effective_on, row.agreed_on), Money(m.amount_minor, m.currency))
        for m in bundle.movements
        if m.claim_id in claims
        and m.kind != "reclaim"
        and not m.reversed
        and m.effective_on is not None
        and m.recorded_at >= row.agreed_at
    ]
    instalments = sorted(
        (i for i in bundle.instalments if i.arrangement_id == row.id), key=lambda i: i.number
    )
    return RunningArrangement(
        arrangement_id=row.id,
        number=row.number,
        agreed_on=row.agreed_on,
        claim_ids=claims,
        instalments=tuple(
            Instalment(i.number, i.due_on, Money(i.amount_minor, row.currency)) for i in instalments
        ),
        received=tuple(received),
        warnings=tuple(
            Warned(warning["number"], date.fromisoformat(warning["warned_on"]))
            for warning in row.warnings
        ),
    )


def items_of_claims(claims: Iterable[Claim]) -> dict[UUID, ClaimItem]:
    """Each open claim as messages show it."""
    return {
        claim.id: ClaimItem(
            invoice_id=claim.id,
            number=claim.number,
            issued_on=claim.issued_on,
            due_on=claim.due_on,
            open_principal=Money(claim.open_principal_minor, claim.currency),
            open_costs=Money(claim.open_costs_minor, claim.currency),
            open_interest=Money(claim.open_interest_minor, claim.currency),
            rf_reference=claim.rf_reference or "",
            payment_reference=claim.payment_reference,
        )
        for claim in claims
        if claim.status == "open" and claim.number is not None and claim.issued_on is not None
    }


def return_codes_of(debits: Iterable[Debit]) -> dict[UUID, str]:
    """The bank's code of the latest return of each claim that concerns its debtor."""
    returned = [
        debit
        for debit in debits
        if debit.status == "returned" and debit.returned_on is not None and not debit.at_fault
    ]
    returned.sort(key=lambda debit: debit.returned_on or date.min)
    return {debit.claim_id: debit.return_code for debit in returned if debit.return_code}


def debits_to_mend_of(claims: Iterable[Claim], debits: Iterable[Debit]) -> list[DebitToMend]:
    """The last debit of each open claim, where it came back by no doing of the debtor."""
    # Ids sort by the time of planning.
    last = {debit.claim_id: debit for debit in sorted(debits, key=lambda debit: debit.id)}
    found = []
    for claim in claims:
        debit = last.get(claim.id)
        if claim.status != "open" or claim.number is None or debit is None:
            continue
        if debit.status == "returned" and debit.at_fault and debit.mended_at is None:
            found.append(
                DebitToMend(
                    debit_id=debit.id,
                    claim_id=claim.id,
                    number=claim.number,
                    code=debit.return_code or "",
                    action=debit.next_action or "",
                )
            )
    return found
