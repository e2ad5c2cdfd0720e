"""How the queue is worked: what a creditor allows its clerks, and what a credit is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# A person said whose it is, and that nothing is left of theirs to pay.
CREDIT: Final = "credit"
# Why money is left over although it is certain whose it is: it is the customer's credit.
CREDIT_REASONS: Final = (
    CREDIT,
    "overpaid",
    "already_paid",
    "invoice_credited",
    "invoice_written_off",
    "rest",
)


@dataclass(frozen=True, slots=True)
class DeskRules:
    """`clerk_write_off_max_minor` is per payment, in the creditor's currency; a supervisor may
    give up more. The default, one unit of the currency, is what mistyped cents come to.
    """

    version: int = 0
    credit_to_next_invoice: bool = True
    clerk_write_off_max_minor: int = 100
