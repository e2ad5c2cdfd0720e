"""What a SEPA direct debit file says, and whether it may be said.

Sources: EPC130-08 and EPC131-08, customer-to-bank implementation guidelines of SDD Core and B2B.
Since 15 November 2026 addresses are structured, or hybrid: with town and country apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from services.payments.domain.debit import Scheme
from services.payments.domain.mandate import Amendment
from services.payments.formats.sepa_account import (
    account_fault,
    account_faults,
    is_outside_eea,
)
from services.payments.formats.sepa_text import IDENTIFIER_RULE, is_identifier, sepa_text
from shared.errors import InvalidInput, Problem
from shared.money import Money
from shared.references import is_payment_reference, is_rf_reference, is_sepa_creditor_id

_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_AMOUNT_MINOR_MAX = 99_999_999_999
_TEXT_LENGTH_MAX = 140
_ADDRESS_LINES_MAX = 2


class SequenceType(StrEnum):
    """FRST has been optional since 2016: RCUR may be used from the first collection on."""

    FIRST = "FRST"
    RECURRING = "RCUR"
    ONE_OFF = "OOFF"
    FINAL = "FNAL"


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """Structured, or hybrid when `lines` hold what could not be taken apart: two of 70 characters.

    Town and country are needed in both.
    """

    town: str
    country: str
    street: str | None = None
    building_number: str | None = None
    postcode: str | None = None
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Creditor:
    """`creditor_id` is the SEPA creditor identifier (incassant-ID)."""

    name: str
    iban: str
    creditor_id: str
    bic: str | None = None
    address: PostalAddress | None = None


@dataclass(frozen=True, slots=True)
class Collection:
    """One debit. A structured reference is an RF reference or a betalingskenmerk; text excludes it.

    Of an IBAN outside the EEA the debtor's address has to be given.
    """

    end_to_end_id: str
    amount: Money
    mandate_reference: str
    mandate_signed_on: date
    debtor_name: str
    debtor_iban: str
    debtor_bic: str | None = None
    debtor_address: PostalAddress | None = None
    structured_reference: str | None = None
    remittance_text: str | None = None
    amendment: Amendment | None = None


@dataclass(frozen=True, slots=True)
class CollectionGroup:
    """Debits of one due date and sequence type: one `PmtInf`, which banks book as one entry."""

    payment_information_id: str
    due_on: date
    sequence_type: SequenceType
    collections: tuple[Collection, ...]


@dataclass(frozen=True, slots=True)
class DirectDebitBatch:
    message_id: str
    created_at: datetime
    creditor: Creditor
    groups: tuple[CollectionGroup, ...]
    scheme: Scheme = "core"


def refuse_faults(batch: DirectDebitBatch) -> None:
    """Raises `InvalidInput` with every fault in the batch, each under its path."""
    problems = [Problem(path, message) for path, message in _faults(batch)]
    if problems:
        raise InvalidInput("the direct debit batch is not valid", problems)


def _faults(batch: DirectDebitBatch) -> Iterator[tuple[str, str]]:
    if not is_identifier(batch.message_id):
        yield "message_id", IDENTIFIER_RULE
    if batch.created_at.tzinfo is None:
        yield "created_at", "a time without its zone"
    yield from _creditor_faults(batch.creditor)
    if not batch.groups:
        yield "groups", "a batch holds at least one group"
    group_ids: set[str] = set()
    end_to_end_ids: set[str] = set()
    for position, group in enumerate(batch.groups):
        path = f"groups[{position}]"
        if group.payment_information_id in group_ids:
            yield f"{path}.payment_information_id", "used twice in the batch"
        group_ids.add(group.payment_information_id)
        yield from _group_faults(path, group, batch.created_at.astimezone(UTC).date())
        for number, collection in enumerate(group.collections):
            inner = f"{path}.collections[{number}]"
            if collection.end_to_end_id in end_to_end_ids:
                yield f"{inner}.end_to_end_id", "used twice in the batch"
            end_to_end_ids.add(collection.end_to_end_id)
            yield from _collection_faults(inner, collection, group.due_on)


def _creditor_faults(creditor: Creditor) -> Iterator[tuple[str, str]]:
    if not sepa_text(creditor.name):
        yield "creditor.name", "a name is needed"
    if not is_sepa_creditor_id(creditor.creditor_id):
        yield "creditor.creditor_id", "not a SEPA creditor identifier"
    yield from account_faults("creditor", creditor.iban, creditor.bic)
    yield from address_faults("creditor.address", creditor.address)


def _group_faults(path: str, group: CollectionGroup, today: date) -> Iterator[tuple[str, str]]:
    if not is_identifier(group.payment_information_id):
        yield f"{path}.payment_information_id", IDENTIFIER_RULE
    if group.due_on < today:
        yield f"{path}.due_on", "the due date has passed"
    if not group.collections:
        yield f"{path}.collections", "a group holds at least one collection"


def _collection_faults(
    path: str, collection: Collection, due_on: date
) -> Iterator[tuple[str, str]]:
    if not is_identifier(collection.end_to_end_id):
        yield f"{path}.end_to_end_id", IDENTIFIER_RULE
    if not is_identifier(collection.mandate_reference):
        yield f"{path}.mandate_reference", IDENTIFIER_RULE
    amount = collection.amount
    if amount.currency != "EUR" or not 0 < amount.minor <= _AMOUNT_MINOR_MAX:
        yield f"{path}.amount", "from 0.01 to 999999999.99 euro"
    if collection.mandate_signed_on > due_on:
        yield f"{path}.mandate_signed_on", "signed after the due date"
    if not sepa_text(collection.debtor_name):
        yield f"{path}.debtor_name", "a name is needed"
    yield from account_faults(path, collection.debtor_iban, collection.debtor_bic, "debtor_")
    if collection.debtor_address is not None:
        yield from address_faults(f"{path}.debtor_address", collection.debtor_address)
    elif is_outside_eea(collection.debtor_iban) and not account_fault(collection.debtor_iban):
        yield f"{path}.debtor_address", "is needed for an account outside the EEA"
    if collection.amendment is not None:
        yield from _amendment_faults(f"{path}.amendment", collection.amendment)
    yield from _remittance_faults(path, collection)


def _amendment_faults(path: str, amendment: Amendment) -> Iterator[tuple[str, str]]:
    if amendment.original_reference and not is_identifier(amendment.original_reference):
        yield f"{path}.original_reference", IDENTIFIER_RULE
    if amendment.original_iban and (fault := account_fault(amendment.original_iban)):
        yield f"{path}.original_iban", fault
    if amendment.original_creditor_id and not is_sepa_creditor_id(amendment.original_creditor_id):
        yield f"{path}.original_creditor_id", "not a SEPA creditor identifier"


def _remittance_faults(path: str, collection: Collection) -> Iterator[tuple[str, str]]:
    reference, text = collection.structured_reference, collection.remittance_text
    if reference is not None:
        if text is not None:
            yield f"{path}.remittance_text", "not beside a structured reference"
        if not is_rf_reference(reference) and not is_payment_reference(reference):
            yield f"{path}.structured_reference", "neither an RF reference nor a betalingskenmerk"
    elif text is not None and not 0 < len(sepa_text(text)) <= _TEXT_LENGTH_MAX:
        yield f"{path}.remittance_text", "1 to 140 characters"


def address_faults(path: str, address: PostalAddress | None) -> Iterator[tuple[str, str]]:
    if address is None:
        return
    if not sepa_text(address.town):
        yield f"{path}.town", "a structured address has a town"
    if not _COUNTRY.fullmatch(address.country):
        yield f"{path}.country", "not an ISO 3166 country code"
    if len(address.lines) > _ADDRESS_LINES_MAX:
        yield f"{path}.lines", "at most two lines beside town and country"
