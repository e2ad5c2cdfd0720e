"""How often the payer's pages may be asked for, so that nobody can try out links.

Counted in this process: with several processes each allows as much. That is enough here, because
a token cannot be guessed anyway; the limits keep noise and scraping away from the database.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Self

from services.payments.config import Settings

_KEYS_MAX = 20_000
_WINDOW_S = 60.0


class RateLimit:
    """A bucket per key that holds `per_minute` and fills again at that rate."""

    def __init__(self, per_minute: int, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._monotonic = monotonic
        # What is left of each bucket and when that was; the least used are forgotten first.
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> int:
        """Count one more: 0 when it is allowed, else the whole seconds to wait."""
        left = self._left(key)
        if left < 1.0:
            return math.ceil((1.0 - left) * _WINDOW_S / self._per_minute)
        self._buckets[key] = (left - 1.0, self._monotonic())
        self._buckets.move_to_end(key)
        while len(self._buckets) > _KEYS_MAX:
            self._buckets.popitem(last=False)
        return 0

    def wait_s(self, key: str) -> int:
        """As `take`, without counting."""
        left = self._left(key)
        return 0 if left >= 1.0 else math.ceil((1.0 - left) * _WINDOW_S / self._per_minute)

    def _left(self, key: str) -> float:
        left, at = self._buckets.get(key, (float(self._per_minute), 0.0))
        refilled = (self._monotonic() - at) * self._per_minute / _WINDOW_S
        return min(float(self._per_minute), left + refilled)


class PageLimits:
    """Per address, per link, and per address for links that are none."""

    def __init__(self, addresses: RateLimit, links: RateLimit, failures: RateLimit) -> None:
        self._addresses = addresses
        self._links = links
        self._failures = failures

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            RateLimit(settings.page_requests_per_minute),
            RateLimit(settings.link_requests_per_minute),
            RateLimit(settings.link_failures_per_minute),
        )

    def look(self, address: str) -> int:
        """Seconds to wait before anything else is done for this address; 0: go on."""
        household = _household(address)
        return self._failures.wait_s(household) or self._addresses.take(household)

    def open(self, link_id: str) -> int:
        return self._links.take(link_id)

    def fail(self, address: str) -> None:
        self._failures.take(_household(address))


def _household(address: str) -> str:
    """An IPv6 address stands for its network of 64 bits: one line has all of them."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if ip.version == 4:
        return str(ip)
    return str(ipaddress.ip_network((ip, 64), strict=False))
