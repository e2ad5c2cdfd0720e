"""What a customer comes to owe by law beside the principal: collection costs and interest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from services.collections.domain.decisions import ALLOWED, Do
from services.collections.domain.dossier import Dossier
from services.collections.domain.facts import CaseFacts, Flag, FlagKind
from services.collections.domain.guards import check_customer
from services.collections.domain.jurisdiction import Jurisdiction, jurisdiction
from services.collections.domain.ladder import DunningPolicy
from services.collections.domain.running_interest import (
    ClaimAccount,
    interest_on_payments,
    interest_to_impose,
)
from shared.ids import derived_id
from shared.money import Money


@dataclass(frozen=True, slots=True)
class PlannedCharge:
    """`effective_on`: the first day it is owed. `step_id` None: interest until a payment."""

    charge_id: UUID
    step_id: UUID | None
    claim_id: UUID
    kind: Literal["costs", "interest"]
    amount: Money
    effective_on: date
    ground: str


def charges_of_step(
    dossier: Dossier, do: Do, step_id: UUID, law: Jurisdiction, today: date
) -> list[PlannedCharge]:
    """One fee over all claims of the step, put on the oldest; interest on each by itself.

    Interest is reckoned until the day costs are owed from, and no further: what runs on comes
    with the payment that ends it, so that no day is claimed that a payment on its way covers.
    """
    if do.kind != "costs":
        return []
    effective_on = do.costs_from or today
    found = []
    if do.costs is not None and do.costs.total:
        source = law.costs.scale_on(today).source if law.costs else ""
        found.append(
            PlannedCharge(
                charge_id=derived_id(step_id, "costs"),
                step_id=step_id,
                claim_id=do.lines[0].invoice_id,
                kind="costs",
                amount=do.costs.total,
                effective_on=effective_on,
                ground=f"BW 6:96; {source}",
            )
        )
    terms = law.interest_for(dossier.facts.kind)
    for line in do.lines if do.claims_interest else ():
        amount = interest_to_impose(dossier.accounts[line.invoice_id], terms, effective_on)
        if amount:
            found.append(
                PlannedCharge(
                    charge_id=derived_id(step_id, "interest", line.invoice_id),
                    step_id=step_id,
                    claim_id=line.invoice_id,
                    kind="interest",
                    amount=amount,
                    effective_on=effective_on,
                    ground=f"{terms.source}; until {effective_on}",
                )
            )
    return found


def late_interest(
    dossier: Dossier, facts: CaseFacts, policy: DunningPolicy, law: Jurisdiction, today: date
) -> list[PlannedCharge]:
    """What ran on until each late payment, on claims whose interest was claimed before."""
    if check_customer(facts, law, today) is not ALLOWED:
        return []
    terms = law.interest_for(facts.kind)
    found = []
    for account in dossier.accounts.values():
        if not account.interest_claimed or _is_spared(account, facts):
            continue
        amounts = interest_on_payments(account, terms, alone_at_least=policy.small_balance)
        found += [
            PlannedCharge(
                charge_id=derived_id(account.claim_id, "interest", effective_on),
                step_id=None,
                claim_id=account.claim_id,
                kind="interest",
                amount=amount,
                effective_on=effective_on,
                ground=f"{terms.source}; until the payment of {effective_on}",
            )
            for effective_on, amount in amounts
        ]
    return found


def interest_until_handover(
    dossier: Dossier, claim_ids: Sequence[UUID], step_id: UUID, today: date
) -> list[PlannedCharge]:
    """What ran on until the day the file leaves, on claims whose interest was claimed before."""
    terms = jurisdiction(dossier.facts.jurisdiction).interest_for(dossier.facts.kind)
    found = []
    for claim_id in claim_ids:
        account = dossier.accounts[claim_id]
        amount = interest_to_impose(account, terms, today)
        if account.interest_claimed and amount:
            found.append(
                PlannedCharge(
                    charge_id=derived_id(step_id, "interest", claim_id),
                    step_id=step_id,
                    claim_id=claim_id,
                    kind="interest",
                    amount=amount,
                    effective_on=today,
                    ground=f"{terms.source}; until the hand-over of {today}",
                )
            )
    return found


def _is_spared(account: ClaimAccount, facts: CaseFacts) -> bool:
    """Nothing is added under an arrangement, also a completed one, a dispute, or the Wsnp."""
    spares: list[frozenset[UUID] | None] = [dispute.covers for dispute in facts.disputes]
    spares += [
        arrangement.covers
        for arrangement in facts.arrangements
        if arrangement.status in ("proposed", "active", "completed")
    ]
    if any(covers is None or account.claim_id in covers for covers in spares):
        return True
    return any(_is_restructuring(flag) for flag in facts.flags)


def _is_restructuring(flag: Flag) -> bool:
    """In the Wsnp interest stops (Fw 303); which claims fall under it is not asked here."""
    return flag.kind is FlagKind.DEBT_RESTRUCTURING
