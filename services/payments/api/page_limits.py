"""How often the payer's pages may be asked for, so that nobody can try out links.

Counted in the database, so that the limits hold over all processes. Who was refused is remembered
here until they may ask again: somebody who keeps on asking costs the database nothing.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable

from fastapi import Request

from services.payments.config import settings_of
from services.payments.repository import visits
from shared.errors import InningError
from shared.service import Service

_REFUSED_MAX = 20_000


class TooManyLooks(InningError):
    code = "too_many_requests"
    status = 429
    title = "This page was asked for too often"

    def __init__(self, wait_s: int) -> None:
        super().__init__()
        self.wait_s = wait_s


class PageLimits:
    """Per address, per link, and per address for links that are none."""

    def __init__(
        self, service: Service, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        settings = settings_of(service)
        self._service = service
        self._monotonic = monotonic
        self._address_gap_s = visits.WINDOW_S / settings.page_requests_per_minute
        self._link_gap_s = visits.WINDOW_S / settings.link_requests_per_minute
        self._failure_gap_s = visits.WINDOW_S / settings.link_failures_per_minute
        # Until when a key is refused, the last refused last.
        self._refused: OrderedDict[bytes, float] = OrderedDict()

    async def look(self, address: str, link: str | None) -> int:
        """Count a visit of this address, to this link if it is one.

        0: go on; else the whole seconds to wait, after which one more is allowed.
        """
        household = _household(address)
        gaps_s = {self._key("address", household): self._address_gap_s}
        if link is not None:
            gaps_s[self._key("link", link)] = self._link_gap_s
        failures = self._key("failure", household)
        if wait_s := self._still_refused([*gaps_s, failures]):
            return wait_s
        taken = await self._take(gaps_s, failures)
        if not taken:
            # Tried out links, or looked at too much: the longer wait holds for both.
            gaps_s = {failures: self._failure_gap_s}
        refused = [key for key in gaps_s if key not in taken]
        for key in refused:
            self._refuse(key, gaps_s[key])
        return self._still_refused(refused)

    async def fail(self, address: str) -> None:
        """This address came with a link that is none."""
        failures = self._key("failure", _household(address))
        await self._take({failures: self._failure_gap_s}, failures)

    async def _take(self, gaps_s: dict[bytes, float], failures: bytes) -> set[bytes]:
        # A statement of its own, committed by itself: one round trip, and no lock held after it.
        engine = self._service.db.engine.execution_options(isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            shut_by = (failures, self._failure_gap_s)
            return await visits.take(connection, gaps_s, shut_by=shut_by)

    def _refuse(self, key: bytes, gap_s: float) -> None:
        self._refused[key] = self._monotonic() + gap_s
        self._refused.move_to_end(key)
        while len(self._refused) > _REFUSED_MAX:
            self._refused.popitem(last=False)

    def _still_refused(self, keys: list[bytes]) -> int:
        until = max((self._refused.get(key, 0.0) for key in keys), default=0.0)
        return max(0, math.ceil(until - self._monotonic()))

    def _key(self, kind: str, value: str) -> bytes:
        """A keyed hash: nothing of an address or a link can be read from the table."""
        return self._service.vault.blind_index(f"page visit, {kind}: {value}")


async def admit(request: Request, link: str | None) -> None:
    """Count this visit, of this link if it is one; raises `TooManyLooks`."""
    limits: PageLimits = request.app.state.page_limits
    if wait_s := await limits.look(_address(request), link):
        raise TooManyLooks(wait_s)


async def note_no_link(request: Request) -> None:
    """Whoever comes with links that are none soon has to wait."""
    limits: PageLimits = request.app.state.page_limits
    await limits.fail(_address(request))


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _household(address: str) -> str:
    """An IPv6 address stands for its network of 64 bits: one line has all of them."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if ip.version == 4:
        return str(ip)
    return str(ipaddress.ip_network((ip, 64), strict=False))
