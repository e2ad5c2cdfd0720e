"""The facts each template needs: typed, frozen, checked where they enter."""

from services.notifications.domain.facts.arrangement import (
    ArrangementBrokenFacts,
    ArrangementCompletedFacts,
    ArrangementConfirmedFacts,
)
from services.notifications.domain.facts.billing import (
    CreditNoteFacts,
    CreditSettlement,
    DirectDebit,
    InvoiceFacts,
    InvoiceLine,
    MeterReading,
)
from services.notifications.domain.facts.debit import (
    AnnouncedDebit,
    DebitAnnouncedFacts,
    DebitRevokedFacts,
)
from services.notifications.domain.facts.dunning import (
    DirectDebitReturnedFacts,
    FourteenDayLetterFacts,
    ReminderFacts,
    ReturnReason,
)
from services.notifications.domain.facts.parts import (
    Facts,
    Instalment,
    InterestPeriod,
    OpenInvoice,
    PayableInvoices,
)
from services.notifications.domain.facts.relation import (
    AppliedPayment,
    DisputeOutcome,
    DisputeReceivedFacts,
    DisputeResolvedFacts,
    PaymentReceivedFacts,
)

__all__ = [
    "AnnouncedDebit",
    "AppliedPayment",
    "ArrangementBrokenFacts",
    "ArrangementCompletedFacts",
    "ArrangementConfirmedFacts",
    "CreditNoteFacts",
    "CreditSettlement",
    "DebitAnnouncedFacts",
    "DebitRevokedFacts",
    "DirectDebit",
    "DirectDebitReturnedFacts",
    "DisputeOutcome",
    "DisputeReceivedFacts",
    "DisputeResolvedFacts",
    "Facts",
    "FourteenDayLetterFacts",
    "Instalment",
    "InterestPeriod",
    "InvoiceFacts",
    "InvoiceLine",
    "MeterReading",
    "OpenInvoice",
    "PayableInvoices",
    "PaymentReceivedFacts",
    "ReminderFacts",
    "ReturnReason",
]
