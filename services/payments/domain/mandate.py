"""A mandate as the creditor has it, as the bank was last told it, and the difference."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateFacts:
    """What identifies a mandate at the bank: its reference, the account, the creditor.

    `creditor_id` is the SEPA creditor identifier (incassant-ID).
    """

    reference: str
    iban: str
    creditor_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """What the next collection tells the bank has changed, with the original data.

    `at_other_bank`: the account is with another bank now, so the file says SMNDA (same mandate, new
    debtor account) and does not name the original. Source: EPC130-08, AT-24.
    """

    original_reference: str | None = None
    original_iban: str | None = None
    at_other_bank: bool = False
    original_creditor_id: str | None = None


def amendment_of(told: MandateFacts | None, now: MandateFacts) -> Amendment | None:
    """None when the bank knows it so already, or was never told anything."""
    if told is None or told == now:
        return None
    moved = told.iban != now.iban
    return Amendment(
        original_reference=told.reference if told.reference != now.reference else None,
        original_iban=told.iban if moved else None,
        at_other_bank=moved and _bank_of(told.iban) != _bank_of(now.iban),
        original_creditor_id=told.creditor_id if told.creditor_id != now.creditor_id else None,
    )


def _bank_of(iban: str) -> str:
    """Country and the first four characters of the account: the bank, or its kind. Where two banks
    share them the original account is named, which is as good."""
    return iban[:2] + iban[4:8]
