"""What is to be said, as an event asks for it: one request per cause, with the facts to tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from services.notifications.domain.credit import credited_lines
from services.notifications.domain.facts import InvoiceLine
from services.notifications.domain.templates import TemplateName
from shared.events.billing import InvoiceCredited, InvoiceIssued
from shared.events.collections import ClaimItem, MessageRequested
from shared.events.payments import DebitAnnounced
from shared.ids import derived_id
from shared.money import Money

Awaited = Literal["link", "mandate"]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRequest:
    """`facts` is JSON for the template's facts; `awaits` may arrive later and goes along then."""

    message_id: UUID
    cause_id: UUID
    customer_id: UUID
    template: str
    facts: Json
    case_id: UUID | None = None
    invoice_id: UUID | None = None
    awaits: Awaited | None = None


def request_of_invoice(event: InvoiceIssued) -> MessageRequest:
    """The invoice is its own cause, so it is sent once however often it is told of."""
    facts = event.model_dump(
        mode="json",
        include={
            "number",
            "issued_on",
            "due_on",
            "period_from",
            "period_to",
            "net",
            "vat",
            "total",
            "collection",
        },
    )
    facts["lines"] = [line.model_dump(mode="json") for line in event.lines]
    facts["reference"] = event.payment_reference or event.rf_reference
    awaits: Awaited | None = None
    if event.total.minor > 0:
        awaits = "mandate" if event.collection == "direct_debit" else "link"
    return MessageRequest(
        message_id=derived_id(event.invoice_id, "message"),
        cause_id=event.invoice_id,
        customer_id=event.customer_id,
        template=TemplateName.INVOICE,
        facts=facts,
        invoice_id=event.invoice_id,
        awaits=awaits,
    )


def request_of_credit_note(
    event: InvoiceCredited, invoice_lines: Sequence[InvoiceLine]
) -> MessageRequest:
    """`invoice_lines` are those of the credited invoice: the note takes back a share of each.

    Without them the facts stay incomplete, and the message is refused for a person to look at:
    a credit note states its VAT (Wet op de omzetbelasting 1968, art. 35a).
    """
    lines = credited_lines(invoice_lines, event.amount)
    vat = Money.total((line.vat for line in lines), event.amount.currency)
    facts: Json = {
        "number": event.number,
        "issued_on": event.issued_on.isoformat(),
        "credited_invoice": event.invoice_number,
        "reason": event.reason or None,
        "lines": [line.model_dump(mode="json") for line in lines],
        "net": _json(event.amount - vat),
        "vat": _json(vat),
        "total": _json(event.amount),
        "settlement": "offset",
        "still_open": _json(event.receivable.open),
    }
    return MessageRequest(
        message_id=derived_id(event.credit_note_id, "message"),
        cause_id=event.credit_note_id,
        customer_id=event.customer_id,
        template=TemplateName.CREDIT_NOTE,
        facts=facts,
        invoice_id=event.invoice_id,
    )


def request_of_announcement(event: DebitAnnounced) -> MessageRequest:
    """One message for all that is collected at once: each of its debits tells of the whole."""
    cause_id = event.announcement_id or event.debit_id
    facts = event.model_dump(
        mode="json", include={"collect_on", "mandate_reference", "sepa_creditor_id", "scheme"}
    )
    facts["debits"] = [
        {
            "debit_id": str(debit.debit_id),
            "number": debit.invoice_number,
            "amount": _json(debit.amount),
        }
        for debit in event.debits
    ]
    return MessageRequest(
        message_id=derived_id(cause_id, "message"),
        cause_id=cause_id,
        customer_id=event.customer_id,
        template=TemplateName.DIRECT_DEBIT_ANNOUNCED,
        facts=facts,
    )


def request_of_revocation(
    announcement_id: UUID, customer_id: UUID, announced: Json, ended: Sequence[UUID]
) -> MessageRequest:
    """What `announced` of these debits left already. `announcement_id` is the message's own."""
    cause_id = derived_id(announcement_id, "revocation", min(ended))
    return MessageRequest(
        message_id=derived_id(cause_id, "message"),
        cause_id=cause_id,
        customer_id=customer_id,
        template=TemplateName.DIRECT_DEBIT_REVOKED,
        facts={**announced, "announcement_id": str(announcement_id)},
    )


def request_of_step(event: MessageRequested) -> MessageRequest:
    """What a case asks for. One invoice alone has its payment link go along."""
    return MessageRequest(
        message_id=event.message_id,
        cause_id=event.cause_id,
        customer_id=event.customer_id,
        template=event.template,
        facts=_step_facts(event),
        case_id=event.case_id,
        invoice_id=event.items[0].invoice_id if len(event.items) == 1 else None,
    )


def _step_facts(event: MessageRequested) -> Json:
    """All that any template may ask; each takes what it knows and ignores the rest."""
    day = event.requested_on.isoformat()
    instalments = [item.model_dump(mode="json") for item in event.instalments]
    case_number = event.case_number or (event.case_id.hex[-8:].upper() if event.case_id else None)
    facts: Json = {
        "invoices": [_open_invoice(item) for item in event.items],
        "invoice_numbers": [item.number for item in event.items],
        "reference": _reference(event.items[0]) if len(event.items) == 1 else None,
        "pay_by": _iso(event.pay_by),
        "costs": _json(event.costs_if_unpaid),
        "instalments": instalments,
        "missed": instalments,
        "agreed_on": _iso(event.agreed_on),
        "restore_by": _iso(event.restore_by),
        "completed_on": day,
        "total": _json(event.total_open),
        "amount": _json(event.total_open),
        "returned_on": day,
        "return_code": event.return_code,
        "case_number": case_number,
        "received_on": _iso(event.received_on) or day,
        "answer_by": _iso(event.answer_by),
        "disputed": _json(event.total_open),
        "outcome": event.outcome,
        "explanation": event.note,
        "still_open": _json(event.total_open),
    }
    if event.template == TemplateName.ARRANGEMENT_CONFIRMED:
        facts["agreed_on"] = facts["agreed_on"] or day
    if event.template == TemplateName.ARRANGEMENT_COMPLETED and event.instalments:
        amounts = [item.amount for item in event.instalments]
        facts["total"] = _json(Money.total(amounts, amounts[0].currency))
    return {name: value for name, value in facts.items() if value is not None}


def _open_invoice(item: ClaimItem) -> Json:
    return {
        "number": item.number,
        "issued_on": item.issued_on.isoformat(),
        "due_on": item.due_on.isoformat(),
        "open_principal": _json(item.open_principal),
        "open_costs": _json(item.open_costs) if item.open_costs else None,
        "open_interest": _json(item.open_interest) if item.open_interest else None,
        "reference": _reference(item),
    }


def _reference(item: ClaimItem) -> str:
    return item.payment_reference or item.rf_reference


def _json(money: Money | None) -> Json | None:
    return None if money is None else {"amount": money.minor, "currency": money.currency}


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
