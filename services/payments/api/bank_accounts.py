"""Bank accounts of the creditor: whose statements are taken."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.payments.repository import parties
from services.payments.use_cases.register_bank_account import (
    RegisterBankAccount,
    register_bank_account,
)
from shared.auth import requires
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


class BankAccountShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    number: str
    currency: str
    name: str


@router.post("", status_code=201, dependencies=[requires("payments:admin")])
async def register_account(session: Writing, body: BankAccountBody) -> BankAccountShown:
    """Statements of this account are taken from now on; the creditor's own is known already."""
    account = await register_bank_account(session, RegisterBankAccount(**dict(body)))
    return BankAccountShown.model_validate(account)


@router.get("", dependencies=[requires("payments:read")])
async def list_accounts(session: Reading) -> Page[BankAccountShown]:
    rows = await parties.bank_accounts(session)
    items = [BankAccountShown.model_validate(row) for row in rows]
    return Page(items=items, next_cursor=None)
