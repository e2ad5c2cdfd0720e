"""Which templates there are, what each needs to know, and which of them have legal effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from services.notifications.domain import facts as f
from shared.errors import InvalidInput, Problem


class TemplateName(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    FRIENDLY_REMINDER = "friendly_reminder"
    SECOND_REMINDER = "second_reminder"
    FOURTEEN_DAY_LETTER = "fourteen_day_letter"
    FINAL_DEMAND = "final_demand"
    ARRANGEMENT_CONFIRMED = "arrangement_confirmed"
    ARRANGEMENT_BROKEN = "arrangement_broken"
    ARRANGEMENT_COMPLETED = "arrangement_completed"
    DIRECT_DEBIT_ANNOUNCED = "direct_debit_announced"
    DIRECT_DEBIT_REVOKED = "direct_debit_revoked"
    DIRECT_DEBIT_RETURNED = "direct_debit_returned"
    DISPUTE_RECEIVED = "dispute_received"
    DISPUTE_RESOLVED = "dispute_resolved"
    PAYMENT_RECEIVED = "payment_received"


@dataclass(frozen=True, slots=True)
class Template:
    """`legal`: a term or a right hangs on it, so its arrival may have to be proven.

    `pdf_with_email`: the PDF goes along as an attachment, because it is a document to keep.
    """

    name: TemplateName
    facts: type[f.Facts]
    legal: bool = False
    pdf_with_email: bool = False


TEMPLATES: dict[TemplateName, Template] = {
    template.name: template
    for template in (
        Template(TemplateName.INVOICE, f.InvoiceFacts, pdf_with_email=True),
        Template(TemplateName.CREDIT_NOTE, f.CreditNoteFacts, pdf_with_email=True),
        Template(TemplateName.FRIENDLY_REMINDER, f.ReminderFacts),
        Template(TemplateName.SECOND_REMINDER, f.ReminderFacts),
        Template(
            TemplateName.FOURTEEN_DAY_LETTER,
            f.FourteenDayLetterFacts,
            legal=True,
            pdf_with_email=True,
        ),
        Template(TemplateName.FINAL_DEMAND, f.ReminderFacts, legal=True, pdf_with_email=True),
        Template(TemplateName.ARRANGEMENT_CONFIRMED, f.ArrangementConfirmedFacts),
        Template(TemplateName.ARRANGEMENT_BROKEN, f.ArrangementBrokenFacts),
        Template(TemplateName.ARRANGEMENT_COMPLETED, f.ArrangementCompletedFacts),
        Template(TemplateName.DIRECT_DEBIT_ANNOUNCED, f.DebitAnnouncedFacts),
        Template(TemplateName.DIRECT_DEBIT_REVOKED, f.DebitRevokedFacts),
        Template(TemplateName.DIRECT_DEBIT_RETURNED, f.DirectDebitReturnedFacts),
        Template(TemplateName.DISPUTE_RECEIVED, f.DisputeReceivedFacts),
        Template(TemplateName.DISPUTE_RESOLVED, f.DisputeResolvedFacts),
        Template(TemplateName.PAYMENT_RECEIVED, f.PaymentReceivedFacts),
    )
}


def read_facts(name: TemplateName, raw: Mapping[str, Any]) -> f.Facts:
    """Facts from JSON. Raises `InvalidInput` that names each field and repeats no value."""
    try:
        return TEMPLATES[name].facts.model_validate(raw)
    except ValidationError as error:
        complaints: dict[str, str] = {}
        for found in error.errors(include_input=False, include_url=False):
            complaints.setdefault(_field(found["loc"]), found["msg"])
        # What is wrong inside a field makes the field itself wrong; the innermost says most.
        problems = [
            Problem(field, message)
            for field, message in complaints.items()
            if not any(other.startswith(f"{field}.") for other in complaints)
        ]
        raise InvalidInput(f"the facts do not fit {name.value}", problems) from None


def _field(steps: tuple[int | str, ...]) -> str:
    """`invoices.0.due_on`, without the validator's own steps such as `is-instance[Money]`."""
    named = (step for step in map(str, steps) if step.isdigit() or step.isidentifier())
    return ".".join(named) or "facts"
