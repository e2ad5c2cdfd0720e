"""Contracts, tariffs and meter readings: what a bill is made from."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.billing import repository
from services.billing.domain.pricing import Component
from services.billing.use_cases.add_tariff import add_tariff
from services.billing.use_cases.register_contracts import (
    RecordReading,
    RegisterContract,
    record_readings,
    register_contracts,
)
from shared.auth import requires
from shared.http.imports import read_rows
from shared.http.pages import Page, PageOf
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router
from shared.service import Service

contracts = noun_router("/contracts", "contracts")
tariffs = noun_router("/tariffs", "tariffs")
readings = noun_router("/meter-readings", "meter readings")
ROUTERS: tuple[APIRouter, ...] = (contracts, tariffs, readings)

Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=35)]


class ContractBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "number": "C100001",
                    "customer_number": "K100001",
                    "tariff_code": "HUISHOUDEN",
                    "collection": "direct_debit",
                    "start_on": "2025-01-01",
                }
            ]
        },
    )

    number: Code
    customer_number: Code
    tariff_code: Code
    collection: Literal["direct_debit", "transfer"] = "transfer"
    start_on: date
    end_on: date | None = None

    def command(self, line: int | None = None) -> RegisterContract:
        return RegisterContract(**dict(self), line=line)


class ContractShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    customer_id: UUID
    number: str
    tariff_code: str
    collection: str
    start_on: date
    end_on: date | None


class ReadingBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"contract_number": "C100001", "read_on": "2026-03-31", "value_m3": "1234.5"}
            ]
        },
    )

    contract_number: Code
    read_on: date
    value_m3: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=3)]
    source: Literal["customer", "company", "remote", "estimate"] = "customer"


class TariffBody(BaseModel):
    """Prices net of VAT from `valid_from` on, until a later version of the same code."""

    model_config = ConfigDict(
        extra="forbid",
        from_attributes=True,
        json_schema_extra={
            "examples": [
                {
                    "code": "HUISHOUDEN",
                    "valid_from": "2026-01-01",
                    "name": "Huishouden",
                    "components": [
                        {
                            "code": "W",
                            "description": "Drinkwater",
                            "kind": "usage",
                            "unit_price": "1.62",
                            "vat_rate": "0.09",
                        }
                    ],
                }
            ]
        },
    )

    code: Code
    valid_from: date
    name: Annotated[str, Field(min_length=1, max_length=140)]
    components: Annotated[list[Component], Field(min_length=1, max_length=50)]


class Stored(BaseModel):
    stored: int


class ContractsImported(BaseModel):
    imported: int
    ids: list[UUID]


@contracts.post("", status_code=201, dependencies=[requires("billing:write")])
async def register_contract(
    request: Request, session: Writing, body: ContractBody
) -> ContractsImported:
    service: Service = request.app.state.service
    made = await register_contracts(session, [body.command()], clock=service.clock)
    return ContractsImported(imported=1, ids=made)


@contracts.post("/import", status_code=201, dependencies=[requires("billing:write")])
async def import_contracts(request: Request, session: Writing) -> ContractsImported:
    """CSV or JSON lines: all rows are stored, or none and each bad one named."""
    service: Service = request.app.state.service
    rows = await read_rows(request, ContractBody)
    commands = [row.command(line) for line, row in rows]
    made = await register_contracts(session, commands, clock=service.clock)
    return ContractsImported(imported=len(made), ids=made)


@contracts.get("", dependencies=[requires("billing:read")])
async def list_contracts(
    session: Reading, paging: PageOf, customer_id: UUID | None = None
) -> Page[ContractShown]:
    rows = await repository.contracts(session, paging, customer_id=customer_id)
    return paging.page(rows, ContractShown.model_validate, lambda row: (row.id,))


@tariffs.post("", status_code=201, dependencies=[requires("billing:admin")])
async def add_tariff_version(request: Request, session: Writing, body: TariffBody) -> TariffBody:
    """A new version; one that exists is never changed, since bills were made from it."""
    service: Service = request.app.state.service
    await add_tariff(
        session, body.code, body.valid_from, body.name, body.components, clock=service.clock
    )
    return body


@tariffs.get("", dependencies=[requires("billing:read")])
async def list_tariffs(session: Reading, paging: PageOf) -> Page[TariffBody]:
    rows = await repository.tariffs(session, paging)
    return paging.page(rows, TariffBody.model_validate, lambda row: (row.code, row.valid_from))


@readings.post("", status_code=201, dependencies=[requires("billing:write")])
async def record_reading(request: Request, session: Writing, body: ReadingBody) -> Stored:
    service: Service = request.app.state.service
    command = RecordReading(**dict(body))
    return Stored(stored=await record_readings(session, [command], clock=service.clock))


@readings.post("/import", status_code=201, dependencies=[requires("billing:write")])
async def import_readings(request: Request, session: Writing) -> Stored:
    service: Service = request.app.state.service
    rows = await read_rows(request, ReadingBody)
    commands = [RecordReading(**dict(row), line=line) for line, row in rows]
    return Stored(stored=await record_readings(session, commands, clock=service.clock))
