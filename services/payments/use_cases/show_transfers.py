"""To whom a transfer goes: shown to somebody who may see it, and written into the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.models import Transfer
from shared.crypto import Vault

PAYEE_FIELD = "payee"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payee:
    """Never logged, never in an error text."""

    name: str
    iban: str
    # What the payee reads on the statement.
    text: str | None

    def sealable(self) -> str:
        return orjson.dumps(asdict(self)).decode()


def payees_sealable(payees: Mapping[UUID, Payee]) -> bytes:
    """The payees of a file, by transfer."""
    return orjson.dumps({str(transfer_id): asdict(one) for transfer_id, one in payees.items()})


def read_payees(opened: bytes) -> dict[UUID, Payee]:
    return {UUID(transfer_id): Payee(**one) for transfer_id, one in orjson.loads(opened).items()}


async def show_payees(
    session: AsyncSession, transfers: Sequence[Transfer], *, vault: Vault
) -> dict[UUID, Payee]:
    """By transfer; those to forgotten persons are not in it."""
    ciphers = await vault.open(session, {transfer.sealed_for for transfer in transfers})
    found = {}
    for transfer in transfers:
        opened = ciphers[transfer.sealed_for].decrypt(PAYEE_FIELD, transfer.payee_sealed)
        if opened is not None:
            found[transfer.id] = Payee(**orjson.loads(opened))
    return found
