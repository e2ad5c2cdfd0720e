"""Note what changes who may be asked for money: death, insolvency, debt help, administration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.collections.models import CustomerFlag
from services.collections.repository import agreements, looking
from services.collections.use_cases.look_again import look_again
from shared.db import WriteSession, scope_of
from shared.errors import Conflict, IllegalTransition
from shared.ids import IdSource, uuid7


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagCustomer:
    """`administrator_known`: billing writes to the administrator (bewindvoerder) already."""

    customer_id: UUID
    kind: str
    since_on: date
    until_on: date | None
    administrator_known: bool


async def flag_customer(
    session: WriteSession, command: FlagCustomer, *, ids: IdSource = uuid7
) -> CustomerFlag:
    await looking.lock_customer(session, command.customer_id)
    for other in await agreements.flags_of(session, command.customer_id):
        if other.status == "active" and other.kind == command.kind:
            raise Conflict("the customer has this flag already", flag_id=str(other.id))
    row = CustomerFlag(
        id=ids(),
        creditor_id=scope_of(session).creditor_id,
        customer_id=command.customer_id,
        status="active",
        kind=command.kind,
        since_on=command.since_on,
        until_on=command.until_on,
        administrator_known=command.administrator_known,
    )
    session.add(row)
    await session.flush()
    await look_again(session, [command.customer_id])
    return row


async def lift_flag(session: WriteSession, customer_id: UUID, flag_id: UUID) -> CustomerFlag:
    await looking.lock_customer(session, customer_id)
    row = await agreements.flag(session, flag_id)
    if row.customer_id != customer_id or row.status != "active":
        raise IllegalTransition("flag", row.status, "lift")
    row.status = "lifted"
    await session.flush()
    await look_again(session, [customer_id])
    return row
