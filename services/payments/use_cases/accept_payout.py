"""A person accepts that a payout does not add up, and says why; or takes that back.

What is missing is booked where the provider's fees are, so that nothing of the payout stays in
transit. Taking it back is a counter-entry: the payout waits again, and the provider is asked anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.payments.domain.payouts import SETTLEMENT
from services.payments.domain.transitions import after
from services.payments.models import PayoutSettlement, ProviderPayout
from services.payments.repository import payouts
from services.payments.use_cases.explain_payouts import look_again
from services.payments.use_cases.note_queued import PAYOUT_NOTES, note_queued
from shared import outbox
from shared.crypto import Vault
from shared.db import WriteSession
from shared.errors import Conflict, Forbidden, InvalidInput
from shared.events.payments import ProviderPaidOut
from shared.ids import uuid7
from shared.money import Money


class DifferenceNeedsApproval(Forbidden):
    code = "difference_needs_approval"
    title = "Accepting this difference needs the scope payments:approve"


class OtherDifference(Conflict):
    code = "other_difference"
    title = "This is not what the payout differs by (any more)"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptDifference:
    """`difference` is the one that was shown; where none is known, what a person says is missing
    beyond a fee of nothing. Up to `max_minor` either way (None: any, and what nobody could tell).
    """

    difference: Money
    reason: str
    max_minor: int | None


async def accept_difference(
    session: WriteSession, payout_id: UUID, command: AcceptDifference, *, vault: Vault
) -> None:
    payout, row = await _locked(session, payout_id)
    row.status = after(SETTLEMENT, "settlement", row.status, "accept")
    difference = command.difference
    if difference.currency != row.currency:
        raise InvalidInput.field("difference", f"the payout is in {row.currency}")
    if row.difference_minor not in {None, difference.minor}:
        shown = Money(row.difference_minor or 0, row.currency)
        raise OtherDifference(f"the payout differs by {shown}: look at it again")
    _refuse_beyond(command, is_known=row.difference_minor is not None)
    row.difference_minor = difference.minor
    _tell(session, payout, Money(row.fee_minor, row.currency) + difference)
    detail = {"difference_minor": difference.minor}
    await note_queued(
        session, PAYOUT_NOTES, [payout_id], "accept", command.reason, detail, vault=vault
    )


async def reopen_payout(
    session: WriteSession, payout_id: UUID, reason: str, *, vault: Vault
) -> None:
    """It differs as it did before; whether it still does is asked within the minute."""
    payout, row = await _locked(session, payout_id)
    row.status = after(SETTLEMENT, "settlement", row.status, "reopen")
    kept = row.fee_minor + (row.difference_minor or 0)
    _tell(session, payout, Money(-kept, row.currency))
    await note_queued(session, PAYOUT_NOTES, [payout_id], "reopen", reason, {}, vault=vault)
    await session.flush()
    await look_again(session, payout_id=payout_id)


async def _locked(
    session: WriteSession, payout_id: UUID
) -> tuple[ProviderPayout, PayoutSettlement]:
    payout, _, _ = await payouts.payout(session, payout_id)
    row = await payouts.lock_settlement(session, payout_id)
    if row is None:
        raise Conflict("the provider was not asked yet what it is made of: wait a minute")
    return payout, row


def _refuse_beyond(command: AcceptDifference, *, is_known: bool) -> None:
    if command.max_minor is None:
        return
    if not is_known:
        raise DifferenceNeedsApproval("nobody told what is missing: ask a supervisor to say so")
    if abs(command.difference.minor) > command.max_minor:
        limit = Money(command.max_minor, command.difference.currency)
        raise DifferenceNeedsApproval(
            f"{command.difference} would be accepted, a clerk may accept {limit}",
            limit={"amount": limit.minor, "currency": limit.currency},
        )


def _tell(session: WriteSession, payout: ProviderPayout, kept: Money) -> None:
    if kept:
        nothing = Money.zero(kept.currency)
        told = ProviderPaidOut(
            payout_id=uuid7(), amount=nothing, booked_on=payout.booked_on, fee=kept
        )
        outbox.add(session, told)
