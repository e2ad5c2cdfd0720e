"""What the routes of mandates take and show."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from services.payments.api.payment_views import ChangeShown
from services.payments.domain.target_days import MANDATE_UNUSED_MONTHS_MAX, months_before
from services.payments.formats.direct_debit import PostalAddress
from services.payments.models import Mandate
from services.payments.use_cases.register_mandates import RegisterMandate
from services.payments.use_cases.show_mandates import MandateParty

Text70 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=70)]
# The characters SEPA allows in an identifier (EPC217-08).
Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+?().,'-]{1,35}$")]


# Columns of a CSV that make an address.
ADDRESS_COLUMNS = ("town", "country", "street", "building_number", "postcode")


class AddressBody(BaseModel):
    """Structured, or hybrid: town and country apart and the rest in `lines`."""

    model_config = ConfigDict(extra="forbid")

    town: Annotated[str, Field(min_length=1, max_length=35)]
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    street: Annotated[str | None, Field(max_length=70)] = None
    building_number: Annotated[str | None, Field(max_length=16)] = None
    postcode: Annotated[str | None, Field(max_length=16)] = None
    lines: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=70)], ...], Field(max_length=2)
    ] = ()

    def value(self) -> PostalAddress:
        return PostalAddress(**self.model_dump())


class Wanted(BaseModel):
    """Whom and which account a mandate is for."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "customer_number": "K100001",
                    "reference": "K100001-1",
                    "iban": "NL91ABNA0417164300",
                    "account_holder": "A. Voorbeeld",
                }
            ]
        },
    )

    customer_id: UUID | None = None
    customer_number: Annotated[str | None, Field(max_length=35)] = None
    reference: Reference | None = None
    iban: Annotated[str, Field(max_length=42)]
    account_holder: Text70
    scheme: Literal["core", "b2b"] = "core"
    is_one_off: bool = False
    address: AddressBody | None = None

    @field_validator("address", mode="before")
    @classmethod
    def _given(cls, address: Any) -> Any:
        """A CSV without these columns gives none."""
        return address or None

    def asked(self, today: date) -> RegisterMandate:
        return RegisterMandate(
            customer_id=self.customer_id,
            customer_number=self.customer_number,
            reference=self.reference,
            iban=self.iban,
            account_holder=self.account_holder,
            signed_on=today,
            scheme=self.scheme,
            is_one_off=self.is_one_off,
            address=self.address.value() if self.address else None,
        )


class MandateBody(Wanted):
    """Signed on paper, or elsewhere. `last_used_on`: when another system last collected with it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "customer_number": "K100001",
                    "reference": "K100001-1",
                    "iban": "NL91ABNA0417164300",
                    "account_holder": "A. Voorbeeld",
                    "signed_on": "2025-11-03",
                    "scheme": "core",
                }
            ]
        }
    )

    signed_on: date
    last_used_on: date | None = None

    def command(self, line: int | None = None) -> RegisterMandate:
        return replace(
            self.asked(self.signed_on),
            last_used_on=self.last_used_on,
            channel="paper" if line is None else "imported",
            line=line,
        )


class AmendBody(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"iban": "NL02ABNA0123456789"}]}
    )

    iban: Annotated[str | None, Field(max_length=42)] = None
    account_holder: Text70 | None = None
    reference: Reference | None = None
    address: AddressBody | None = None


class ReasonBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "asked_by_customer"}]}
    )

    # A code, not a story: it goes into the event.
    reason: Annotated[str, Field(pattern="^[a-z0-9_]{1,40}$")]


class MandateShown(BaseModel):
    id: UUID
    version: int
    customer_id: UUID
    status: str
    reference: str
    scheme: str
    channel: str
    is_one_off: bool
    is_final: bool
    signed_on: date
    last_used_on: date | None
    usable_until: date | None = Field(
        description="36 months after its last use, or its signing; none unless it can be used"
    )
    iban: str | None
    account_holder: str | None
    reason: str | None


class MandateStory(MandateShown):
    history: list[ChangeShown]


class MandateRequested(MandateShown):
    """The address is shown this once: whoever holds it may confirm. It leads to a page."""

    confirm_path: str
    confirm_url: str
    confirm_until: date


class Imported(BaseModel):
    imported: int
    ids: list[UUID]


def mandate_shown(row: Mandate, party: MandateParty) -> MandateShown:
    return MandateShown(
        id=row.id,
        version=row.version,
        customer_id=row.customer_id,
        status=row.status,
        reference=row.reference,
        scheme=row.scheme,
        channel=row.channel,
        is_one_off=row.is_one_off,
        is_final=row.is_final,
        signed_on=row.signed_on,
        last_used_on=row.last_used_on,
        usable_until=_usable_until(row),
        iban=party.iban,
        account_holder=party.account_holder,
        reason=row.reason,
    )


def _usable_until(row: Mandate) -> date | None:
    if row.status not in {"active", "suspended"}:
        return None
    return months_before(row.last_used_on or row.signed_on, -MANDATE_UNUSED_MONTHS_MAX)
