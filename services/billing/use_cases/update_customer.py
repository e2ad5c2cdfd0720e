"""Change what is known of a customer; nobody overwrites what somebody else changed meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from services.billing import repository
from services.billing.use_cases.register_customers import customer_changed, seal
from services.billing.use_cases.show_customers import identity_of
from shared import outbox
from shared.crypto import Vault
from shared.db import WriteSession
from shared.errors import Conflict, InvalidInput
from shared.http.etag import check_if_match


@dataclass(frozen=True, slots=True)
class UpdateCustomer:
    customer_id: UUID
    if_match: str | None
    # The fields to change, by name; what is absent stays.
    given: Mapping[str, Any]


async def update_customer(session: WriteSession, command: UpdateCustomer, *, vault: Vault) -> None:
    customer = await repository.lock_customer(session, command.customer_id)
    check_if_match(command.if_match, customer.version)
    ciphers = await vault.open(session, [customer.id])
    identity = identity_of(customer, ciphers[customer.id])
    if identity is None:
        raise Conflict("the customer was erased")
    given = dict(command.given)
    language = given.pop("language", None) or customer.language
    for needed in ("name", "address"):
        if needed in given and given[needed] is None:
            raise InvalidInput.field(needed, "cannot be empty")
    identity = replace(identity, **given)
    customer.language = language
    customer.version += 1
    for column, value in seal(ciphers[customer.id], identity).items():
        setattr(customer, column, value)
    outbox.add(
        session,
        customer_changed(
            customer.id, customer.version, customer.number, customer.kind, language, identity
        ),
    )
