"""Reconciliation: bank, provider, payments and allocations, held against each other."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from services.payments.api.statements import GapShown
from services.payments.domain.reconciliation import Check
from services.payments.use_cases.reconcile import AccountView, reconcile
from shared.auth import requires
from shared.http.unit import Reading
from shared.http.unit import router as noun_router
from shared.money import Money

router = noun_router("/reconciliation", "reconciliation")


class CheckShown(BaseModel):
    """An equation; `difference` is left less right."""

    name: str
    left: Money
    right: Money
    difference: Money
    agrees: bool


class AccountShown(BaseModel):
    """`ahead` is what interim reports told and no statement counts yet."""

    account_id: UUID
    name: str
    number_ending: str
    known_until: datetime | None
    opening: Money | None
    closing: Money | None
    entries: Money
    ahead: Money
    payments: Money
    returns: Money
    payouts: Money
    transfers: Money
    other: Money
    allocated: Money
    unallocated: Money
    refunded: Money
    reversed: Money
    returns_waiting: Money
    checks: list[CheckShown]
    gaps: list[GapShown]


class ProviderShown(BaseModel):
    received: Money
    allocated: Money
    unallocated: Money
    refunded: Money
    reversed: Money
    paid_out: Money
    fees: Money
    in_transit: Money
    checks: list[CheckShown]


class ReconciliationShown(BaseModel):
    agrees: bool
    accounts: list[AccountShown]
    provider: ProviderShown
    whole: CheckShown


@router.get("", dependencies=[requires("payments:read")])
async def get_reconciliation(session: Reading) -> ReconciliationShown:
    """All-time figures, each from its own table, and the equations between them."""
    found = await reconcile(session)
    accounts = [_account(view) for view in found.accounts]
    provider = found.provider
    checks = [check for view in found.accounts for check in view.checks]
    checks += [*found.provider_checks, found.whole]
    return ReconciliationShown(
        agrees=not any(check.difference for check in checks),
        accounts=accounts,
        provider=ProviderShown(
            received=provider.received,
            allocated=provider.allocated,
            unallocated=provider.unallocated,
            refunded=provider.refunded,
            reversed=provider.reversed,
            paid_out=provider.paid_out,
            fees=provider.fees,
            in_transit=provider.in_transit,
            checks=[_check(check) for check in found.provider_checks],
        ),
        whole=_check(found.whole),
    )


def _check(check: Check) -> CheckShown:
    return CheckShown(
        name=check.name,
        left=check.left,
        right=check.right,
        difference=check.difference,
        agrees=not check.difference,
    )


def _account(view: AccountView) -> AccountShown:
    figures = view.figures
    return AccountShown(
        account_id=view.account.id,
        name=view.account.name,
        number_ending=figures.number_ending,
        known_until=view.known_until,
        opening=figures.opening,
        closing=figures.closing,
        entries=figures.entries,
        ahead=figures.ahead,
        payments=figures.payment_lines,
        returns=figures.return_lines,
        payouts=figures.payout_lines,
        transfers=figures.transfer_lines,
        other=figures.other_lines,
        allocated=figures.allocated,
        unallocated=figures.unallocated,
        refunded=figures.refunded,
        reversed=figures.reversed,
        returns_waiting=figures.returns_waiting,
        checks=[_check(check) for check in view.checks],
        gaps=[GapShown.model_validate(gap) for gap in view.gaps],
    )
