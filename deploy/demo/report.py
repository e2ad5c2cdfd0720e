"""The end of the story: a table per service, and a reconciliation that adds up or fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rich.columns import Columns
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
    lost = cents["small_differences"] + cents["collection_fees"] + cents["written_off"]
    gone = cents["paid"] + cents["credited"] + lost
    receivable = sum(value for name, value in accounts.items() if name.startswith("receivable."))
    checks = [
        Check(
            "billed + charged = paid + lost + credited + open - surplus",
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
    account, provider = outcome.payments["accounts"][0], outcome.payments["provider"]
    payments = {
        **{name: account[name] for name in ("payments", "returns", "payouts", "other", "closing")},
        "allocated": _sum(account["allocated"], provider["allocated"]),
        "unallocated": _sum(account["unallocated"], provider["unallocated"]),
        "through the provider": provider["received"],
    }
    messages = outcome.notifications["messages"]
    tables = [
        _table("billing", outcome.billing),
        _table("payments", payments),
        _table("collections", outcome.collections),
        _table("notifications", messages),
        _table("ledger", {name: _money(cents) for name, cents in outcome.accounts.items()}),
    ]
    console.print(Columns(tables, padding=(0, 3)))
    console.print(_reconciliation(outcome.checks))
    return all(check.holds for check in outcome.checks)


def _reconciliation(checks: list[Check]) -> Table:
    table = Table("must be equal", "", "", "", title="reconciliation", title_justify="left")
    for check in checks:
        sides = (_euros(side) if check.money else str(side) for side in (check.left, check.right))
        table.add_row(check.name, *sides, "[green]ok[/]" if check.holds else "[bold red]OFF[/]")
    return table


def _table(title: str, summary: dict[str, Any]) -> Table:
    table = Table(title=title, title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, value in _rows(summary):
        table.add_row(name, value)
    return table


def _rows(summary: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """A nested summary as two columns; amounts as people write them."""
    rows: list[tuple[str, str]] = []
    for key, value in summary.items():
        name = f"{prefix}{key.replace('_', ' ')}"
        if isinstance(value, dict) and value.keys() == {"amount", "currency"}:
            rows.append((name, _euros(value["amount"])))
        elif isinstance(value, dict):
            rows += _rows(value, f"{name}, ")
        else:
            rows.append((name, str(value)))
    return rows


def _money(cents: int) -> dict[str, Any]:
    return {"amount": cents, "currency": "EUR"}


def _sum(*amounts: dict[str, Any]) -> dict[str, Any]:
    return _money(sum(amount["amount"] for amount in amounts))


def _euros(cents: int) -> str:
    return f"{cents / 100:,.2f} EUR"
