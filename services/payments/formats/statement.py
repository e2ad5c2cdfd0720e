"""What a bank can tell: statements, entries and their details, whatever format they came in.

Amounts are signed from the account's side: credit (money in) positive, debit negative. Entries
and details are named tuples because a large file makes hundreds of thousands of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from shared.money import Money


class Amount(NamedTuple):
    """A sum exactly as the bank wrote it, with more decimals than its currency has if need be.

    Currencies that ended (DEM) are read too. `money()` is the way into our books.
    """

    value: Decimal
    currency: str

    def money(self) -> Money:
        """The same sum in minor units; `InvalidInput` when that is not exact."""
        return Money.from_decimal(self.value, self.currency)


class EntryStatus(StrEnum):
    """ISO 20022 entry status. Only booked entries are in the balances."""

    BOOKED = "BOOK"
    PENDING = "PDNG"
    INFORMATION = "INFO"
    FUTURE = "FUTR"


class TransactionCode(NamedTuple):
    """The bank transaction code: ISO domain/family/subfamily, the bank's own, or both."""

    domain: str | None = None
    family: str | None = None
    subfamily: str | None = None
    proprietary: str | None = None
    issuer: str | None = None


class StructuredReference(NamedTuple):
    """A creditor reference. Issuer `CUR` marks a Dutch betalingskenmerk, `ISO` an RF reference."""

    reference: str
    type: str | None = None
    issuer: str | None = None


class Batch(NamedTuple):
    """A batch booked as one entry; `transactions` may exceed the details that follow."""

    message_id: str | None = None
    payment_information_id: str | None = None
    transactions: int | None = None
    total: Amount | None = None


class Detail(NamedTuple):
    """One transaction inside an entry.

    `amount` is None when the bank does not state it per transaction. `original_amount` is what was
    instructed, before charges and exchange. `charges` is positive when the bank took it.
    `exchange_rate` is the bank's word, of which currency to which only it knows: a fact to show,
    never to calculate with.
    """

    amount: Amount | None = None
    end_to_end_id: str | None = None
    mandate_id: str | None = None
    instruction_id: str | None = None
    transaction_id: str | None = None
    payment_information_id: str | None = None
    bank_reference: str | None = None
    references: tuple[StructuredReference, ...] = ()
    document_numbers: tuple[str, ...] = ()
    remittance_text: str | None = None
    counterparty_name: str | None = None
    counterparty_iban: str | None = None
    counterparty_account: str | None = None
    counterparty_bic: str | None = None
    ultimate_debtor: str | None = None
    ultimate_creditor: str | None = None
    creditor_id: str | None = None
    return_reason: str | None = None
    return_text: str | None = None
    original_amount: Amount | None = None
    charges: Amount | None = None
    purpose: str | None = None
    code: TransactionCode | None = None
    additional_info: str | None = None
    exchange_rate: Decimal | None = None

    @property
    def structured_reference(self) -> str | None:
        """The first structured reference, where most payments have one at most."""
        return self.references[0].reference if self.references else None

    @property
    def original_end_to_end_id(self) -> str | None:
        """On a return the end-to-end id is that of the payment that came back."""
        return self.end_to_end_id if self.return_reason else None


class Entry(NamedTuple):
    """One booking. `position` counts from 1 within the statement; `line` is where it starts."""

    position: int
    line: int
    amount: Amount
    booked_on: date | None
    value_on: date | None
    status: EntryStatus = EntryStatus.BOOKED
    is_reversal: bool = False
    bank_reference: str | None = None
    entry_reference: str | None = None
    code: TransactionCode = TransactionCode()
    batches: tuple[Batch, ...] = ()
    additional_info: str | None = None
    charges: Amount | None = None
    details: tuple[Detail, ...] = ()
    original_amount: Amount | None = None
    exchange_rate: Decimal | None = None

    def amount_of(self, detail: Detail) -> Amount | None:
        """The detail's own amount, or the entry's when it is the only detail and states none."""
        if detail.amount is None and len(self.details) == 1:
            return self.amount
        return detail.amount


class Balance(NamedTuple):
    """A balance by its ISO code (OPBD, CLBD, ITBD, CLAV, FWAV, ...).

    `is_intermediate` marks the turn of a page (MT940 60M/62M, camt subtype INTM).
    """

    type: str
    amount: Amount
    on: date | None = None
    is_intermediate: bool = False


class Account(NamedTuple):
    """The account a statement is of, as the bank wrote it: an IBAN or another number."""

    iban: str | None = None
    other: str | None = None
    currency: str | None = None

    @property
    def number(self) -> str | None:
        return self.other or self.iban


@dataclass(frozen=True, slots=True)
class StatementStart:
    """All that is known of a statement before its first entry.

    `format` is the message version (`camt.053.001.08`) or `mt940`/`mt942`. `number` is the
    electronic sequence number or MT940's :28C:. Timestamps keep what zone the bank gave, if any.
    `page` is set where a bank cuts a long statement or message into pages.
    """

    format: str
    line: int
    account: Account
    statement_id: str | None = None
    message_id: str | None = None
    number: str | None = None
    legal_number: str | None = None
    created_at: datetime | None = None
    covers_from: datetime | None = None
    covers_to: datetime | None = None
    page: int | None = None
    is_last_page: bool | None = None
    opening: Balance | None = None


@dataclass(frozen=True, slots=True)
class StatementEnd:
    """What only the end of a statement settles. `opening` is repeated: some files put it last."""

    entry_count: int
    opening: Balance | None = None
    closing: Balance | None = None
    balances: tuple[Balance, ...] = ()


StatementEvent = StatementStart | Entry | StatementEnd


@dataclass(frozen=True, slots=True)
class Statement:
    """A whole statement in memory, for files known to be small."""

    start: StatementStart
    entries: tuple[Entry, ...]
    end: StatementEnd

    @property
    def opening(self) -> Balance | None:
        return self.end.opening

    @property
    def closing(self) -> Balance | None:
        return self.end.closing
