"""The topics and what each holds. Partition counts are configuration."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    name: str
    compacted: bool = False
    retention_days: int = 30

    @property
    def dead_letters(self) -> str:
        return f"{self.name}.dlq"


CUSTOMERS = Topic("inning.billing.customers", compacted=True)
INVOICES = Topic("inning.billing.invoices")
RUNS = Topic("inning.billing.runs")
PAYMENTS = Topic("inning.payments.payments")
CASES = Topic("inning.collections.cases")
MESSAGES = Topic("inning.notifications.messages")

TOPICS = (CUSTOMERS, INVOICES, RUNS, PAYMENTS, CASES, MESSAGES)
