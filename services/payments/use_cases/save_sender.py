"""Register who sends bulk sums, and how its specifications are read."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from uuid import UUID

from services.payments.domain.remittance import Layout
from services.payments.models import RemittanceSender
from services.payments.repository import remittances
from shared.crypto import Vault
from shared.db import WriteSession, scope_of
from shared.errors import Conflict, InvalidInput
from shared.http.etag import check_if_match
from shared.ids import uuid7
from shared.references import normalise_iban


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveSender:
    """`iban` is the account the sums come from; every line from it waits for a specification."""

    code: str
    name: str
    iban: str
    layout: Layout
    # The ETag the caller read; None when registering.
    if_match: str | None


async def save_sender(
    session: WriteSession, command: SaveSender, *, vault: Vault
) -> RemittanceSender:
    if command.layout.gross is None and command.layout.net is None:
        raise InvalidInput.field("layout", "name the heading of gross or of net")
    iban = normalise_iban(command.iban)
    iban_index = vault.blind_index(iban)
    sender = await remittances.lock_sender(session, command.code)
    await _refuse_taken(session, iban_index, sender.id if sender else None)
    if sender is None:
        creditor_id = scope_of(session).creditor_id
        sender = RemittanceSender(id=uuid7(), creditor_id=creditor_id, version=0)
        sender.code = command.code
        session.add(sender)
    else:
        check_if_match(command.if_match, sender.version)
    sender.version += 1
    sender.name = command.name
    sender.iban_index, sender.iban_ending = iban_index, iban[-4:]
    sender.layout = asdict(command.layout)
    await session.flush()
    return sender


async def _refuse_taken(session: WriteSession, iban_index: bytes, sender_id: UUID | None) -> None:
    taken = (await remittances.senders_by_iban(session, [iban_index])).get(iban_index)
    if taken is not None and taken.id != sender_id:
        raise Conflict(f"this account is the one of sender {taken.code}: change that one")
