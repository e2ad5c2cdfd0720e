"""How the CSV files of our bank accounts are laid out."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.formats.csv_choice import CsvLayouts
from services.payments.formats.csv_mapping import CsvMapping
from services.payments.models import BankAccount
from services.payments.repository import parties


async def csv_layouts(
    session: AsyncSession, account_id: UUID | None = None, *, file_name: str | None = None
) -> CsvLayouts | None:
    """The mapping of an account, or those of all accounts for the file to choose from.

    Of those, mappings with a pattern that `file_name` fits go before all others. None when there is
    no mapping.
    """
    if account_id is not None:
        accounts = [await parties.bank_account(session, account_id)]
    else:
        accounts = list(await parties.bank_accounts(session))
    found: dict[CsvMapping, frozenset[str]] = {}
    for account in accounts:
        if account.csv_mapping:
            mapping = CsvMapping.model_validate(account.csv_mapping)
            found[mapping] = found.get(mapping, frozenset()) | {account.number}
    if not found:
        return None
    return CsvLayouts(found) if file_name is None else CsvLayouts(found).named(file_name)


def set_csv_mapping(account: BankAccount, mapping: CsvMapping) -> None:
    """The row is locked by the caller."""
    account.csv_mapping = mapping.model_dump(mode="json")
    account.version += 1
