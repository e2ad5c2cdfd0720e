"""Register one mandate or many: all or none, one statement, one event each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

import orjson

from services.payments.domain.debit import Scheme
from services.payments.formats.direct_debit import PostalAddress
from services.payments.formats.sepa_account import account_fault, is_outside_eea
from services.payments.models import KnownIban, Mandate
from services.payments.repository import parties
from shared import outbox
from shared.bulk import insert_rows
from shared.crypto import CustomerCipher, Vault
from shared.db import WriteSession, scope_of
from shared.errors import Conflict, InvalidInput, Problem
from shared.events.payments import MandateChanged
from shared.ids import IdSource, uuid7
from shared.references import normalise_iban
from shared.rows import rows_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterMandate:
    """`customer_id`, or the number billing gave the customer. No reference: one is made.

    `last_used_on`: when it was last collected elsewhere; the bank knows it as it is here then.
    `confirm_hash` and `confirm_until`: asked for online, nothing is collected until confirmed.
    """

    customer_id: UUID | None
    customer_number: str | None
    reference: str | None
    iban: str
    account_holder: str
    signed_on: date
    scheme: Scheme = "core"
    is_one_off: bool = False
    address: PostalAddress | None = None
    last_used_on: date | None = None
    channel: Literal["paper", "online", "imported"] = "paper"
    confirm_hash: bytes | None = None
    confirm_until: date | None = None
    # The line of the file it came in, to name it in a problem.
    line: int | None = None


async def register_mandates(
    session: WriteSession,
    commands: Sequence[RegisterMandate],
    *,
    vault: Vault,
    today: date,
    ids: IdSource = uuid7,
) -> list[UUID]:
    creditor = await parties.creditor(session)
    customers = await parties.customers_by_number(
        session, {c.customer_number for c in commands if c.customer_number}
    )
    await _refuse(session, commands, customers, today)
    mandate_ids = [ids() for _ in commands]
    owners = [c.customer_id or customers[c.customer_number or ""] for c in commands]
    ciphers = await vault.open_or_create(session, owners)
    if any(cipher.erased for cipher in ciphers.values()):
        raise Conflict("a customer of these mandates was erased")
    rows = [
        _row(session, command, mandate_id, owner, ciphers[owner], vault)
        | {"told_creditor_id": creditor.sepa_creditor_id if command.last_used_on else None}
        for mandate_id, owner, command in zip(mandate_ids, owners, commands, strict=True)
    ]
    await insert_rows(session, rows_of(Mandate), rows)
    await learn_accounts(session, rows)
    for row in rows:
        if row["status"] != "active":
            continue
        told = MandateChanged(
            mandate_id=row["id"],
            customer_id=row["customer_id"],
            reference=row["reference"],
            status="active",
        )
        outbox.add(session, told)
    return mandate_ids


def _row(
    session: WriteSession,
    command: RegisterMandate,
    mandate_id: UUID,
    owner: UUID,
    cipher: CustomerCipher,
    vault: Vault,
) -> dict[str, Any]:
    iban = normalise_iban(command.iban)
    reference = command.reference or f"M{mandate_id.hex.upper()}"
    was_used = command.last_used_on is not None
    return {
        "id": mandate_id,
        "creditor_id": scope_of(session).creditor_id,
        "customer_id": owner,
        "version": 1,
        "status": "pending" if command.confirm_hash else "active",
        "reference": reference,
        "scheme": command.scheme,
        "signed_on": command.signed_on,
        "last_used_on": command.last_used_on,
        "iban_sealed": cipher.encrypt("iban", iban),
        "iban_index": vault.blind_index(iban),
        "account_holder_sealed": cipher.encrypt("account_holder", command.account_holder),
        "reason": None,
        "created_at": session.info["clock"].now(),
        "channel": command.channel,
        "is_one_off": command.is_one_off,
        "is_final": False,
        "address_sealed": cipher.encrypt("address", sealable(command.address)),
        "told_reference": reference if was_used else None,
        "told_iban_sealed": cipher.encrypt("told_iban", iban if was_used else None),
        "confirm_hash": command.confirm_hash,
        "confirm_until": command.confirm_until,
    }


def sealable(address: PostalAddress | None) -> str | None:
    return orjson.dumps(asdict(address)).decode() if address is not None else None


async def learn_accounts(session: WriteSession, rows: Sequence[dict[str, Any]]) -> None:
    """A payment from the account of a mandate is that customer's."""
    accounts = sorted({(row["iban_index"], row["customer_id"]) for row in rows})
    await insert_rows(
        session,
        rows_of(KnownIban),
        [
            {
                "creditor_id": scope_of(session).creditor_id,
                "iban_index": index,
                "customer_id": customer_id,
                "source": "mandate",
                "first_seen_at": session.info["clock"].now(),
            }
            for index, customer_id in accounts
        ],
        on_conflict="DO NOTHING",
    )


async def _refuse(
    session: WriteSession,
    commands: Sequence[RegisterMandate],
    customers: dict[str, UUID],
    today: date,
) -> None:
    """Name every row that cannot be stored."""
    given = [command.reference for command in commands if command.reference]
    taken = await parties.taken_references(session, given)
    problems: list[Problem] = []
    seen: set[str] = set()
    for command in commands:
        problems += _problems_of(command, customers, today)
        reference = command.reference
        if reference is None:
            continue
        if reference in taken:
            problems.append(Problem("reference", "is taken by another mandate", command.line))
        elif reference in seen:
            problems.append(Problem("reference", "comes twice in this file", command.line))
        seen.add(reference)
    if not problems:
        return
    if len(commands) == 1 and given and given[0] in taken:
        raise Conflict("the mandate reference is taken")
    raise InvalidInput.several(problems)


def _problems_of(
    command: RegisterMandate, customers: dict[str, UUID], today: date
) -> list[Problem]:
    problems = []
    fault = account_fault(command.iban)
    if fault is not None:
        problems.append(Problem("iban", fault, command.line))
    elif is_outside_eea(command.iban) and command.address is None:
        message = "is needed for an account outside the EEA"
        problems.append(Problem("address", message, command.line))
    if command.last_used_on and command.last_used_on < command.signed_on:
        problems.append(Problem("last_used_on", "is before the signature", command.line))
    if command.signed_on > today:
        problems.append(Problem("signed_on", "is in the future", command.line))
    number = command.customer_number
    if (command.customer_id is None) == (number is None):
        message = "name the customer by customer_id or by customer_number"
        problems.append(Problem("customer_id", message, command.line))
    elif number is not None and number not in customers:
        problems.append(Problem("customer_number", "no customer has this number", command.line))
    return problems
