"""The whole story of a case, from its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.collections.models import (
    Arrangement,
    Case,
    Charge,
    Claim,
    DecisionTaken,
    Dispute,
    Hold,
    Step,
    WorklistItem,
)
from services.collections.repository import agreements, cases, claims, worklist
from services.collections.repository.dossiers import steps_of
from services.collections.use_cases.name_customers import Named, name_customers
from shared.crypto import Vault


@dataclass(frozen=True, slots=True)
class CaseStory:
    case: Case
    customer: Named
    claims: Sequence[Claim]
    steps: Sequence[tuple[Step, list[UUID]]]
    charges: Sequence[Charge]
    decisions: Sequence[DecisionTaken]
    arrangements: Sequence[Arrangement]
    disputes: Sequence[Dispute]
    holds: Sequence[Hold]
    work: Sequence[WorklistItem]
    history: Sequence[Any]


async def tell_case(session: AsyncSession, case_id: UUID, *, vault: Vault) -> CaseStory:
    case = await cases.case(session, case_id)
    customer_id = case.customer_id
    named = await name_customers(session, [customer_id], vault=vault)
    steps = await steps_of(session, [customer_id])
    touched = {claim_id for _, covered in steps for claim_id in covered}
    return CaseStory(
        case=case,
        customer=named.get(customer_id, Named(None, None, None)),
        claims=await claims.claims_of(session, touched),
        steps=steps,
        charges=await cases.charges_of(session, customer_id),
        decisions=await cases.decisions_of(session, customer_id),
        arrangements=await agreements.arrangements_of(session, customer_id),
        disputes=await agreements.disputes_of(session, customer_id),
        holds=await agreements.holds_of(session, customer_id),
        work=await worklist.items_about(session, [customer_id]),
        history=await cases.history_of(session, case_id),
    )
