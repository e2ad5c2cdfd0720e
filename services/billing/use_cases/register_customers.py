"""Register one customer or many: one statement for all, and one event each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.billing import repository
from services.billing.domain.customer import Identity, Kind
from services.billing.models import Customer
from shared import outbox
from shared.bulk import insert_rows
from shared.clock import Clock
from shared.crypto import CustomerCipher, Vault
from shared.db import WriteSession, scope_of
from shared.errors import Conflict, InvalidInput, Problem
from shared.events.billing import CustomerChanged
from shared.ids import IdSource, uuid7
from shared.rows import rows_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterCustomer:
    number: str
    kind: Kind
    language: str
    identity: Identity
    # The line of the file it came in, to name it in a problem.
    line: int | None = None


async def register_customers(
    session: WriteSession,
    commands: Sequence[RegisterCustomer],
    *,
    vault: Vault,
    clock: Clock,
    ids: IdSource = uuid7,
) -> list[UUID]:
    """Store all or none; a number that is taken is named with its line. Returns the new ids."""
    await _refuse_taken_numbers(session, commands)
    customer_ids = [ids() for _ in commands]
    ciphers = await vault.open_or_create(session, customer_ids)
    creditor_id, now = scope_of(session).creditor_id, clock.now()
    await insert_rows(
        session,
        rows_of(Customer),
        [
            {
                "id": customer_id,
                "creditor_id": creditor_id,
                "version": 1,
                "number": command.number,
                "kind": command.kind,
                "language": command.language,
                **seal(ciphers[customer_id], command.identity),
                "created_at": now,
                "erased_at": None,
            }
            for customer_id, command in zip(customer_ids, commands, strict=True)
        ],
    )
    for customer_id, command in zip(customer_ids, commands, strict=True):
        outbox.add(
            session,
            customer_changed(
                customer_id, 1, command.number, command.kind, command.language, command.identity
            ),
        )
    return customer_ids


async def _refuse_taken_numbers(
    session: WriteSession, commands: Sequence[RegisterCustomer]
) -> None:
    seen: set[str] = set()
    doubled = [c for c in commands if c.number in seen or seen.add(c.number)]  # type: ignore[func-returns-value]
    taken = await repository.taken_customer_numbers(session, seen)
    problems = [Problem("number", "comes twice in this file", c.line) for c in doubled]
    problems += [
        Problem("number", "is taken by another customer", c.line)
        for c in commands
        if c.number in taken
    ]
    if problems and len(commands) == 1:
        raise Conflict("the customer number is taken")
    if problems:
        raise InvalidInput(f"{len(problems)} rows cannot be stored; nothing was", problems)


def seal(cipher: CustomerCipher, identity: Identity) -> dict[str, bytes | None]:
    """The encrypted columns of a customer."""
    return {
        "name_sealed": cipher.encrypt("name", identity.name),
        "email_sealed": cipher.encrypt("email", identity.email),
        "phone_sealed": cipher.encrypt("phone", identity.phone),
        "address_sealed": cipher.encrypt("address", identity.address.model_dump_json()),
    }


def customer_changed(
    customer_id: UUID, version: int, number: str, kind: Kind, language: str, identity: Identity
) -> CustomerChanged:
    return CustomerChanged.model_construct(
        customer_id=customer_id,
        version=version,
        number=number,
        kind=kind,
        language=language,
        name=identity.name,
        email=identity.email,
        phone=identity.phone,
        address=identity.address,
        erased=False,
    )
