"""Bank accounts of the creditor: whose statements are taken."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, cast
from uuid import UUID

from fastapi import Body, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.payments.formats.csv_mapping import CsvMapping
from services.payments.models import BankAccount
from services.payments.repository import parties, statements
from services.payments.use_cases.change_bank_account import ChangeBankAccount, change_bank_account
from services.payments.use_cases.csv_mappings import set_csv_mapping
from services.payments.use_cases.register_bank_account import (
    RegisterBankAccount,
    register_bank_account,
)
from shared.auth import requires
from shared.errors import NotFound
from shared.http.etag import IfMatch, check_if_match, set_etag
from shared.http.pages import Page
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router

router = noun_router("/bank-accounts", "bank accounts")

Text70 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=70)]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]


class BankAccountBody(BaseModel):
    """An IBAN, or the number under which a bank that has none writes its statements."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"iban": "NL86INGB0002445588", "currency": "EUR", "name": "Deposits"},
                {"number": "177003992", "currency": "EUR", "name": "Old account"},
            ]
        },
    )

    iban: Annotated[str | None, Field(max_length=42)] = None
    number: Annotated[str | None, Field(max_length=34, pattern=r"^[0-9A-Za-z /.-]+$")] = None
    currency: Currency = "EUR"
    name: Text70


CsvMappingBody = Annotated[
    CsvMapping,
    Body(
        openapi_examples={
            "comma": {
                "value": {
                    "delimiter": ",",
                    "decimal_mark": ".",
                    "currency": "EUR",
                    "columns": {
                        "booked_on": "Date",
                        "amount": "Amount",
                        "account": "IBAN",
                        "texts": ["Text"],
                    },
                }
            }
        }
    ),
]


class BankAccountSettings(BaseModel):
    """`on_gap`: what becomes of a statement that does not join the one before, or tells it again.

    `collects`: customers pay to this account, so "not paid" holds as of its last statement only.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "Deposits", "on_gap": "refuse"}]},
    )

    name: Text70
    on_gap: Literal["accept", "refuse"] = "accept"
    collects: bool = True


class BankAccountShown(BaseModel):
    """`known_until`: all its bookings up to then are in; null before its first statement."""

    id: UUID
    version: int
    number: str
    currency: str
    name: str
    on_gap: Literal["accept", "refuse"]
    collects: bool
    known_until: datetime | None


@router.post("", status_code=201, dependencies=[requires("payments:admin")])
async def register_account(session: Writing, body: BankAccountBody) -> BankAccountShown:
    """Statements of this account are taken from now on; the creditor's own is known already."""
    account = await register_bank_account(session, RegisterBankAccount(**dict(body)))
    return _shown(account, None)


@router.get("", dependencies=[requires("payments:read")])
async def list_accounts(session: Reading) -> Page[BankAccountShown]:
    rows, until = await parties.bank_accounts(session), await statements.known_until(session)
    items = [_shown(row, until.get(row.id)) for row in rows]
    return Page(items=items, next_cursor=None)


@router.get("/{account_id}", dependencies=[requires("payments:read")])
async def get_account(session: Reading, account_id: UUID, response: Response) -> BankAccountShown:
    return await _one(session, await parties.bank_account(session, account_id), response)


@router.put("/{account_id}/settings", dependencies=[requires("payments:admin")])
async def put_settings(
    session: Writing,
    account_id: UUID,
    body: BankAccountSettings,
    response: Response,
    if_match: IfMatch = None,
) -> BankAccountShown:
    account = await parties.lock_bank_account(session, account_id)
    check_if_match(if_match, account.version)
    change_bank_account(session, account, ChangeBankAccount(**dict(body)))
    return await _one(session, account, response)


@router.get("/{account_id}/csv-mapping", dependencies=[requires("payments:read")])
async def get_csv_mapping(session: Reading, account_id: UUID, response: Response) -> CsvMapping:
    account = await parties.bank_account(session, account_id)
    if account.csv_mapping is None:
        raise NotFound("this bank account has no CSV mapping")
    set_etag(response, account.version)
    return CsvMapping.model_validate(account.csv_mapping)


@router.put("/{account_id}/csv-mapping", dependencies=[requires("payments:admin")])
async def put_csv_mapping(
    session: Writing,
    account_id: UUID,
    body: CsvMappingBody,
    response: Response,
    if_match: IfMatch = None,
) -> CsvMapping:
    """How this account's CSV files are laid out; the ETag is that of the account."""
    account = await parties.lock_bank_account(session, account_id)
    check_if_match(if_match, account.version)
    set_csv_mapping(account, body)
    set_etag(response, account.version)
    return body


async def _one(
    session: Reading | Writing, account: BankAccount, response: Response
) -> BankAccountShown:
    until = await statements.known_until(session)
    set_etag(response, account.version)
    return _shown(account, until.get(account.id))


def _shown(row: BankAccount, until: datetime | None) -> BankAccountShown:
    return BankAccountShown(
        id=row.id,
        version=row.version,
        number=row.number,
        currency=row.currency,
        name=row.name,
        on_gap=cast(Literal["accept", "refuse"], row.on_gap),
        collects=row.collects,
        known_until=until,
    )
