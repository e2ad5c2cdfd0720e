"""Does every cent that came in have its place? The identity, from figures counted apart.

Bank side, per account: what the statements say (opening, entries, closing) and the lines by kind.
Money side: payments by what became of them, and the allocations counted on their own.

    booked at the bank + on its way from the provider + kept by it as its fee
        = allocated + not allocated + other lines + returns whose collection is not yet booked
          + transfers (negative) + refunded

It holds because a payment's amount is always allocated + unallocated + refunded + reversed, a
reversal of a bank payment is a negative line, and a payout moves the same amount from the provider
to the bank. Transfers less refunds are levies handed on, and refunds of what was reversed later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFigures:
    """One bank account, in its currency. `opening` and `closing` are the banks' own words."""

    number_ending: str
    opening: Money | None
    closing: Money | None
    entries: Money
    # Told by interim reports or notices, and not counted by a statement yet.
    ahead: Money
    payment_lines: Money
    return_lines: Money
    payout_lines: Money
    transfer_lines: Money
    other_lines: Money
    # Payments booked from this account's lines, by what became of them.
    allocated: Money
    unallocated: Money
    refunded: Money
    reversed: Money
    # Return lines of debits whose collection is not booked yet (negative).
    returns_waiting: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderFigures:
    received: Money
    allocated: Money
    unallocated: Money
    refunded: Money
    reversed: Money
    paid_out: Money
    # What the provider kept for itself, as far as settlements agree or were accepted.
    fees: Money

    @property
    def in_transit(self) -> Money:
        """Collected by the provider and not on the bank account yet."""
        return self.received - self.reversed - self.paid_out - self.fees


@dataclass(frozen=True, slots=True)
class Check:
    """An equation and by how much it fails; zero is agreement."""

    name: str
    left: Money
    right: Money

    @property
    def difference(self) -> Money:
        return self.left - self.right


def check_account(figures: AccountFigures) -> list[Check]:
    lines = (
        figures.payment_lines
        + figures.return_lines
        + figures.payout_lines
        + figures.transfer_lines
        + figures.other_lines
    )
    checks = [
        Check("entries are all booked as lines", figures.entries + figures.ahead, lines),
        Check(
            "payments are allocated, unallocated, refunded or reversed",
            figures.payment_lines,
            figures.allocated + figures.unallocated + figures.refunded + figures.reversed,
        ),
        Check(
            "returns are reversed payments or wait for their collection",
            -figures.return_lines,
            figures.reversed - figures.returns_waiting,
        ),
    ]
    if figures.opening is not None and figures.closing is not None:
        checks.insert(
            0,
            Check(
                "opening and entries make closing",
                figures.opening + lines - figures.ahead,
                figures.closing,
            ),
        )
    return checks


def check_provider(figures: ProviderFigures) -> list[Check]:
    return [
        Check(
            "provider payments are allocated, unallocated, refunded or reversed",
            figures.received,
            figures.allocated + figures.unallocated + figures.refunded + figures.reversed,
        )
    ]


def check_whole(accounts: Sequence[AccountFigures], provider: ProviderFigures) -> Check:
    """The identity over all accounts of one currency and the provider."""
    currency = provider.received.currency
    booked = Money.total((account.entries + account.ahead for account in accounts), currency)
    placed = provider.allocated + provider.unallocated + provider.refunded
    for account in accounts:
        placed += account.allocated + account.unallocated + account.refunded
        placed += account.transfer_lines
        placed += account.other_lines + account.returns_waiting
    return Check(
        "bank, provider and its fees hold what is allocated, unallocated and other",
        booked + provider.in_transit + provider.fees,
        placed,
    )
