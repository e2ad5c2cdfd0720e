"""Change what a bank account allows, and tell whether customers pay to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from services.payments.models import BankAccount
from shared import outbox
from shared.db import WriteSession
from shared.events.payments import BankAccountChanged


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeBankAccount:
    name: str
    on_gap: Literal["accept", "refuse"]
    collects: bool


def change_bank_account(
    session: WriteSession, account: BankAccount, command: ChangeBankAccount
) -> None:
    """The row is locked by the caller."""
    account.name, account.on_gap = command.name, command.on_gap
    account.version += 1
    if account.collects is not command.collects:
        account.collects = command.collects
        told = BankAccountChanged(
            account_id=account.id, version=account.version, collects=account.collects
        )
        outbox.add(session, told)
