"""Facts, parties and messages of the notifications service, with generated names."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from services.notifications.domain import facts as f
from services.notifications.domain.message import Channel
from services.notifications.domain.parties import Creditor, Customer, PostalAddress
from services.notifications.domain.rendered import RenderedMessage
from services.notifications.domain.templates import TemplateName
from services.notifications.rendering.render import render
from shared.ids import uuid7
from shared.money import Money

WRITTEN_AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
MESSAGE_ID = UUID("019ab000-0000-7000-8000-000000000001")
LINK = "https://betalen.merewater.example/p/7Q2K-9XFM-3D"
KENMERK = "5000056789012345"


def eur(text: str) -> Money:
    return Money.parse(text, "EUR")


def a_creditor(**changes: object) -> Creditor:
    values: dict[str, object] = {
        "name": "Merewater",
        "address": {
            "street": "Pompstraat",
            "house_number": "12",
            "postcode": "3511 AB",
            "city": "Utrecht",
        },
        "iban": "NL86 INGB 0002 4455 88",
        "email": "klant@merewater.example",
        "phone": "030 123 45 67",
        "website": "www.merewater.example",
        "company_number": "12345678",
        "vat_number": "NL001234567B01",
        "sepa_creditor_id": "NL59ZZZ123456780000",
        "supplies_drinking_water": True,
        "debt_help_website": "www.schuldhulp.example",
        "complaints_link": "https://www.merewater.example/klacht",
    }
    return Creditor.model_validate(values | changes)


def a_plain_creditor() -> Creditor:
    """Only what every creditor has."""
    return Creditor.model_validate(
        {
            "name": "Woonhof",
            "address": {"street": "Kade 1", "postcode": "3511 AC", "city": "Utrecht"},
            "iban": "NL91ABNA0417164300",
            "email": "huur@woonhof.example",
        }
    )


def a_customer(**changes: object) -> Customer:
    values: dict[str, object] = {
        "name": "Sanne de Wilde-Ørsted",
        "number": "10023817",
        "email": "sanne@post.example",
        "address": PostalAddress(
            street="Lindelaan", house_number="7 B", postcode="3581 XZ", city="Utrecht"
        ),
    }
    return Customer.model_validate(values | changes)


def open_invoices() -> tuple[f.OpenInvoice, ...]:
    return (
        f.OpenInvoice(
            number="2026-0004711",
            issued_on=date(2026, 7, 31),
            due_on=date(2026, 8, 31),
            open_principal=eur("82.60"),
            open_interest=eur("0.63"),
            reference=KENMERK,
        ),
        f.OpenInvoice(
            number="2026-0005822",
            issued_on=date(2026, 8, 31),
            due_on=date(2026, 9, 30),
            open_principal=eur("60.00"),
            reference="3202600012345678",
        ),
    )


def one_open_invoice() -> tuple[f.OpenInvoice, ...]:
    return (
        f.OpenInvoice(
            number="2026-0004711",
            issued_on=date(2026, 7, 31),
            due_on=date(2026, 8, 31),
            open_principal=eur("142.60"),
            reference=KENMERK,
        ),
    )


def instalments() -> tuple[f.Instalment, ...]:
    return tuple(
        f.Instalment(number=at, due_on=date(2026, at + 8, 27), amount=eur("35.65"))
        for at in range(1, 5)
    )


def water_lines() -> dict[str, object]:
    """Water of 2024 as the worked example has it (100 m3), with a municipal levy beside it."""
    return {
        "lines": (
            f.InvoiceLine(
                description="Drinkwater",
                quantity=Decimal(100),
                unit="m³",
                unit_price=Decimal("1.62"),
                net=eur("162.00"),
                vat_rate=Decimal("0.09"),
                vat=eur("14.58"),
            ),
            f.InvoiceLine(
                description="Vastrecht aansluiting",
                quantity=Decimal(12),
                unit="maanden",
                unit_price=Decimal("5.929167"),
                net=eur("71.15"),
                vat_rate=Decimal("0.09"),
                vat=eur("6.40"),
            ),
            f.InvoiceLine(
                description="Belasting op leidingwater",
                quantity=Decimal(100),
                unit="m³",
                unit_price=Decimal("0.420"),
                net=eur("42.00"),
                vat_rate=Decimal("0.09"),
                vat=eur("3.78"),
            ),
            f.InvoiceLine(
                description="Meterplaatsing op verzoek",
                net=eur("50.00"),
                vat_rate=Decimal("0.21"),
                vat=eur("10.50"),
            ),
            f.InvoiceLine(
                description="Rioolheffing",
                net=eur("96.40"),
                vat_rate=Decimal(0),
                vat=eur("0.00"),
                levy=True,
                on_behalf_of="gemeente Utrecht",
            ),
        ),
        "net": eur("421.55"),
        "vat": eur("35.26"),
        "total": eur("456.81"),
    }


def one_line() -> dict[str, object]:
    return {
        "lines": (
            f.InvoiceLine(
                description="Huur", net=eur("650.00"), vat_rate=Decimal(0), vat=eur("0.00")
            ),
        ),
        "net": eur("650.00"),
        "vat": eur("0.00"),
        "total": eur("650.00"),
    }


NUMBERS = ("2026-0004711", "2026-0005822")


def announced_debits(amounts: tuple[str, ...], **changes: object) -> f.DebitAnnouncedFacts:
    values: dict[str, object] = {
        "collect_on": date(2026, 12, 14),
        "mandate_reference": "M-2026-000077",
        "sepa_creditor_id": "NL59ZZZ123456780000",
        "scheme": "core",
        "debits": tuple(
            f.AnnouncedDebit(debit_id=uuid7(), number=number, amount=eur(amount))
            for number, amount in zip(NUMBERS, amounts, strict=False)
        ),
    }
    return f.DebitAnnouncedFacts.model_validate(values | changes)


def revoked_debits(amounts: tuple[str, ...], *remaining: str) -> f.DebitRevokedFacts:
    """Those that will not take place, and those announced with them that will."""
    still = announced_debits(remaining).debits if remaining else ()
    return f.DebitRevokedFacts.model_validate(
        {**dict(announced_debits(amounts)), "remaining": still}
    )


def full_facts() -> dict[TemplateName, f.Facts]:
    """Everything a template can tell."""
    return {**_billed(), **_reminded(), **_arranged(), **_disputed_and_paid()}


def _billed() -> dict[TemplateName, f.Facts]:
    return {
        TemplateName.INVOICE: f.InvoiceFacts.model_validate(
            water_lines()
            | {
                "number": "2026-0004711",
                "issued_on": date(2026, 11, 23),
                "due_on": date(2026, 12, 14),
                "period_from": date(2025, 11, 1),
                "period_to": date(2026, 10, 31),
                "supply_address": "Lindelaan 7 B, Utrecht",
                "readings": (
                    f.MeterReading(
                        meter="WM-448812",
                        read_from=Decimal(1204),
                        read_to=Decimal(1304),
                        estimated=True,
                    ),
                ),
                "reference": KENMERK,
                "link": LINK,
            }
        ),
        TemplateName.CREDIT_NOTE: f.CreditNoteFacts.model_validate(
            water_lines()
            | {
                "number": "C2026-000091",
                "issued_on": date(2026, 11, 23),
                "credited_invoice": "2026-0004711",
                "reason": "Uw meter was verwisseld met die van de buren.\n\nDat spijt ons.",
                "settlement": "offset",
                "still_open": eur("12.00"),
            }
        ),
    }


def _reminded() -> dict[TemplateName, f.Facts]:
    many: dict[str, object] = {"invoices": open_invoices(), "link": LINK}
    reminder = f.ReminderFacts.model_validate(
        many
        | {
            "pay_by": date(2026, 12, 7),
            "previous_reminder_on": date(2026, 11, 2),
            "paid_until": date(2026, 11, 21),
        }
    )
    return {
        TemplateName.FRIENDLY_REMINDER: reminder,
        TemplateName.SECOND_REMINDER: reminder,
        TemplateName.FOURTEEN_DAY_LETTER: f.FourteenDayLetterFacts.model_validate(
            many
            | {
                "costs": eur("48.40"),
                "costs_vat": eur("8.40"),
                "interest_periods": (
                    f.InterestPeriod(
                        amount=eur("0.63"),
                        rate=Decimal("0.04"),
                        from_on=date(2026, 9, 1),
                        to_on=date(2026, 11, 8),
                    ),
                ),
            }
        ),
        TemplateName.FINAL_DEMAND: reminder,
        TemplateName.DIRECT_DEBIT_ANNOUNCED: announced_debits(("82.60", "60.00")),
        TemplateName.DIRECT_DEBIT_REVOKED: revoked_debits(("82.60", "60.00"), "12.00"),
        TemplateName.DIRECT_DEBIT_RETURNED: f.DirectDebitReturnedFacts.model_validate(
            many
            | {
                "amount": eur("142.60"),
                "collected_on": date(2026, 11, 16),
                "returned_on": date(2026, 11, 19),
                "return_code": "AM04",
                "retry_on": date(2026, 11, 26),
                "pay_by": date(2026, 12, 7),
            }
        ),
    }


def _arranged() -> dict[TemplateName, f.Facts]:
    many: dict[str, object] = {"invoices": open_invoices(), "link": LINK}
    return {
        TemplateName.ARRANGEMENT_CONFIRMED: f.ArrangementConfirmedFacts(
            agreed_on=date(2026, 8, 20),
            instalments=instalments(),
            invoice_numbers=NUMBERS,
            reference=KENMERK,
            link=LINK,
        ),
        TemplateName.ARRANGEMENT_BROKEN: f.ArrangementBrokenFacts.model_validate(
            many
            | {
                "agreed_on": date(2026, 8, 20),
                "missed": instalments()[1:3],
                "restore_by": date(2026, 12, 7),
            }
        ),
        TemplateName.ARRANGEMENT_COMPLETED: f.ArrangementCompletedFacts(
            agreed_on=date(2026, 8, 20),
            completed_on=date(2026, 11, 20),
            total=eur("142.60"),
            invoice_numbers=NUMBERS,
        ),
    }


def _disputed_and_paid() -> dict[TemplateName, f.Facts]:
    return {
        TemplateName.DISPUTE_RECEIVED: f.DisputeReceivedFacts(
            case_number="Z-2026-0088",
            received_on=date(2026, 11, 20),
            invoice_numbers=NUMBERS,
            disputed=eur("60.00"),
            answer_by=date(2026, 12, 4),
        ),
        TemplateName.DISPUTE_RESOLVED: f.DisputeResolvedFacts(
            case_number="Z-2026-0088",
            received_on=date(2026, 11, 20),
            invoice_numbers=NUMBERS,
            outcome=f.DisputeOutcome.PARTLY_UPHELD,
            explanation="De eerste meterstand klopte niet.\n\nDe tweede wel.",
            still_open=eur("42.00"),
            pay_by=date(2026, 12, 21),
            reference=KENMERK,
            link=LINK,
        ),
        TemplateName.PAYMENT_RECEIVED: f.PaymentReceivedFacts(
            received_on=date(2026, 11, 20),
            amount=eur("150.00"),
            applied=(
                f.AppliedPayment(
                    invoice_number="2026-0004711", amount=eur("82.60"), left_open=eur("0.00")
                ),
                f.AppliedPayment(
                    invoice_number="2026-0005822", amount=eur("60.00"), left_open=eur("5.00")
                ),
            ),
            overpaid=eur("7.40"),
            refund=True,
            account_ending="4300",
            reference=KENMERK,
            link=LINK,
        ),
    }


def minimal_facts() -> dict[TemplateName, f.Facts]:
    """The least a template can do with."""
    one: dict[str, object] = {"invoices": one_open_invoice()}
    reminder = f.ReminderFacts.model_validate(one)
    return {
        TemplateName.INVOICE: f.InvoiceFacts.model_validate(
            one_line()
            | {
                "number": "2026-0004711",
                "issued_on": date(2026, 11, 23),
                "due_on": date(2026, 12, 1),
                "reference": KENMERK,
            }
        ),
        TemplateName.CREDIT_NOTE: f.CreditNoteFacts.model_validate(
            one_line()
            | {
                "number": "C2026-000091",
                "issued_on": date(2026, 11, 23),
                "credited_invoice": "2026-0004711",
            }
        ),
        TemplateName.FRIENDLY_REMINDER: reminder,
        TemplateName.SECOND_REMINDER: reminder,
        TemplateName.FOURTEEN_DAY_LETTER: f.FourteenDayLetterFacts.model_validate(
            one | {"costs": eur("40.00")}
        ),
        TemplateName.FINAL_DEMAND: reminder,
        TemplateName.ARRANGEMENT_CONFIRMED: f.ArrangementConfirmedFacts(
            agreed_on=date(2026, 8, 20), instalments=instalments()[:1], reference=KENMERK
        ),
        TemplateName.ARRANGEMENT_BROKEN: f.ArrangementBrokenFacts.model_validate(
            one | {"missed": instalments()[:1]}
        ),
        TemplateName.ARRANGEMENT_COMPLETED: f.ArrangementCompletedFacts(
            completed_on=date(2026, 11, 20), total=eur("142.60")
        ),
        TemplateName.DIRECT_DEBIT_ANNOUNCED: announced_debits(("142.60",), scheme="b2b"),
        TemplateName.DIRECT_DEBIT_REVOKED: revoked_debits(("142.60",)),
        TemplateName.DIRECT_DEBIT_RETURNED: f.DirectDebitReturnedFacts.model_validate(
            one | {"amount": eur("142.60"), "returned_on": date(2026, 11, 19)}
        ),
        TemplateName.DISPUTE_RECEIVED: f.DisputeReceivedFacts(
            case_number="Z-2026-0088",
            received_on=date(2026, 11, 20),
            invoice_numbers=("2026-0004711",),
        ),
        TemplateName.DISPUTE_RESOLVED: f.DisputeResolvedFacts(
            case_number="Z-2026-0088",
            received_on=date(2026, 11, 20),
            invoice_numbers=("2026-0004711",),
            outcome=f.DisputeOutcome.UPHELD,
        ),
        TemplateName.PAYMENT_RECEIVED: f.PaymentReceivedFacts(
            received_on=date(2026, 11, 20), amount=eur("150.00")
        ),
    }


def a_message(
    template: TemplateName = TemplateName.FRIENDLY_REMINDER,
    channel: Channel = Channel.EMAIL,
    *,
    message_id: UUID = MESSAGE_ID,
    customer: Customer | None = None,
) -> RenderedMessage:
    """A finished Dutch message with full facts."""
    return render(
        template,
        "nl",
        channel,
        full_facts()[template],
        a_creditor(),
        customer or a_customer(),
        WRITTEN_AT,
        message_id=message_id,
    )
