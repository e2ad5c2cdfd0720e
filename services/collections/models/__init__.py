"""The rows of collections. Every row carries its creditor; money is minor units and a currency."""

from services.collections.models.agreements import (
    Arrangement,
    ArrangementInstalment,
    CustomerFlag,
    Dispute,
    Hold,
)
from services.collections.models.bailiffs import Bailiff
from services.collections.models.cases import (
    Case,
    Charge,
    DecisionTaken,
    NumberSeries,
    Step,
    StepClaim,
)
from services.collections.models.declarative import Base
from services.collections.models.projections import (
    BankAccount,
    Claim,
    Creditor,
    Customer,
    Debit,
    Movement,
    ProviderPayment,
)
from services.collections.models.worklist import WorklistItem

__all__ = [
    "Arrangement",
    "ArrangementInstalment",
    "Bailiff",
    "BankAccount",
    "Base",
    "Case",
    "Charge",
    "Claim",
    "Creditor",
    "Customer",
    "CustomerFlag",
    "Debit",
    "DecisionTaken",
    "Dispute",
    "Hold",
    "Movement",
    "NumberSeries",
    "ProviderPayment",
    "Step",
    "StepClaim",
    "WorklistItem",
]
