"""What a returned or rejected debit asks for, by its reason code: dated data, not code.

Meanings of the codes: ISO 20022 external reason codes, as the SEPA Core rulebook uses them. What to
do about each is the practice of Dutch collectors; where that changes, add a table with its date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

Retry = Literal["never", "near_salary_day", "after_fix", "after_consent"]

# "Reason not specified": what we write when a bank tells none.
REASON_NOT_TOLD: Final = "MS03"
# A whole batch that a bank takes back without a reason: a fault of ours or its own, no debtor's.
REVERSED_BY_BANK: Final = "TECH"


@dataclass(frozen=True, slots=True)
class ReturnRule:
    """`action` says in one code what a person or the system does next.

    `concerns_debtor`: the debtor has to hear of it. A fault of ours or of the banks, or what the
    debtor asked for themselves, is for a clerk.
    """

    action: str
    retry: Retry = "never"
    suspends_mandate: bool = False
    concerns_debtor: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRules:
    """The table in force from a day on. Days of the month count both ends."""

    valid_from: date
    salary_days: tuple[int, int]
    # Returns that concern the debtor after which an item is never collected by direct debit again.
    returns_max: int
    by_code: Mapping[str, ReturnRule]

    def of(self, code: str) -> ReturnRule:
        return self.by_code.get(code, _UNKNOWN)

    def is_near_salary(self, day: date) -> bool:
        first, last = self.salary_days
        return first <= day.day <= last


_UNKNOWN: Final = ReturnRule("contact")
_NO_FUNDS = ReturnRule("retry_near_salary_day", "near_salary_day")
_FIX = ReturnRule("fix_file", "after_fix", concerns_debtor=False)
_DOUBLE = ReturnRule("reconcile_refund_if_double", concerns_debtor=False)

_TABLES: Final = (
    ReturnRules(
        # Since then CORE and B2B are submitted a bank day before, and OOFF, FRST and RCUR alike.
        valid_from=date(2016, 11, 21),
        salary_days=(24, 27),
        returns_max=3,
        by_code={
            "AC01": ReturnRule("ask_new_iban", suspends_mandate=True),
            "AC04": ReturnRule("ask_new_iban", suspends_mandate=True),
            "AC06": ReturnRule("contact_offer_online", suspends_mandate=True),
            "AC13": ReturnRule("move_to_core", suspends_mandate=True, concerns_debtor=False),
            "AG01": ReturnRule("other_payment_method", suspends_mandate=True),
            "AG02": _FIX,
            "AM04": _NO_FUNDS,
            "AM05": _DOUBLE,
            "BE05": _FIX,
            "CNOR": _FIX,
            "DNOR": _FIX,
            "DT01": _FIX,
            "ED05": _FIX,
            "MD01": ReturnRule("new_mandate", suspends_mandate=True),
            "MD02": _FIX,
            "MD06": ReturnRule("contact_first"),
            "MD07": ReturnRule("estate", suspends_mandate=True),
            "MS02": ReturnRule("contact_check_dispute"),
            # Dutch banks mask a lack of funds behind it.
            "MS03": _NO_FUNDS,
            "RC01": _FIX,
            "RR01": _FIX,
            "RR02": _FIX,
            "RR03": _FIX,
            "RR04": _FIX,
            # Once the customer had the bank allow it, a person resumes the mandate.
            "SL01": ReturnRule("ask_to_unblock", "after_consent", suspends_mandate=True),
            "FF01": _FIX,
            "FF05": _FIX,
            "TM01": _FIX,
            # Taken back by ourselves, or by the bank as a whole batch.
            "TECH": _FIX,
            "DUPL": _DOUBLE,
            # Taken back because the debtor asked for it.
            "CUST": ReturnRule("contact_first", concerns_debtor=False),
        },
    ),
)


def rules_on(day: date) -> ReturnRules:
    """The table in force on a day; the first one for days before it."""
    started = [rules for rules in _TABLES if rules.valid_from <= day]
    return max(started, key=lambda rules: rules.valid_from) if started else _TABLES[0]
