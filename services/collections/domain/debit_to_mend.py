"""A direct debit that came back by no doing of the debtor: mended by a clerk, told to nobody.

Until that is done the claim rests: who gave a mandate and had the money is not reminded.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.collections.domain.decisions import Reason
from services.collections.domain.facts import ActiveHold


@dataclass(frozen=True, slots=True, kw_only=True)
class DebitToMend:
    """`code` is the bank's (ISO 20022); `action` what the rules of return ask for."""

    debit_id: UUID
    claim_id: UUID
    number: str
    code: str
    action: str

    @property
    def reason(self) -> Reason:
        figures = (("number", self.number), ("code", self.code), ("action", self.action))
        return Reason("debit_at_fault", figures)

    @property
    def hold(self) -> ActiveHold:
        return ActiveHold(frozenset({self.claim_id}), None, "debit_to_mend")
