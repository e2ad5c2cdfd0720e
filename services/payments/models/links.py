"""Payment links, what creditors allow on the pages behind them, the cases they can be of, and how
often the pages were visited lately."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.payments.domain.links import LINK_KINDS
from services.payments.models.declarative import Base
from shared.rows import one_of


class PaymentLink(Base):
    """What a link stands for; its address is made from its id, see `domain.links`.

    The link that every invoice has bears the invoice's id, that of a balance the customer's.
    """

    __tablename__ = "payment_links"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    kind: Mapped[str]
    # The invoice, customer, arrangement or case.
    subject_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    # The number of the instalment; none: the one to be paid at the time of looking.
    instalment: Mapped[int | None]
    # Good to the end of this day where the creditor is.
    expires_on: Mapped[date]
    # None: as the creditor's settings say.
    may_pay_part: Mapped[bool | None]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("kind", LINK_KINDS),
        CheckConstraint("instalment IS NULL OR kind = 'instalment'", name="instalment"),
        Index(None, "customer_id"),
    )


class PageSettings(Base):
    """Whether payers may pay in parts, and the least of a part."""

    __tablename__ = "page_settings"

    creditor_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    may_pay_part: Mapped[bool]
    least_part_minor: Mapped[int]

    __table_args__ = (CheckConstraint("least_part_minor > 0", name="least_part"),)


class CollectionCase(Base):
    """A case of collections: whose it is, and the number people use."""

    __tablename__ = "collection_cases"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    number: Mapped[str]


class PageVisit(Base):
    """What one address or link asked of the payer's pages in the last minute, of no creditor.

    `key` is a keyed hash; at `free_at` all that was asked is forgiven. See `repository.visits`.
    """

    __tablename__ = "page_visits"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    free_at: Mapped[datetime]

    __table_args__ = {"prefixes": ["UNLOGGED"], "postgresql_with": {"fillfactor": 50}}  # noqa: RUF012
