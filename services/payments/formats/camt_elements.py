"""Reading elements of a camt message by their local names, so that no namespace is a stranger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, NamedTuple, cast

from lxml import etree

from services.payments.formats.statement import Amount
from services.payments.formats.unreadable import UnreadableFile, amount_of, quoted

Element = etree._Element
Raw = dict[str, Any]
Read = Callable[[Raw, Element], None]

SIGNS = {"CRDT": 1, "DBIT": -1}
_NAMES_MAX = 4096
_PLANS_MAX = 512
_PLAN_SHAPE_MAX = 2048
# What banks write where nothing was given (EPC rulebook: NOTPROVIDED).
_ABSENT = frozenset({"NOTPROVIDED", "NOT PROVIDED", "NOTAVAILABLE", "NONREF"})


class LocalNames(dict[str, str]):
    """`{namespace}Name` to `Name`: splitting once per tag, not once per element."""

    def __missing__(self, tag: str) -> str:
        if len(self) >= _NAMES_MAX:
            self.clear()
        name = self[tag] = tag.rpartition("}")[2]
        return name


LOCAL = LocalNames()


class Step(NamedTuple):
    """What to do at an element: `read` it, or keep its text under `key`; then go on inside it."""

    key: str | None
    read: Read | None
    inside: dict[str, Step]


class ElementReader:
    """Reads what stands at given paths under an element.

    An entry's shape (its tags and their nesting) seldom changes within a file, so what to read
    where is worked out once per shape: this is where the time of reading a large file goes.
    """

    def __init__(self, keys_by_path: Mapping[str, str], readers: Mapping[str, Read]) -> None:
        self._steps = _steps_of(keys_by_path, readers)
        self._plans: dict[tuple[Any, ...], list[tuple[int, str, Read | None]]] = {}

    def read_into(self, raw: Raw, root: Element) -> None:
        """Everything under `root` the paths name. Of plain texts under one key the first counts."""
        elements = list(root.iter())
        # In document order the tags and the numbers of children tell the tree without doubt.
        shape = (*map(_tag_of, elements), *map(len, elements))
        plan = self._plans.get(shape)
        if plan is None:
            plan = self._plan(shape, elements)
        for position, key, read in plan:
            if read is not None:
                read(raw, elements[position])
            elif key not in raw:
                text = elements[position].text
                if text and (text := text.strip()) and text not in _ABSENT:
                    raw[key] = text

    def _plan(
        self, shape: tuple[Any, ...], elements: list[Element]
    ) -> list[tuple[int, str, Read | None]]:
        plan: list[tuple[int, str, Read | None]] = []
        open_levels: list[tuple[dict[str, Step], int]] = []
        level, to_come = self._steps, len(elements[0])
        for position, element in enumerate(elements[1:], start=1):
            step = level.get(LOCAL[element.tag], _NOWHERE)
            if step.key is not None:
                plan.append((position, step.key, step.read))
            to_come -= 1
            if len(element):
                open_levels.append((level, to_come))
                level, to_come = step.inside, len(element)
            while not to_come and open_levels:
                level, to_come = open_levels.pop()
        if len(self._plans) >= _PLANS_MAX:
            self._plans.clear()
        if len(shape) <= _PLAN_SHAPE_MAX:
            self._plans[shape] = plan
        return plan


_NOWHERE = Step(None, None, {})
_tag_of = attrgetter("tag")


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


def refusal(element: Element, message: str) -> UnreadableFile:
    """A refusal that names the element's line and its path from the entry or balance down."""
    path = [LOCAL[element.tag]]
    for ancestor in element.iterancestors():
        if path[0] in {"Ntry", "Bal"}:
            break
        path.insert(0, LOCAL[ancestor.tag])
    return UnreadableFile.field("/".join(path[-6:]), message, line_of(element))


def line_of(element: Element) -> int:
    return cast("int | None", element.sourceline) or 0


def text_of(element: Element) -> str | None:
    text = element.text
    return (text.strip() or None) if text else None


def amount_in(element: Element, default_currency: str | None) -> Amount:
    """An unsigned amount element. The account's currency serves where the bank left it out."""
    text = element.text
    try:
        currency = element.get("Ccy") or default_currency
        return amount_of(text.strip() if text else None, currency, "Amt", None)
    except UnreadableFile as wrong:
        raise refusal(element, wrong.problems[0].message) from None


def sign_in(element: Element) -> int:
    """+1 for CRDT, -1 for DBIT."""
    text = text_of(element)
    sign = SIGNS.get(text or "")
    if sign is None:
        raise refusal(element, f"neither CRDT nor DBIT: {quoted(text)}")
    return sign


def signed(amount: Amount, sign: int) -> Amount:
    return amount if sign > 0 else Amount(-amount.value, amount.currency)


def reads_amount(key: str) -> Read:
    def read(raw: Raw, element: Element) -> None:
        raw[key] = amount_in(element, raw["currency"])

    return read


def reads_sign(raw: Raw, element: Element) -> None:
    raw["sign"] = sign_in(element)


def opens_record(key: str) -> Read:
    """A repeated group begins: what follows goes into a new record under `key`."""

    def read(raw: Raw, _element: Element) -> None:
        raw.setdefault(key, []).append({})

    return read


def reads_record_text(key: str, field: str) -> Read:
    def read(raw: Raw, element: Element) -> None:
        text = text_of(element)
        if text is not None and text not in _ABSENT:
            raw[key][-1][field] = text

    return read


def _charge_amount(raw: Raw, element: Element) -> None:
    raw["charge_records"][-1]["amount"] = amount_in(element, raw["currency"])


def _charge_sign(raw: Raw, element: Element) -> None:
    raw["charge_records"][-1]["sign"] = sign_in(element)


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
