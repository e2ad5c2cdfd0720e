"""Register another account of the creditor."""

from __future__ import annotations

from dataclasses import dataclass

from services.payments.models import BankAccount
from services.payments.repository import parties
from shared.currency import EXPONENTS
from shared.db import WriteSession, scope_of
from shared.errors import Conflict, InvalidInput
from shared.ids import uuid7
from shared.references import normalise_iban


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterBankAccount:
    """`iban`, or `number` where the bank's statements carry none."""

    iban: str | None
    number: str | None
    currency: str
    name: str


async def register_bank_account(session: WriteSession, command: RegisterBankAccount) -> BankAccount:
    if (command.iban is None) == (command.number is None):
        raise InvalidInput.field("iban", "give either an IBAN or another number")
    if command.currency not in EXPONENTS:
        raise InvalidInput.field("currency", f"unknown currency {command.currency!r}")
    creditor = await parties.creditor(session)
    number = (
        normalise_iban(command.iban)
        if command.iban is not None
        else "".join((command.number or "").split()).upper()
    )
    accounts = await parties.lock_bank_accounts(session)
    if any(account.number == number for account in accounts):
        raise Conflict("this account is registered already")
    account = BankAccount(
        id=uuid7(),
        creditor_id=scope_of(session).creditor_id,
        number=number,
        currency=command.currency,
        name=command.name or creditor.name,
        created_at=session.info["clock"].now(),
    )
    session.add(account)
    await session.flush()
    return account
