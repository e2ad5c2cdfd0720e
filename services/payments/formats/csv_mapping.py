"""How a bank lays out its CSV: which column means what, as data that can be stored per account."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

# A heading, or a position from 1 where the file has no headings.
Column = Annotated[str, Field(min_length=1, max_length=100)] | Annotated[int, Field(ge=1, le=200)]

DateFormat = Literal[
    "YYYYMMDD", "YYYY-MM-DD", "DD-MM-YYYY", "DD/MM/YYYY", "DD.MM.YYYY", "MM/DD/YYYY"
]


class CsvColumns(BaseModel):
    """Where each fact stands. The amount is in `amount` (with its sign, or with the mark of a
    `sign` column), or in `debit` and `credit`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    booked_on: Column
    value_on: Column | None = None
    amount: Column | None = None
    debit: Column | None = None
    credit: Column | None = None
    sign: Column | None = None
    currency: Column | None = None
    account: Column | None = None
    balance_after: Column | None = None
    counterparty_iban: Column | None = None
    counterparty_name: Column | None = None
    end_to_end_id: Column | None = None
    mandate_id: Column | None = None
    creditor_reference: Column | None = None
    return_reason: Column | None = None
    bank_reference: Column | None = None
    code: Column | None = None
    texts: tuple[Column, ...] = Field(default=(), max_length=10)

    def given(self) -> dict[str, Column]:
        """The columns there are, by what they mean; texts as `texts 1`, `texts 2`, ..."""
        single = {name: value for name, value in self if name != "texts" and value is not None}
        return single | {f"texts {n}": text for n, text in enumerate(self.texts, start=1)}


class CsvMapping(BaseModel):
    """A layout. `account` and `currency` serve where no column tells them; `account` (an IBAN) also
    where the column tells its last digits only. `preamble_lines` stand before the headings; `as_of`
    is when the layout was last seen (YYYY-MM). `file_names` (`*` and `?` stand for any text and any
    sign) tells files that come by folder or SFTP from those of other mappings."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "delimiter": ";",
                    "date_format": "YYYYMMDD",
                    "columns": {
                        "booked_on": "Datum",
                        "amount": "Bedrag",
                        "sign": "Af Bij",
                        "account": "Rekening",
                        "counterparty_iban": "Tegenrekening",
                        "currency": "Munt",
                        "texts": ["Mededelingen"],
                    },
                }
            ]
        },
    )

    delimiter: Literal[",", ";", "\t", "|"] = ";"
    encoding: Literal["utf-8", "windows-1252", "iso-8859-1", "iso-8859-15"] = "utf-8"
    decimal_mark: Literal[",", "."] = ","
    date_format: DateFormat = "YYYY-MM-DD"
    has_headings: bool = True
    preamble_lines: int = Field(default=0, ge=0, le=50)
    debit_marks: frozenset[str] = frozenset({"D", "Af", "Debet", "Debit", "-"})
    credit_marks: frozenset[str] = frozenset({"C", "Bij", "Credit", "+"})
    account: str | None = Field(default=None, max_length=40)
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    columns: CsvColumns
    as_of: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}$")
    file_names: str | None = Field(default=None, min_length=1, max_length=100)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        columns = self.columns
        if (columns.amount is None) == (columns.debit is None and columns.credit is None):
            raise ValueError("either an amount column, or a debit and a credit column")
        if columns.sign is not None and columns.amount is None:
            raise ValueError("a sign column needs an amount column")
        if columns.account is None and self.account is None:
            raise ValueError("no column and no value tells the account")
        if columns.currency is None and self.currency is None:
            raise ValueError("no column and no value tells the currency")
        if not self.has_headings and any(isinstance(c, str) for c in columns.given().values()):
            raise ValueError("without headings columns are known by their position")
        return self
