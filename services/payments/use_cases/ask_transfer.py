"""Ask for money to go out: a refund, the return of money nobody knows, a levy handed on.

What is asked for out of a payment is taken from its rest at once, so that nobody allocates it
meanwhile; it comes back to the rest when the transfer comes to nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from services.payments.domain.name_check import check_name
from services.payments.domain.transfer import NothingToRefund, refuse_duplicate
from services.payments.domain.transitions import PAYMENT, after, payment_trigger
from services.payments.formats.sepa_account import account_fault
from services.payments.models import Payment, Transfer
from services.payments.repository import matching, transfers
from services.payments.repository.sepa_settings import sepa_rules
from services.payments.use_cases.show_lines import show_texts
from services.payments.use_cases.show_mandates import show_parties
from services.payments.use_cases.show_transfers import PAYEE_FIELD, Payee
from shared.crypto import Vault
from shared.db import WriteSession, scope_of
from shared.errors import Conflict, InvalidInput
from shared.ids import uuid7
from shared.money import Money
from shared.references import normalise_iban

# Names known to hold an account: ours, or those of a service that asks the banks.
Holders = Callable[[WriteSession, bytes, Vault], Awaitable[Iterable[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskTransfer:
    """Out of a payment: no amount is its whole rest, no account is the one it came from (or the
    customer's mandate). A levy has no payment and names everything."""

    kind: Literal["refund", "return_to_sender", "levy"]
    payment_id: UUID | None = None
    amount: Money | None = None
    iban: str | None = None
    name: str | None = None
    text: str | None = None
    despite_duplicate: bool = False


async def known_holders(session: WriteSession, iban_index: bytes, vault: Vault) -> list[str]:
    """Who gave a mandate on this account."""
    mandates = await transfers.mandates_on(session, iban_index)
    holders = await show_parties(session, mandates, vault=vault)
    return [one.account_holder for one in holders.values() if one.account_holder]


async def ask_transfer(
    session: WriteSession, command: AskTransfer, *, vault: Vault, holders: Holders = known_holders
) -> Transfer:
    payment = None
    if command.payment_id is not None:
        payment = await matching.lock_payment(session, command.payment_id)
    amount = _amount(command, payment)
    payer = await _payer(session, payment, command.kind, vault)
    payee = _payee(command, payer)
    now, rules = session.info["clock"].now(), await sepa_rules(session)
    iban_index = vault.blind_index(payee.iban)
    if not command.despite_duplicate:
        since = now - timedelta(days=rules.duplicate_days)
        earlier = await transfers.lock_earlier(session, command.payment_id, iban_index, since)
        refuse_duplicate(earlier, command.payment_id, amount, now, rules.duplicate_days)
    names = list(await holders(session, iban_index, vault))
    if payer is not None and payer.iban == payee.iban and payer.name:
        names.append(payer.name)
    queue_reason = payment.queue_reason if payment is not None else None
    if payment is not None:
        place(payment, amount.minor, queue_reason)
    transfer = await _transfer(session, command, payment, payee, vault)
    transfer.amount_minor, transfer.currency = amount.minor, amount.currency
    transfer.iban_index, transfer.queue_reason = iban_index, queue_reason
    transfer.name_check = check_name(payee.name, names)
    transfer.asked_by, transfer.asked_at = scope_of(session).actor, now
    session.add(transfer)
    await session.flush()
    return transfer


def place(payment: Payment, minor: int, queue_reason: str | None) -> None:
    """Take from the payment's rest, or give back when negative."""
    payment.allocated_minor += minor
    trigger = payment_trigger(payment.amount_minor, payment.allocated_minor)
    payment.status = after(PAYMENT, "payment", payment.status, trigger)
    payment.queue_reason = None if payment.status == "allocated" else queue_reason
    payment.version += 1


def _amount(command: AskTransfer, payment: Payment | None) -> Money:
    if payment is None:
        if command.kind != "levy" or command.amount is None:
            raise InvalidInput.field("payment_id", "name the payment, or a levy and its amount")
        amount = command.amount
    else:
        if command.kind == "levy":
            raise InvalidInput.field("payment_id", "a levy is not paid out of one payment")
        if payment.status not in {"unallocated", "partly_allocated"}:
            raise NothingToRefund(
                f"the payment is {payment.status}: nothing of it is left that is neither allocated"
                " nor asked back already",
                state=payment.status,
            )
        rest = Money(payment.amount_minor - payment.allocated_minor, payment.currency)
        amount = command.amount or rest
        if amount.currency != rest.currency or amount > rest:
            raise NothingToRefund(f"only {rest} of the payment is not allocated")
    if amount.currency != "EUR" or amount.minor <= 0:
        raise InvalidInput.field("amount", "SEPA transfers are more than nothing, in euro")
    return amount


async def _payer(
    session: WriteSession, payment: Payment | None, kind: str, vault: Vault
) -> Payee | None:
    """Where the money came from by the bank's line; for a refund, else where the customer's
    mandate is."""
    if payment is None:
        return None
    line = await transfers.line_of(session, payment)
    told = (await show_texts(session, [line], vault=vault)).get(line.id) if line else None
    if told is not None and told.iban and account_fault(told.iban) is None:
        return Payee(name=told.name or "", iban=normalise_iban(told.iban), text=None)
    if kind == "return_to_sender" or payment.customer_id is None:
        return None
    mandate = await transfers.mandate_of(session, payment.customer_id)
    if mandate is None:
        return None
    party = (await show_parties(session, [mandate], vault=vault))[mandate.id]
    if party.iban is None:
        return None
    return Payee(name=party.account_holder or "", iban=party.iban, text=None)


def _payee(command: AskTransfer, payer: Payee | None) -> Payee:
    if command.kind == "return_to_sender" and (command.iban or payer is None):
        raise Conflict("only money whose sender's IBAN the bank told is returned, and only there")
    iban = command.iban or (payer.iban if payer else None)
    name = command.name or (payer.name if payer else None)
    if not iban or not name:
        raise InvalidInput.field("iban", "nothing tells the payee's account and name: give both")
    fault = account_fault(iban)
    if fault is not None:
        raise InvalidInput.field("iban", fault)
    return Payee(name=name, iban=normalise_iban(iban), text=command.text)


async def _transfer(
    session: WriteSession,
    command: AskTransfer,
    payment: Payment | None,
    payee: Payee,
    vault: Vault,
) -> Transfer:
    creditor_id = scope_of(session).creditor_id
    customer_id = payment.customer_id if payment is not None else None
    owner = customer_id or creditor_id
    cipher = (await vault.open_or_create(session, [owner]))[owner]
    if cipher.erased:
        raise Conflict("the customer of this payment was erased: return it to its sender by hand")
    return Transfer(
        id=uuid7(),
        creditor_id=creditor_id,
        version=1,
        kind=command.kind,
        status="asked",
        payment_id=command.payment_id,
        customer_id=customer_id,
        sealed_for=owner,
        payee_sealed=cipher.encrypt(PAYEE_FIELD, payee.sealable()),
    )
