"""How the CSV files of our bank accounts are laid out."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.formats.csv_mapping import CsvMapping
from services.payments.models import BankAccount
from services.payments.repository import parties


async def csv_mapping(session: AsyncSession, account_id: UUID | None) -> CsvMapping | None:
    """The mapping of an account; without one the mapping all accounts that have any share."""
    if account_id is not None:
        accounts = [await parties.bank_account(session, account_id)]
    else:
        accounts = list(await parties.bank_accounts(session))
    found = {CsvMapping.model_validate(a.csv_mapping) for a in accounts if a.csv_mapping}
    return found.pop() if len(found) == 1 else None


def set_csv_mapping(account: BankAccount, mapping: CsvMapping) -> None:
    """The row is locked by the caller."""
    account.csv_mapping = mapping.model_dump(mode="json")
    account.version += 1
