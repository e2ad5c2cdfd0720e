"""Tables and payment boxes made from the facts, with the labels of a language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from services.notifications.domain.facts import Facts, InvoiceLine, PayableInvoices
from services.notifications.domain.facts.arrangement import (
    ArrangementBrokenFacts,
    ArrangementConfirmedFacts,
)
from services.notifications.domain.facts.billing import InvoicedLines, InvoiceFacts
from services.notifications.domain.facts.debit import DebitAnnouncedFacts, DebitRevokedFacts
from services.notifications.domain.facts.parts import Instalment
from services.notifications.domain.facts.relation import PaymentReceivedFacts
from services.notifications.domain.parties import Creditor, Customer
from services.notifications.rendering.document import Field, PaymentBox, Table
from services.notifications.rendering.formats import Formats, grouped
from shared.money import Money

F = TypeVar("F", bound=Facts)


@dataclass(frozen=True, slots=True)
class Desk:
    """What every block needs: the facts, both parties, and the ways of a language."""

    facts: Facts
    creditor: Creditor
    customer: Customer
    formats: Formats
    labels: dict[str, str]


def invoices(desk: Desk) -> Table:
    """The open invoices, the parts of what is open, and the total."""
    facts = _expect(desk, PayableInvoices)
    label, formats = desk.labels, desk.formats
    # With several references none can stand for the whole, so each row shows its own.
    by_row = facts.pay_reference is None and any(item.reference for item in facts.invoices)
    extra_head = (label["reference"],) if by_row else ()
    rows = tuple(
        (
            item.number,
            formats.short_day(item.issued_on),
            formats.short_day(item.due_on),
            *((grouped(item.reference or ""),) if by_row else ()),
            formats.money(item.open_principal),
        )
        for item in facts.invoices
    )
    return Table(
        title=label["open_invoices"],
        head=(label["invoice"], label["issued_on"], label["due_on"], *extra_head, label["open"]),
        align=("left", "left", "left", *(("left",) if by_row else ()), "right"),
        rows=rows,
        totals=_open_totals(facts, desk),
        stretch=3 if by_row else 2,
    )


def lines(desk: Desk) -> Table:
    """The lines of an invoice, VAT per rate, levies for other authorities, the total."""
    facts = _expect(desk, InvoicedLines)
    label, formats = desk.labels, desk.formats
    totals = [(label["net"], formats.money(_net_of_supplies(facts)))]
    for row in facts.vat_rows:
        text = label["vat_over"].format(
            percent=formats.percent(row.rate), net=formats.money(row.net)
        )
        totals.append((text, formats.money(row.vat)))
    totals += [(_levy_label(line, label), formats.money(line.net)) for line in facts.levies]
    totals.append((label["total"], formats.money(facts.total)))
    return Table(
        title=label["specification"],
        head=(
            label["description"],
            label["quantity"],
            label["unit_price"].format(currency=facts.total.currency),
            label["vat"],
            label["amount"],
        ),
        align=("left", "right", "right", "right", "right"),
        rows=tuple(_line_row(line, desk) for line in facts.supplies),
        totals=tuple(totals),
    )


def readings(desk: Desk) -> Table:
    facts = _expect(desk, InvoiceFacts)
    label, formats = desk.labels, desk.formats
    return Table(
        title=label["readings"],
        head=(label["meter"], label["read_from"], label["read_to"], label["used"]),
        align=("left", "right", "right", "right"),
        rows=tuple(
            (
                reading.meter,
                formats.number(reading.read_from),
                formats.number(reading.read_to) + (label["estimated"] if reading.estimated else ""),
                f"{formats.number(reading.read_to - reading.read_from)} {reading.unit}",
            )
            for reading in facts.readings
        ),
    )


def schedule(desk: Desk) -> Table:
    """The terms of an arrangement: all of them, or the missed ones of a broken one."""
    if isinstance(desk.facts, ArrangementBrokenFacts):
        return _terms(desk, desk.facts.missed, desk.facts.missed_total, "missed_terms")
    facts = _expect(desk, ArrangementConfirmedFacts)
    return _terms(desk, facts.instalments, facts.total, "terms")


def applied(desk: Desk) -> Table:
    """Which invoices a payment went to, and what each still has open."""
    facts = _expect(desk, PaymentReceivedFacts)
    label, formats = desk.labels, desk.formats
    return Table(
        title=label["applied"],
        head=(label["invoice"], label["paid"], label["left_open"]),
        align=("left", "right", "right"),
        rows=tuple(
            (item.invoice_number, formats.money(item.amount), formats.money(item.left_open))
            for item in facts.applied
        ),
    )


def debits(desk: Desk) -> Table:
    """What will be collected, or will not be, each debit by itself as the bank shows it."""
    facts = _expect(desk, DebitAnnouncedFacts)
    is_revoked = isinstance(facts, DebitRevokedFacts)
    label, formats = desk.labels, desk.formats
    totals = ((label["total"], formats.money(facts.total)),) if len(facts.debits) > 1 else ()
    return Table(
        title=label["revoked_debits" if is_revoked else "debits"],
        head=(label["invoice"], label["amount"]),
        align=("left", "right"),
        rows=tuple((debit.number, formats.money(debit.amount)) for debit in facts.debits),
        totals=totals,
    )


TABLES = {
    "invoices": invoices,
    "lines": lines,
    "readings": readings,
    "schedule": schedule,
    "applied": applied,
    "debits": debits,
}


def payment_box(desk: Desk, amount: Money, by: date | None) -> PaymentBox:
    """How to pay `amount`: online when there is a link, and by transfer always."""
    label, formats = desk.labels, desk.formats
    fields = [Field(label["amount"], formats.money(amount))]
    if by is not None:
        fields.append(Field(label["pay_by"], formats.day(by)))
    fields += [
        Field(label["iban"], grouped(desk.creditor.iban), code=True),
        Field(label["account_holder"], desk.creditor.name),
        _quote(desk),
    ]
    link = getattr(desk.facts, "link", None)
    return PaymentBox(label["how_to_pay"], tuple(fields), link, label["pay_online"])


def _quote(desk: Desk) -> Field:
    """What to write with the transfer, so that the money finds its invoices."""
    facts = desk.facts
    if isinstance(facts, PayableInvoices):
        reference = facts.pay_reference
    else:
        reference = getattr(facts, "reference", None)
    if reference is not None:
        return Field(desk.labels["reference"], grouped(reference), code=True)
    numbers = getattr(facts, "invoice_numbers", ())
    return Field(desk.labels["remittance"], ", ".join((desk.customer.number, *numbers)), code=True)


def _open_totals(facts: PayableInvoices, desk: Desk) -> tuple[tuple[str, str], ...]:
    label, money = desk.labels, desk.formats.money
    extra = [("interest", facts.open_interest), ("costs", facts.open_costs)]
    totals = [(label[name], money(amount)) for name, amount in extra if amount]
    if totals:
        totals.insert(0, (label["principal"], money(facts.principal)))
    return (*totals, (label["total_to_pay"], money(facts.total)))


def _net_of_supplies(facts: InvoicedLines) -> Money:
    return Money.total((line.net for line in facts.supplies), facts.total.currency)


def _levy_label(line: InvoiceLine, label: dict[str, str]) -> str:
    if line.on_behalf_of is None:
        return line.description
    return label["levy_for"].format(levy=line.description, authority=line.on_behalf_of)


def _line_row(line: InvoiceLine, desk: Desk) -> tuple[str, ...]:
    formats = desk.formats
    quantity = "" if line.quantity is None else formats.number(line.quantity)
    # Units that tariffs name by a code have a word in each language; others stand as they are.
    unit = desk.labels.get(f"unit_{line.unit}", line.unit)
    return (
        line.description,
        f"{quantity} {unit}" if quantity and unit else quantity,
        "" if line.unit_price is None else formats.unit_price(line.unit_price),
        formats.percent(line.vat_rate),
        formats.money(line.net),
    )


def _terms(desk: Desk, terms: tuple[Instalment, ...], total: Money, title: str) -> Table:
    label, formats = desk.labels, desk.formats
    return Table(
        title=label[title],
        head=(label["term"], label["pay_by"], label["amount"]),
        align=("left", "left", "right"),
        rows=tuple(
            (str(term.number), formats.day(term.due_on), formats.money(term.amount))
            for term in terms
        ),
        totals=((label["total"], formats.money(total)),),
        stretch=1,
    )


def _expect(desk: Desk, kind: type[F]) -> F:
    if not isinstance(desk.facts, kind):
        raise TypeError(f"this block shows {kind.__name__}, not {type(desk.facts).__name__}")
    return desk.facts
