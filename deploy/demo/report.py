"""The end of the story: a table per service, and a reconciliation that adds up or fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from deploy.demo.bank import Bank
from deploy.demo.calls import SERVICES, Calls
from shared.gauges import ALL_TOPICS, dead_letters


@dataclass(frozen=True, slots=True)
class Check:
    """Two sides that must be equal, in cents or as counts."""

    name: str
    left: int
    right: int
    money: bool = True

    @property
    def holds(self) -> bool:
        return self.left == self.right


@dataclass(frozen=True, slots=True)
class Outcome:
    billing: dict[str, Any]
    accounts: dict[str, int]
    payments: dict[str, Any]
    collections: dict[str, Any]
    notifications: dict[str, Any]
    checks: list[Check]


async def gather(calls: Calls, bank: Bank, kafka: str) -> Outcome:
    """Ask the four services, the bank and the bus, and hold their answers against each other."""
    billing = await calls.get("billing", "/ledger/reconciliation")
    trial = await calls.get("billing", "/ledger/trial-balance")
    accounts = {row["account"]: row["balance"]["amount"] for row in trial}
    payments = await calls.get("payments", "/reconciliation")
    states = await calls.states()
    letters = await dead_letters(kafka, ALL_TOPICS)
    cents = {name: value["amount"] for name, value in billing.items() if isinstance(value, dict)}
    owed = cents["billed"] + cents["costs"] + cents["interest"]
    gone = cents["paid"] + cents["credited"] + cents["written_off"]
    receivable = sum(value for name, value in accounts.items() if name.startswith("receivable."))
    checks = [
        Check(
            "billed + charged = paid + credited + written off + open - surplus",
            owed,
            gone + cents["open"] - cents["surplus"],
        ),
        Check("open items = receivable accounts of the ledger", cents["open"], receivable),
        Check("all accounts of the ledger sum to zero", sum(accounts.values()), 0),
        Check(
            "bank account of the ledger = the bank's own balance",
            accounts.get("bank", 0),
            bank.balance_cents,
        ),
        *_payment_checks(payments, accounts, bank),
        Check(
            "events waiting in outboxes",
            sum(states[name]["outbox_pending"] for name in SERVICES),
            0,
            money=False,
        ),
        Check(
            "messages waiting before consumers",
            sum(states[name]["consumer_lag"] for name in SERVICES),
            0,
            money=False,
        ),
        Check("dead letters", sum(letters.values()), 0, money=False),
    ]
    return Outcome(
        billing,
        accounts,
        payments,
        await calls.get("collections", "/summary"),
        await calls.get("notifications", "/summary"),
        checks,
    )


def _payment_checks(payments: dict[str, Any], accounts: dict[str, int], bank: Bank) -> list[Check]:
    (account,) = payments["accounts"]
    provider = payments["provider"]
    whole = payments["whole"]
    named = [*account["checks"], *provider["checks"], whole]
    unallocated = account["unallocated"]["amount"] + provider["unallocated"]["amount"]
    return [
        Check(
            "closing balance of the statements = the bank's own balance",
            account["closing"]["amount"],
            bank.balance_cents,
        ),
        *(
            Check(
                check["name"].replace("_", " "), check["left"]["amount"], check["right"]["amount"]
            )
            for check in named
        ),
        Check(
            "unallocated payments = unallocated in the ledger",
            unallocated,
            -accounts.get("unallocated", 0),
        ),
        Check(
            "held by the provider = provider clearing in the ledger",
            provider["in_transit"]["amount"],
            accounts.get("provider_clearing", 0),
        ),
    ]


def show(outcome: Outcome, console: Console) -> bool:
    """Print all tables; True when every check holds."""
    for name in ("billing", "payments", "collections", "notifications"):
        table = Table(title=name, show_header=False, title_justify="left")
        for row in _rows(getattr(outcome, name)):
            table.add_row(*row)
        console.print(table)
    ledger = Table("account", "balance", title="ledger", title_justify="left")
    for account, cents in outcome.accounts.items():
        ledger.add_row(account, _euros(cents))
    console.print(ledger)
    table = Table("must be equal", "left", "right", "", title="reconciliation")
    for check in outcome.checks:
        left, right = (
            (_euros(check.left), _euros(check.right))
            if check.money
            else (str(check.left), str(check.right))
        )
        table.add_row(check.name, left, right, "ok" if check.holds else "[bold red]OFF[/]")
    console.print(table)
    return all(check.holds for check in outcome.checks)


def _rows(summary: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """A nested summary as two columns; amounts as people write them."""
    rows: list[tuple[str, str]] = []
    for key, value in summary.items():
        name = f"{prefix}{key.replace('_', ' ')}"
        if isinstance(value, dict) and value.keys() == {"amount", "currency"}:
            rows.append((name, _euros(value["amount"])))
        elif isinstance(value, dict):
            rows += _rows(value, f"{name}: ")
        elif isinstance(value, list):
            for item in value:
                rows += _rows(item, f"{name}: ") if isinstance(item, dict) else [(name, str(item))]
        else:
            rows.append((name, str(value)))
    return rows


def _euros(cents: int) -> str:
    return f"{cents / 100:,.2f} EUR"
