"""What a SEPA credit transfer file says, and whether it may be said.

Source: EPC132-08, SCT customer-to-PSP implementation guidelines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from services.payments.formats.direct_debit import PostalAddress, address_faults
from services.payments.formats.sepa_account import account_faults
from services.payments.formats.sepa_text import IDENTIFIER_RULE, is_identifier, sepa_text
from shared.errors import InvalidInput, Problem
from shared.money import Money

_AMOUNT_MINOR_MAX = 99_999_999_999
_TEXT_LENGTH_MAX = 140


@dataclass(frozen=True, slots=True)
class Debtor:
    """Who pays: the creditor, out of its own account."""

    name: str
    iban: str
    bic: str | None = None
    address: PostalAddress | None = None


@dataclass(frozen=True, slots=True)
class CreditTransfer:
    end_to_end_id: str
    amount: Money
    payee_name: str
    payee_iban: str
    payee_bic: str | None = None
    remittance_text: str | None = None


@dataclass(frozen=True, slots=True)
class TransferBatch:
    """One message with one `PmtInf`. Each transfer is booked by itself, so that each is seen."""

    message_id: str
    created_at: datetime
    execute_on: date
    debtor: Debtor
    transfers: tuple[CreditTransfer, ...]


def refuse_faults(batch: TransferBatch) -> None:
    """Raises `InvalidInput` with every fault in the batch, each under its path."""
    problems = [Problem(path, message) for path, message in _faults(batch)]
    if problems:
        raise InvalidInput("the transfer file is not valid", problems)


def _faults(batch: TransferBatch) -> Iterator[tuple[str, str]]:
    if not is_identifier(batch.message_id):
        yield "message_id", IDENTIFIER_RULE
    if batch.created_at.tzinfo is None:
        yield "created_at", "a time without its zone"
    if not sepa_text(batch.debtor.name):
        yield "debtor.name", "a name is needed"
    yield from account_faults("debtor", batch.debtor.iban, batch.debtor.bic)
    if batch.debtor.address is not None:
        yield from address_faults("debtor.address", batch.debtor.address)
    if not batch.transfers:
        yield "transfers", "a file holds at least one transfer"
    seen: set[str] = set()
    for number, transfer in enumerate(batch.transfers):
        path = f"transfers[{number}]"
        if transfer.end_to_end_id in seen:
            yield f"{path}.end_to_end_id", "used twice in the file"
        seen.add(transfer.end_to_end_id)
        yield from _transfer_faults(path, transfer)


def _transfer_faults(path: str, transfer: CreditTransfer) -> Iterator[tuple[str, str]]:
    if not is_identifier(transfer.end_to_end_id):
        yield f"{path}.end_to_end_id", IDENTIFIER_RULE
    amount = transfer.amount
    if amount.currency != "EUR" or not 0 < amount.minor <= _AMOUNT_MINOR_MAX:
        yield f"{path}.amount", "from 0.01 to 999999999.99 euro"
    if not sepa_text(transfer.payee_name):
        yield f"{path}.payee_name", "a name is needed"
    yield from account_faults(path, transfer.payee_iban, transfer.payee_bic, "payee_")
    text = transfer.remittance_text
    if text is not None and not 0 < len(sepa_text(text)) <= _TEXT_LENGTH_MAX:
        yield f"{path}.remittance_text", "1 to 140 characters"
