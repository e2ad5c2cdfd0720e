"""What a creditor may set for direct debits and transfers, and who may let how much go out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from services.payments.domain.target_days import NOTICE_DAYS
from shared.errors import Conflict
from shared.money import Money

Notice = Literal["invoice", "event"]


class LimitExceeded(Conflict):
    code = "limit_exceeded"
    title = "The amount is above what you may approve"


@dataclass(frozen=True, slots=True, kw_only=True)
class SepaRules:
    """`version` 0: nothing was set. Limits are minor units of the creditor's currency.

    `notice`: the invoice announces a direct debit, or an event does when the run is planned, at
    least `notice_days` before the collection.
    """

    version: int = 0
    notice: Notice = "invoice"
    notice_days: int = NOTICE_DAYS
    marks_first: bool = False
    clerk_limit_minor: int | None = 50_000
    supervisor_limit_minor: int | None = None
    duplicate_days: int = 30

    def notice_by(self, collect_on: date) -> date:
        return collect_on - timedelta(days=self.notice_days)

    def refuse_above_limit(self, actor: str, amount: Money) -> None:
        """A role approves up to its own limit."""
        role = actor.partition(":")[0]
        limit = self.supervisor_limit_minor if role == "supervisor" else self.clerk_limit_minor
        if limit is not None and amount.minor > limit:
            allowed = Money(limit, amount.currency)
            raise LimitExceeded(f"a {role} approves up to {allowed}", limit=str(allowed))
