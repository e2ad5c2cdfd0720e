"""Does every cent have its place? See `domain.reconciliation` for the identity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.domain.reconciliation import (
    AccountFigures,
    Check,
    ProviderFigures,
    check_account,
    check_provider,
    check_whole,
)
from services.payments.domain.statement_chain import Gap, Link, gaps, in_order
from services.payments.models import BankAccount
from services.payments.repository import entries, parties, payouts, reversals, statements, sums
from shared.money import Money


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
    ahead, until = await entries.ahead_sums(session), await statements.known_until(session)
    counted = await sums.entry_sums(session)
    links = await statements.links(session)
    accounts = await parties.bank_accounts(session)
    views = []
    for currency in sorted({account.currency for account in accounts}):
        received = await sums.payment_sums(session, currency)
        allocated = await sums.allocation_sums(session, currency)
        going_back = await sums.transfer_sums(session, currency)
        taken = await reversals.parts_gone(session, currency)
        for account in accounts:
            if account.currency != currency:
                continue
            own = in_order([link for link in links if link.account_id == account.id])
            figures = _figures(
                account,
                own,
                counted.get(account.id, 0),
                ahead.get(account.id, 0),
                lines.get(account.id, {}),
                received.get(account.id, {}),
                allocated.get(account.id, 0),
                going_back.get(account.id, {}),
                waiting.get(account.id, 0),
                taken.get(account.id, 0),
            )
            checks = check_account(figures)
            views.append(AccountView(account, figures, checks, gaps(own), until.get(account.id)))
    provider = await _provider(session, creditor.currency)
    same = [view.figures for view in views if view.account.currency == creditor.currency]
    return Reconciliation(views, provider, check_provider(provider), check_whole(same, provider))


async def _provider(session: AsyncSession, currency: str) -> ProviderFigures:
    received = (await sums.payment_sums(session, currency)).get(None, {})
    allocated = (await sums.allocation_sums(session, currency)).get(None, 0)
    going_back = (await sums.transfer_sums(session, currency)).get(None, {})
    return ProviderFigures(
        received=Money(received.get("received", 0), currency),
        allocated=Money(allocated, currency),
        unallocated=Money(received.get("unallocated", 0) + going_back.get("pending", 0), currency),
        refunded=Money(going_back.get("executed", 0), currency),
        reversed=Money(
            received.get("reversed", 0) + await payouts.parts_gone(session, currency), currency
        ),
        paid_out=Money(await sums.paid_out(session, currency), currency),
        fees=Money(await payouts.fees_kept(session, currency), currency),
    )


def _figures(
    account: BankAccount,
    chain: Sequence[Link],
    counted_minor: int,
    ahead_minor: int,
    lines: dict[str, int],
    received: dict[str, int],
    allocated_minor: int,
    going_back: dict[str, int],
    waiting_minor: int,
    parts_gone_minor: int,
) -> AccountFigures:
    def money(minor: int) -> Money:
        return Money(minor, account.currency)

    opening = next((r.opening_minor for r in chain if r.opening_minor is not None), None)
    closing = next((r.closing_minor for r in reversed(chain) if r.closing_minor is not None), None)
    return AccountFigures(
        number_ending=account.number[-4:],
        opening=None if opening is None else money(opening),
        closing=None if closing is None else money(closing),
        entries=money(counted_minor),
        ahead=money(ahead_minor),
        payment_lines=money(lines.get("payment", 0) + lines.get("collection", 0)),
        return_lines=money(lines.get("return", 0)),
        payout_lines=money(lines.get("payout", 0)),
        transfer_lines=money(lines.get("transfer", 0)),
        other_lines=money(lines.get("other", 0)),
        allocated=money(allocated_minor),
        # What is asked back is taken from a payment's rest, and is there until the bank paid it.
        unallocated=money(received.get("unallocated", 0) + going_back.get("pending", 0)),
        refunded=money(going_back.get("executed", 0)),
        reversed=money(received.get("reversed", 0) + parts_gone_minor),
        returns_waiting=money(waiting_minor),
    )
