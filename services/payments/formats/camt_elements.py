"""Reading a camt message's elements by their local names, so that no namespace is a stranger."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from services.payments.formats.statement import Amount
from services.payments.formats.unreadable import UnreadableFile, amount_of, quoted

Raw = dict[str, Any]
# The raw values so far, the element's text, and its currency attribute.
Read = Callable[[Raw, str, str | None], None]

_SIGNS = {"CRDT": 1, "DBIT": -1}
_TAGS_MAX = 4096
_TAG_LENGTH_MAX = 500
_PLANS_MAX = 512
_PLAN_SHAPE_MAX = 1024
_ATTRIBUTE = re.compile(r"""([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
# What banks write where nothing was given (EPC rulebook: NOTPROVIDED).
_ABSENT = frozenset({"", "NOTPROVIDED", "NOT PROVIDED", "NOTAVAILABLE", "NONREF"})


class Tags(dict[str, str]):
    """Tags as written to tags as we know them: `b:Amt Ccy="EUR"` is `Amt EUR`, `/b:Amt` `/Amt`."""

    def __missing__(self, written: str) -> str:
        name, *rest = written.split(None, 1)
        slash = "/" if name[0] == "/" else ""
        # XML without namespaces knows names that end in a colon: they are none of ours.
        known = slash + (name.rpartition(":")[2].lstrip("/") or ":")
        if rest and (currency := attributes_of(rest[0]).get("Ccy")):
            known = f"{known} {currency}"
        if len(self) >= _TAGS_MAX:
            self.clear()
        if len(written) <= _TAG_LENGTH_MAX:
            self[written] = known
        return known


TAGS = Tags()


def attributes_of(text: str) -> dict[str, str]:
    return {name: double or single for name, double, single in _ATTRIBUTE.findall(text)}


def place_of(tags: list[str], tag: str, begin: int, end: int = sys.maxsize) -> int:
    """Where a tag comes next, below zero when it does not."""
    try:
        return tags.index(tag, begin, end)
    except ValueError:
        return -1


class NotUnderstood(ValueError):
    """A value that makes no sense; whoever knows its place makes a refusal of it."""


class Step(NamedTuple):
    """What to do at an element: `read` it, or keep its text under `key`; then go on inside it."""

    key: str | None
    read: Read | None
    inside: dict[str, Step]


class Plan(NamedTuple):
    """What to take where from elements of one shape, by the index of a text in the pieces."""

    texts: list[tuple[int, str]]
    reads: list[tuple[int, Read, str | None]]
    is_whole: bool

    def moved(self, by: int, behind: int = -1) -> Plan:
        """The same plan where what stood behind an index stands further down."""
        return Plan(
            [(at + by if at > behind else at, key) for at, key in self.texts],
            [(at + by if at > behind else at, read, ccy) for at, read, ccy in self.reads],
            self.is_whole,
        )

    def carry_out(self, raw: Raw, pieces: list[str]) -> None:
        """Of plain texts under one key the first counts. Raises `NotUnderstood`."""
        for at, key in self.texts:
            text = pieces[at].strip()
            if text not in _ABSENT and key not in raw:
                raw[key] = text
        for at, read, currency in self.reads:
            read(raw, pieces[at].strip(), currency)


class ElementReader:
    """Reads what stands at given paths under an element.

    An element's shape (its tags in order) seldom changes within a file, so what to read where is
    worked out once per shape: this is where the time of reading a large file goes.
    """

    def __init__(self, keys_by_path: Mapping[str, str], readers: Mapping[str, Read]) -> None:
        self._steps = _steps_of(keys_by_path, readers)
        self._plans: dict[tuple[str, ...], Plan] = {}

    def read_into(self, raw: Raw, shape: tuple[str, ...], pieces: list[str]) -> bool:
        """Everything the paths name in the element whose tags are `shape` and whose first text is
        `pieces[1]`. False when it does not end with them. A refusal counts lines from its start.
        """
        plan = self.plan(shape)
        try:
            plan.carry_out(raw, pieces)
        except NotUnderstood:
            self._refuse(plan, shape, pieces, raw["currency"])
        return plan.is_whole

    def _refuse(
        self, plan: Plan, shape: tuple[str, ...], pieces: list[str], currency: str | None
    ) -> None:
        """Reads one value at a time, to tell which one makes no sense."""
        raw: Raw = {"currency": currency}
        for at, read, own_currency in plan.reads:
            try:
                read(raw, pieces[at].strip(), own_currency)
            except NotUnderstood as wrong:
                line = "".join(pieces[:at]).count("\n")
                raise UnreadableFile.field(_path(shape, at // 2), str(wrong), line) from None

    def plan(self, shape: tuple[str, ...]) -> Plan:
        known = self._plans.get(shape)
        return self._new_plan(shape) if known is None else known

    def _new_plan(self, shape: tuple[str, ...]) -> Plan:
        texts: list[tuple[int, str]] = []
        reads: list[tuple[int, Read, str | None]] = []
        outer: list[dict[str, Step]] = []
        level, is_whole = self._steps, False
        for position, tag in enumerate(shape[1:], start=1):
            if tag[0] == "/":
                if not outer:
                    is_whole = position == len(shape) - 1
                    break
                level = outer.pop()
                continue
            name, _, currency = tag.partition(" ")
            step = level.get(name, _NOWHERE)
            is_leaf = position + 1 < len(shape) and shape[position + 1] == f"/{name}"
            if step.key is not None and (is_leaf or step.key.endswith(" opens")):
                if step.read is None:
                    texts.append((2 * position + 1, step.key))
                else:
                    reads.append((2 * position + 1, step.read, currency or None))
            outer.append(level)
            level = step.inside
        if len(self._plans) >= _PLANS_MAX:
            self._plans.clear()
        plan = Plan(texts, reads, is_whole)
        if len(shape) <= _PLAN_SHAPE_MAX:
            self._plans[shape] = plan
        return plan


_NOWHERE = Step(None, None, {})


def _steps_of(keys_by_path: Mapping[str, str], readers: Mapping[str, Read]) -> dict[str, Step]:
    """A tree of steps from paths such as `RltdPties/Dbtr/Nm`."""
    root: dict[str, Step] = {}
    for path, key in keys_by_path.items():
        *containers, last = path.split("/")
        level = root
        for name in containers:
            level = level.setdefault(name, Step(None, None, {})).inside
        inside = level[last].inside if last in level else {}
        level[last] = Step(key, readers.get(key), inside)
    return root


def _path(shape: tuple[str, ...], position: int) -> str:
    """The names from the root of the shape down to a tag, with `Ntry` before a detail's."""
    names: list[str] = []
    for tag in shape[: position + 1]:
        if tag[0] == "/":
            names.pop()
        else:
            names.append(tag.partition(" ")[0])
    if names[0] == "TxDtls":
        names = ["Ntry", "NtryDtls", *names]
    return "/".join(names[-6:])


@lru_cache(maxsize=8192)
def _amount(text: str, currency: str | None) -> Amount:
    try:
        return amount_of(text, currency, "Amt", None)
    except UnreadableFile as wrong:
        raise NotUnderstood(wrong.problems[0].message) from None


def amount_in(raw: Raw, text: str, currency: str | None) -> Amount:
    """An unsigned amount. The account's currency serves where the bank left it out."""
    return _amount(text, currency or raw["currency"])


def reads_amount(key: str) -> Read:
    def read(raw: Raw, text: str, currency: str | None) -> None:
        raw[key] = _amount(text, currency or raw["currency"])

    return read


def sign_in(text: str) -> int:
    """+1 for CRDT, -1 for DBIT."""
    sign = _SIGNS.get(text)
    if sign is None:
        raise NotUnderstood(f"neither CRDT nor DBIT: {quoted(text)}")
    return sign


def reads_sign(raw: Raw, text: str, _currency: str | None) -> None:
    raw["sign"] = sign_in(text)


def signed(amount: Amount, sign: int) -> Amount:
    return amount if sign > 0 else Amount(-amount.value, amount.currency)


def opens_record(key: str) -> Read:
    """A repeated group begins: what follows goes into a new record under `key`."""

    def read(raw: Raw, _text: str, _currency: str | None) -> None:
        raw.setdefault(key, []).append({})

    return read


def reads_record_text(key: str, field: str) -> Read:
    def read(raw: Raw, text: str, _currency: str | None) -> None:
        if text not in _ABSENT:
            raw[key][-1][field] = text

    return read


def _charge_amount(raw: Raw, text: str, currency: str | None) -> None:
    raw["charge_records"][-1]["amount"] = amount_in(raw, text, currency)


def _charge_sign(raw: Raw, text: str, _currency: str | None) -> None:
    raw["charge_records"][-1]["sign"] = sign_in(text)


CHARGE_READERS: dict[str, Read] = {
    "charge opens": opens_record("charge_records"),
    "charge amount": _charge_amount,
    "charge sign": _charge_sign,
}


def charges_of(raw: Raw) -> Amount | None:
    """The sum of the charges, positive when the bank took it; strange currencies are left out."""
    total: Amount | None = None
    for charge in raw.get("charge_records", ()):
        if "amount" not in charge:
            continue
        amount = signed(charge["amount"], -charge.get("sign", -1))
        if total is None:
            total = amount
        elif total.currency == amount.currency:
            total = Amount(total.value + amount.value, total.currency)
    return total
