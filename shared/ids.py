"""Ids are UUIDv7 (RFC 9562, 5.7): made by the writer, sorting by the millisecond of making."""

import os
import time
from collections.abc import Callable
from uuid import UUID, uuid5

IdSource = Callable[[], UUID]

_VERSION_7 = 0x7 << 76
_VARIANT = 0b10 << 62
_RANDOM_BYTES = 10
_SPARE_BITS = 80 - 12 - 62
_RANDOM_B = (1 << 62) - 1


def uuid7(unix_ms: int | None = None) -> UUID:
    """A fresh UUIDv7. `unix_ms` places it in time; the machine's clock serves when it is left out.

    Ids order rows and never carry business time, so the business clock is not asked.
    """
    return uuid7s(1, unix_ms)[0]


def uuid7s(count: int, unix_ms: int | None = None) -> list[UUID]:
    """`count` fresh UUIDv7 of one millisecond, ascending: lists keep the order of their making,
    and indexes take them quickest.

    Asking for randomness costs more than all the rest of an id, so many ask once.
    """
    if unix_ms is None:
        unix_ms = time.time_ns() // 1_000_000
    fixed = (unix_ms & ((1 << 48) - 1)) << 80 | _VERSION_7 | _VARIANT
    random = os.urandom(_RANDOM_BYTES * count)
    drawn = sorted(
        int.from_bytes(random[start : start + _RANDOM_BYTES], "big") >> _SPARE_BITS
        for start in range(0, len(random), _RANDOM_BYTES)
    )
    return [UUID(int=fixed | bits >> 62 << 64 | bits & _RANDOM_B) for bits in drawn]


def derived_id(base: UUID, *parts: object) -> UUID:
    """The same id for the same cause, every time: keeps a repeated command from acting twice.

    A version 5 UUID (RFC 9562, 5.5) in the namespace of `base`.
    """
    return uuid5(base, "/".join(str(part) for part in parts))
