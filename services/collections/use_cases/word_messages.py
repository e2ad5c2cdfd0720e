"""What a message has to say: every figure its text needs, so that nobody has to ask back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from services.collections.domain.arrangement import Complete, Instalment, Warn
from services.collections.domain.arrangements_kept import ArrangementChange
from services.collections.domain.dossier import Dossier
from services.collections.domain.evaluation import PlannedStep
from services.collections.domain.ladder import DunningPolicy
from shared.events.collections import ClaimItem, InstalmentItem, MessageRequested
from shared.ids import derived_id
from shared.money import Money

Named = Mapping[UUID, tuple[UUID, str]]


def step_message(
    dossier: Dossier,
    step: PlannedStep,
    lines: Sequence[PlannedStep],
    policy: DunningPolicy,
    named: Named,
    today: date,
) -> MessageRequested:
    """One message for all rungs that travel together; `step` is the one that leads."""
    case_id, number = named[dossier.customer_id]
    claim_ids = [claim_id for line in lines for claim_id in line.claim_ids]
    items = items_of(dossier, claim_ids)
    costs = step.do.costs
    codes = [dossier.return_codes[c] for c in claim_ids if c in dossier.return_codes]
    return MessageRequested(
        message_id=step.message_id or derived_id(step.step_id, "message"),
        cause_id=step.step_id,
        customer_id=dossier.customer_id,
        case_id=case_id,
        template=step.do.template,
        requested_on=today,
        items=items,
        total_open=total_of(items, policy.currency),
        costs_if_unpaid=costs.total if costs and costs.total else None,
        # No last day in a letter that starts a term by law: one that proves too early voids it.
        pay_by=None if costs else _pay_by(step, policy, today),
        return_code=codes[0] if codes else None,
        case_number=number,
    )


def arrangement_message(
    dossier: Dossier, change: ArrangementChange, named: Named, today: date
) -> MessageRequested:
    """A warning, the end by breach, or thanks: which one the outcome says."""
    arrangement, outcome = change.arrangement, change.outcome
    items = items_of(dossier, sorted(arrangement.claim_ids))
    currency = arrangement.instalments[0].amount.currency
    if isinstance(outcome, Complete):
        template, cause, shown = "arrangement_completed", "completed", arrangement.instalments
        total = Money.total((i.amount for i in arrangement.instalments), currency)
    else:
        template, shown = "arrangement_broken", (outcome.missed,)
        cause = f"warning/{outcome.missed.number}" if isinstance(outcome, Warn) else "broken"
        total = total_of(items, currency)
    cause_id = derived_id(arrangement.arrangement_id, cause)
    return MessageRequested(
        message_id=derived_id(cause_id, "message"),
        cause_id=cause_id,
        customer_id=dossier.customer_id,
        case_id=named[dossier.customer_id][0] if dossier.customer_id in named else None,
        template=template,
        requested_on=today,
        items=items,
        total_open=total,
        instalments=instalment_items(shown),
        case_number=arrangement.number,
        agreed_on=arrangement.agreed_on,
        restore_by=outcome.repair_by if isinstance(outcome, Warn) else None,
    )


def items_of(dossier: Dossier, claim_ids: Iterable[UUID]) -> tuple[ClaimItem, ...]:
    """The invoices still open among `claim_ids`, oldest first."""
    found = [dossier.items[claim_id] for claim_id in claim_ids if claim_id in dossier.items]
    return tuple(sorted(found, key=lambda item: (item.due_on, item.number)))


def total_of(items: Iterable[ClaimItem], currency: str) -> Money:
    open_amounts = (i.open_principal + i.open_costs + i.open_interest for i in items)
    return Money.total(open_amounts, currency)


def instalment_items(instalments: Iterable[Instalment]) -> tuple[InstalmentItem, ...]:
    return tuple(
        InstalmentItem(number=i.number, due_on=i.due_on, amount=i.amount) for i in instalments
    )


def _pay_by(step: PlannedStep, policy: DunningPolicy, today: date) -> date | None:
    """The day before the next message at the earliest: the time this one gives."""
    rank = policy.ranks[step.code]
    waits = [s.after_previous for s in policy.steps[rank + 1 :] if s.kind == "message"]
    wait = next((wait for wait in waits if wait), timedelta(0))
    return today + wait if wait else None
