"""The rows of payments. Every row carries its creditor; money is minor units beside a currency."""

from services.payments.models.debits import Debit, DebitBatch
from services.payments.models.declarative import Base
from services.payments.models.matching import Allocation, Hold, OpenItem, Payment
from services.payments.models.online import (
    PayoutSettlement,
    ProviderPayment,
    ProviderPayout,
    WebhookEvent,
)
from services.payments.models.parties import BankAccount, Creditor, Customer, KnownIban, Mandate
from services.payments.models.statements import BankLine, BankStatement, StatementFile

__all__ = [
    "Allocation",
    "BankAccount",
    "BankLine",
    "BankStatement",
    "Base",
    "Creditor",
    "Customer",
    "Debit",
    "DebitBatch",
    "Hold",
    "KnownIban",
    "Mandate",
    "OpenItem",
    "Payment",
    "PayoutSettlement",
    "ProviderPayment",
    "ProviderPayout",
    "StatementFile",
    "WebhookEvent",
]
