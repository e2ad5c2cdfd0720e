"""What the bank told: files as they came, the statements in them, and every line."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.payments.models.declarative import Base
from shared.rows import one_of

# A `batch` is a sum whose details were told later: its parts are booked instead of it.
LINE_KINDS = ("payment", "collection", "return", "payout", "transfer", "other", "batch")
# A `statement` counts its entries; the others tell entries before a statement does, or again.
REPORT_KINDS = ("statement", "repeat", "interim", "notice")


class StatementFile(Base):
    """A bank file, whole: its bytes are compressed, then sealed with the creditor's own key."""

    __tablename__ = "statement_files"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    sha256: Mapped[bytes]
    size_bytes: Mapped[int]
    content_sealed: Mapped[bytes]
    received_at: Mapped[datetime]
    received_from: Mapped[str]
    # What the upload answered; the same file again gets the same answer.
    result: Mapped[dict[str, Any]]

    __table_args__ = (UniqueConstraint("creditor_id", "sha256"),)


class BankStatement(Base):
    __tablename__ = "bank_statements"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    # The file is written last, with what became of all that was in it.
    file_id: Mapped[UUID] = mapped_column(
        ForeignKey("statement_files.id", ondelete="RESTRICT", deferrable=True, initially="DEFERRED")
    )
    account_id: Mapped[UUID] = mapped_column(ForeignKey("bank_accounts.id", ondelete="RESTRICT"))
    kind: Mapped[str] = mapped_column(Text, server_default="statement")
    format: Mapped[str]
    # The bank's own identification. Some banks write the same every day, so the closing day and
    # the opening balance belong to it; together they are never stored twice.
    statement_id: Mapped[str]
    number: Mapped[str]
    closes_on: Mapped[date]
    currency: Mapped[str] = mapped_column(String(3))
    opening_minor: Mapped[int | None]
    closing_minor: Mapped[int | None]
    entries_minor: Mapped[int]
    entry_count: Mapped[int]
    # Bookings that the statement announces without counting them (pending, future).
    unbooked_count: Mapped[int]
    known_until: Mapped[datetime]

    __table_args__ = (
        one_of("kind", REPORT_KINDS),
        Index(
            "uq_bank_statements_identity",
            "account_id",
            "statement_id",
            "number",
            "closes_on",
            "opening_minor",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where="kind = 'statement'",
        ),
        Index("ix_bank_statements_chain", "account_id", "kind", "closes_on"),
        Index(None, "file_id"),
    )


class BankEntry(Base):
    """One booking on the account, however many reports tell it: see `domain.entry_identity`."""

    __tablename__ = "bank_entries"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("bank_accounts.id", ondelete="RESTRICT"))
    booked_on: Mapped[date]
    amount_minor: Mapped[int]
    # Keyed hashes: of what the bank calls it, and of what its details say.
    reference: Mapped[bytes | None]
    content: Mapped[bytes | None]
    told_by: Mapped[UUID] = mapped_column(ForeignKey("bank_statements.id", ondelete="RESTRICT"))
    # The statement that counts it; none while only interim reports and notices told it.
    confirmed_by: Mapped[UUID | None]
    # What it left on the account, by a statement with an opening balance.
    balance_minor: Mapped[int | None]
    # The balances before and after all that this statement tells of the day; none of entries
    # stored before they were kept, which `balance_minor` alone tells apart.
    opens_minor: Mapped[int | None]
    closes_minor: Mapped[int | None]

    __table_args__ = (
        Index(None, "account_id", "booked_on", "amount_minor"),
        Index("ix_bank_entries_ahead", "account_id", postgresql_where="confirmed_by IS NULL"),
    )


class BankLine(Base):
    """One movement on the account. What a payer wrote is sealed, see `sealed_for`."""

    __tablename__ = "bank_lines"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    statement_id: Mapped[UUID] = mapped_column(
        ForeignKey("bank_statements.id", ondelete="RESTRICT")
    )
    account_id: Mapped[UUID]
    entry_id: Mapped[UUID | None]
    entry_index: Mapped[int]
    detail_index: Mapped[int]
    kind: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    booked_on: Mapped[date]
    value_on: Mapped[date]
    bank_code: Mapped[str | None]
    return_code: Mapped[str | None]
    # The debit this line returns; its collection may be booked later.
    debit_id: Mapped[UUID | None]
    # Whose key seals the text: the customer's once known, the creditor's own until then.
    sealed_for: Mapped[UUID]
    text_sealed: Mapped[bytes | None]
    # Keyed hashes of the payer's account, and of its country and last four characters.
    iban_index: Mapped[bytes | None]
    iban_ending_index: Mapped[bytes | None]

    __table_args__ = (
        one_of("kind", LINE_KINDS),
        UniqueConstraint("statement_id", "entry_index", "detail_index"),
        Index(None, "account_id", "kind"),
        Index(None, "entry_id"),
        Index("ix_bank_lines_returned", "debit_id", postgresql_where="debit_id IS NOT NULL"),
        Index(None, "sealed_for"),
        Index(None, "iban_ending_index"),
        # Among them a transfer of ours that the bank booked without our reference.
        Index(
            "ix_bank_lines_sent_elsewhere",
            "creditor_id",
            "amount_minor",
            postgresql_where="kind = 'other' AND amount_minor < 0",
        ),
        # Booked before endings were indexed.
        Index(
            "ix_bank_lines_without_ending",
            "creditor_id",
            postgresql_where="iban_index IS NOT NULL AND iban_ending_index IS NULL",
        ),
    )


class FetchedFile(Base):
    """A file of the bank's server that needs no fetching again; the server keeps its own."""

    __tablename__ = "fetched_files"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    source: Mapped[str]
    name: Mapped[str]
    size_bytes: Mapped[int]
    modified_at: Mapped[datetime]
    # None for an empty file.
    sha256: Mapped[bytes | None]
    fetched_at: Mapped[datetime]
    outcome: Mapped[str]
    # Why it was refused, as the upload would have answered.
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))

    __table_args__ = (
        one_of("outcome", ("stored", "known", "refused")),
        UniqueConstraint(
            "creditor_id",
            "source",
            "name",
            "size_bytes",
            "modified_at",
            name="uq_fetched_files_version",
        ),
    )
