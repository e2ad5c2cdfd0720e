"""Customers: the people and organisations who are billed."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.billing import repository
from services.billing.domain.customer import Identity
from services.billing.models import Customer
from services.billing.use_cases.erase_customer import erase_customer
from services.billing.use_cases.register_customers import RegisterCustomer, register_customers
from services.billing.use_cases.show_customers import CustomerView, show_customers
from services.billing.use_cases.update_customer import UpdateCustomer, update_customer
from shared.auth import requires
from shared.errors import NotFound
from shared.events.billing import Address
from shared.http.etag import IfMatch, set_etag
from shared.http.imports import read_rows
from shared.http.pages import Page, PageOf
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router
from shared.service import Service

router = noun_router("/customers", "customers")

Text140 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=140)]
Text35 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=35)]
Email = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^@\s]+@[^@\s]+$")]

EXAMPLE: dict[str, Any] = {
    "number": "K100001",
    "kind": "consumer",
    "language": "nl",
    "name": "A. Voorbeeld",
    "email": "a.voorbeeld@example.org",
    "phone": None,
    "address": {
        "street": "Dorpsstraat",
        "house_number": "12",
        "postcode": "1234 AB",
        "city": "Voorbeeldstad",
        "country": "NL",
    },
}


class CustomerBody(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    number: Text35
    kind: Literal["consumer", "business"] = "consumer"
    language: Literal["nl", "en", "de", "pl"] = "nl"
    name: Text140
    email: Email | None = None
    phone: Annotated[str | None, Field(max_length=40)] = None
    address: Address

    def command(self, line: int | None = None) -> RegisterCustomer:
        return RegisterCustomer(
            number=self.number,
            kind=self.kind,
            language=self.language,
            identity=Identity(
                name=self.name, email=self.email, phone=self.phone, address=self.address
            ),
            line=line,
        )


class CustomerChange(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"language": "en", "phone": None}]}
    )

    language: Literal["nl", "en", "de", "pl"] | None = None
    name: Text140 | None = None
    email: Email | None = None
    phone: Annotated[str | None, Field(max_length=40)] = None
    address: Address | None = None


class CustomerShown(BaseModel):
    id: UUID
    version: int
    number: str
    kind: str
    language: str
    name: str | None
    email: str | None
    phone: str | None
    address: Address | None
    erased: bool


class Imported(BaseModel):
    imported: int
    ids: list[UUID]


@router.post("", status_code=201, dependencies=[requires("billing:write")])
async def register_customer(
    request: Request, session: Writing, body: CustomerBody, response: Response
) -> CustomerShown:
    service: Service = request.app.state.service
    (customer_id,) = await register_customers(
        session, [body.command()], vault=service.vault, clock=service.clock
    )
    response.headers["Location"] = f"/v1/customers/{customer_id}"
    return await _one(request, session, customer_id, response)


@router.post("/import", status_code=201, dependencies=[requires("billing:write")])
async def import_customers(request: Request, session: Writing) -> Imported:
    """CSV or JSON lines, by `Content-Type`: all rows are stored, or none and each bad one named.

    CSV columns: number, kind, language, name, email, phone, street, house_number, postcode, city,
    country.
    """
    service: Service = request.app.state.service
    rows = await read_rows(request, CustomerBody, nested={"address": tuple(Address.model_fields)})
    commands = [row.command(line) for line, row in rows]
    customer_ids = await register_customers(
        session, commands, vault=service.vault, clock=service.clock
    )
    return Imported(imported=len(customer_ids), ids=customer_ids)


@router.get("", dependencies=[requires("billing:read")])
async def list_customers(
    request: Request, session: Reading, paging: PageOf, number: str | None = None
) -> Page[CustomerShown]:
    service: Service = request.app.state.service
    customers = await repository.customers(session, paging, number=number)
    views = await show_customers(session, customers, vault=service.vault)
    return paging.page(views, _shown, lambda view: (view.row.id,))


@router.get("/{customer_id}", dependencies=[requires("billing:read")])
async def get_customer(
    request: Request, session: Reading, customer_id: UUID, response: Response
) -> CustomerShown:
    return await _one(request, session, customer_id, response)


@router.patch("/{customer_id}", dependencies=[requires("billing:write")])
async def change_customer(
    request: Request,
    session: Writing,
    customer_id: UUID,
    body: CustomerChange,
    response: Response,
    if_match: IfMatch = None,
) -> CustomerShown:
    service: Service = request.app.state.service
    given = {name: getattr(body, name) for name in body.model_fields_set}
    command = UpdateCustomer(customer_id=customer_id, if_match=if_match, given=given)
    await update_customer(session, command, vault=service.vault)
    return await _one(request, session, customer_id, response)


@router.post("/{customer_id}/erase", dependencies=[requires("billing:admin")])
async def erase(request: Request, session: Writing, customer_id: UUID) -> CustomerShown:
    """Destroy the customer's key (GDPR art. 17); refused while there is an open balance."""
    service: Service = request.app.state.service
    await erase_customer(session, customer_id, vault=service.vault, clock=service.clock)
    return await _one(request, session, customer_id, Response())


async def _one(
    request: Request, session: Any, customer_id: UUID, response: Response
) -> CustomerShown:
    customer = await session.get(Customer, customer_id)
    if customer is None:
        raise NotFound("no customer with this id")
    (view,) = await show_customers(session, [customer], vault=request.app.state.service.vault)
    set_etag(response, customer.version)
    return _shown(view)


def _shown(view: CustomerView) -> CustomerShown:
    row, identity = view.row, view.identity
    return CustomerShown(
        id=row.id,
        version=row.version,
        number=row.number,
        kind=row.kind,
        language=row.language,
        name=identity.name if identity else None,
        email=identity.email if identity else None,
        phone=identity.phone if identity else None,
        address=identity.address if identity else None,
        erased=row.erased_at is not None,
    )
