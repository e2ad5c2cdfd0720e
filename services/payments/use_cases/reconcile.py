"""Does every cent have its place? See `domain.reconciliation` for the identity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.domain.reconciliation import (
    AccountFigures,
    Check,
    ProviderFigures,
    check_account,
    check_provider,
    check_whole,
)
from services.payments.models import BankAccount, BankStatement
from services.payments.repository import online, parties, sums
from shared.money import Money


@dataclass(frozen=True, slots=True)
class Gap:
    """Two statements that do not join: one is missing between them, or came out of turn."""

    account_id: UUID
    after_statement_id: UUID
    before_statement_id: UUID
    closes_on: date
    difference: Money


@dataclass(frozen=True, slots=True)
class AccountView:
    account: BankAccount
    figures: AccountFigures
    checks: list[Check]
    gaps: list[Gap]
    known_until: datetime | None


@dataclass(frozen=True, slots=True)
class Reconciliation:
    accounts: list[AccountView]
    provider: ProviderFigures
    provider_checks: list[Check]
    # Over the accounts of the creditor's own currency, and the provider.
    whole: Check


async def reconcile(session: AsyncSession) -> Reconciliation:
    creditor = await parties.creditor(session)
    lines, waiting = await sums.line_sums(session), await sums.waiting_returns(session)
    statements = await sums.statements_in_order(session)
    accounts = await parties.bank_accounts(session)
    views = []
    for currency in sorted({account.currency for account in accounts}):
        received = await sums.payment_sums(session, currency)
        allocated = await sums.allocation_sums(session, currency)
        for account in accounts:
            if account.currency != currency:
                continue
            own = [row for row in statements if row.account_id == account.id]
            figures = _figures(
                account,
                own,
                lines.get(account.id, {}),
                received.get(account.id, {}),
                allocated.get(account.id, 0),
                waiting.get(account.id, 0),
            )
            until = max((row.known_until for row in own), default=None)
            checks = check_account(figures)
            views.append(AccountView(account, figures, checks, _gaps(own), until))
    provider = await _provider(session, creditor.currency)
    same = [view.figures for view in views if view.account.currency == creditor.currency]
    return Reconciliation(views, provider, check_provider(provider), check_whole(same, provider))


async def _provider(session: AsyncSession, currency: str) -> ProviderFigures:
    received = (await sums.payment_sums(session, currency)).get(None, {})
    allocated = (await sums.allocation_sums(session, currency)).get(None, 0)
    return ProviderFigures(
        received=Money(received.get("received", 0), currency),
        allocated=Money(allocated, currency),
        unallocated=Money(received.get("unallocated", 0), currency),
        reversed=Money(received.get("reversed", 0), currency),
        paid_out=Money(await sums.paid_out(session, currency), currency),
        fees=Money(await online.fees_kept(session, currency), currency),
    )


def _figures(
    account: BankAccount,
    statements: Sequence[BankStatement],
    lines: dict[str, int],
    received: dict[str, int],
    allocated_minor: int,
    waiting_minor: int,
) -> AccountFigures:
    def money(minor: int) -> Money:
        return Money(minor, account.currency)

    opening = next((r.opening_minor for r in statements if r.opening_minor is not None), None)
    closing = next(
        (r.closing_minor for r in reversed(statements) if r.closing_minor is not None), None
    )
    return AccountFigures(
        number_ending=account.number[-4:],
        opening=None if opening is None else money(opening),
        closing=None if closing is None else money(closing),
        entries=money(sum(row.entries_minor for row in statements)),
        payment_lines=money(lines.get("payment", 0) + lines.get("collection", 0)),
        return_lines=money(lines.get("return", 0)),
        payout_lines=money(lines.get("payout", 0)),
        other_lines=money(lines.get("other", 0)),
        allocated=money(allocated_minor),
        unallocated=money(received.get("unallocated", 0)),
        reversed=money(received.get("reversed", 0)),
        returns_waiting=money(waiting_minor),
    )


def _gaps(statements: Sequence[BankStatement]) -> list[Gap]:
    """Where the closing balance of a statement is not the opening of the next."""
    found = []
    for before, later in pairwise(statements):
        if before.closing_minor is None or later.opening_minor is None:
            continue
        if before.closing_minor != later.opening_minor:
            difference = Money(later.opening_minor - before.closing_minor, later.currency)
            found.append(Gap(later.account_id, before.id, later.id, later.closes_on, difference))
    return found
