"""The rows of payments. Every row carries its creditor; money is minor units beside a currency."""

from services.payments.models.debits import Debit, DebitBatch
from services.payments.models.declarative import Base
from services.payments.models.desk import (
    DeskSettings,
    PaymentNote,
    PayoutMark,
    PayoutNote,
    QueueMark,
)
from services.payments.models.links import CollectionCase, PageSettings, PageVisit, PaymentLink
from services.payments.models.matching import Allocation, Hold, OpenItem, Payment
from services.payments.models.online import (
    PayoutPart,
    PayoutSettlement,
    ProviderPayment,
    ProviderPayout,
    ProviderReversal,
    WebhookEvent,
)
from services.payments.models.parties import (
    BankAccount,
    Creditor,
    Customer,
    KnownIban,
    Mandate,
    MatchSettings,
    RememberedPayer,
)
from services.payments.models.remittances import (
    Remittance,
    RemittancePart,
    RemittanceSender,
    RemittanceStray,
)
from services.payments.models.reversals import BankReversal, BankReversalPart, ReversalNote
from services.payments.models.statements import (
    BankEntry,
    BankLine,
    BankStatement,
    FetchedFile,
    StatementFile,
)
from services.payments.models.transfers import SepaSettings, StatusReport, Transfer, TransferFile

__all__ = [
    "Allocation",
    "BankAccount",
    "BankEntry",
    "BankLine",
    "BankReversal",
    "BankReversalPart",
    "BankStatement",
    "Base",
    "CollectionCase",
    "Creditor",
    "Customer",
    "Debit",
    "DebitBatch",
    "DeskSettings",
    "FetchedFile",
    "Hold",
    "KnownIban",
    "Mandate",
    "MatchSettings",
    "OpenItem",
    "PageSettings",
    "PageVisit",
    "Payment",
    "PaymentLink",
    "PaymentNote",
    "PayoutMark",
    "PayoutNote",
    "PayoutPart",
    "PayoutSettlement",
    "ProviderPayment",
    "ProviderPayout",
    "ProviderReversal",
    "QueueMark",
    "RememberedPayer",
    "Remittance",
    "RemittancePart",
    "RemittanceSender",
    "RemittanceStray",
    "ReversalNote",
    "SepaSettings",
    "StatementFile",
    "StatusReport",
    "Transfer",
    "TransferFile",
    "WebhookEvent",
]
