"""Amend a mandate: another account, another reference. The next collection tells the bank."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.payments.formats.direct_debit import PostalAddress
from services.payments.formats.sepa_account import account_fault, is_outside_eea
from services.payments.models import Mandate
from services.payments.repository import parties
from services.payments.use_cases.change_mandates import tell_changed
from services.payments.use_cases.register_mandates import learn_accounts, sealable
from shared.crypto import Vault
from shared.db import WriteSession
from shared.errors import Conflict, InvalidInput
from shared.http.etag import check_if_match
from shared.references import normalise_iban


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendMandate:
    """None leaves a field as it is."""

    iban: str | None = None
    account_holder: str | None = None
    reference: str | None = None
    address: PostalAddress | None = None


async def amend_mandate(
    session: WriteSession,
    mandate_id: UUID,
    command: AmendMandate,
    *,
    vault: Vault,
    if_match: str | None,
) -> Mandate:
    """The signature stays; the debtor signs the amendment itself, on paper or online."""
    mandate = await parties.lock_mandate(session, mandate_id)
    check_if_match(if_match, mandate.version)
    if mandate.status not in {"active", "suspended"}:
        raise Conflict(f"a mandate that is {mandate.status} is not amended", state=mandate.status)
    ciphers = await vault.open(session, [mandate.customer_id])
    cipher = ciphers[mandate.customer_id]
    if cipher.erased:
        raise Conflict("the customer of this mandate was erased")
    if command.iban is not None:
        _refuse_account(command.iban, mandate, command.address)
        iban = normalise_iban(command.iban)
        mandate.iban_sealed = cipher.encrypt("iban", iban)
        mandate.iban_index = vault.blind_index(iban)
        row = {"iban_index": mandate.iban_index, "customer_id": mandate.customer_id}
        await learn_accounts(session, [row])
    if command.account_holder is not None:
        mandate.account_holder_sealed = cipher.encrypt("account_holder", command.account_holder)
    if command.address is not None:
        mandate.address_sealed = cipher.encrypt("address", sealable(command.address))
    if command.reference is not None and command.reference != mandate.reference:
        if await parties.taken_references(session, [command.reference]):
            raise Conflict("the mandate reference is taken")
        mandate.reference = command.reference
    mandate.version += 1
    tell_changed(session, mandate, "amended")
    return mandate


def _refuse_account(iban: str, mandate: Mandate, address: PostalAddress | None) -> None:
    fault = account_fault(iban)
    if fault is not None:
        raise InvalidInput.field("iban", fault)
    if is_outside_eea(iban) and address is None and mandate.address_sealed is None:
        raise InvalidInput.field("address", "is needed for an account outside the EEA")
