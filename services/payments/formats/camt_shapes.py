"""Entries of a shape met before, read without looking for their parts.

Most entries of a file have one of a few shapes: the same tags in the same order, with one
transaction. Where everything stands in them is worked out once.
"""

from __future__ import annotations

from services.payments.formats.camt_detail import DETAIL
from services.payments.formats.camt_elements import TAGS, Plan, Raw
from services.payments.formats.camt_entry import ENTRY

_SHAPES_MAX = 512
_TAGS_MAX = 512

Shape = tuple[str, ...]


class KnownShapes:
    """Plans for whole entries by their tags as written."""

    def __init__(self) -> None:
        self._plans: dict[Shape, tuple[Plan, Plan | None]] = {}

    def learn(self, shape: Shape) -> None:
        """Take in an entry that was read part by part and had one transaction at most."""
        if len(shape) > _TAGS_MAX or len(self._plans) >= _SHAPES_MAX:
            return
        tags = [TAGS[written] for written in shape]
        if "TxDtls" not in tags:
            self._plans[shape] = ENTRY.plan(tuple(tags)).moved(1), None
            return
        begin, end = tags.index("TxDtls"), tags.index("/TxDtls") + 1
        entry = ENTRY.plan((*tags[:begin], *tags[end:])).moved(2 * (end - begin), 2 * begin)
        detail = DETAIL.plan(tuple(tags[begin:end])).moved(2 * begin)
        self._plans[shape] = entry.moved(1), detail.moved(1)

    def read(
        self, shape: Shape, pieces: list[str], currency: str | None
    ) -> tuple[Raw, list[Raw]] | None:
        """The entry and its details, from pieces with a text before the first tag; None for a shape
        not met. Raises `NotUnderstood`."""
        plans = self._plans.get(shape)
        if plans is None:
            return None
        entry: Raw = {"currency": currency}
        plans[0].carry_out(entry, pieces)
        if plans[1] is None:
            return entry, []
        detail: Raw = {"currency": currency}
        plans[1].carry_out(detail, pieces)
        return entry, [detail]
