"""Many messages brought into their final form, over several processes.

Typesetting is work for the processor, and Python does one piece of such work at a time: processes
beside the worker keep its event loop free and use the other cores.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import connection
from typing import Any
from uuid import UUID

from services.notifications.domain.message import Channel
from services.notifications.domain.parties import Creditor, Customer
from services.notifications.domain.templates import TemplateName, read_facts
from services.notifications.rendering.render import render
from shared.errors import InvalidInput, TransientError
from shared.telemetry import log

_SLICE = 8
# The bulk of an e-mail is an attachment that is compressed already: more effort gains little.
_COMPRESSION_LEVEL = 1


@dataclass(frozen=True, slots=True)
class Order:
    """One message to write. `facts` is JSON for the template."""

    message_id: UUID
    template: str
    facts: dict[str, Any]
    creditor: Creditor
    customer: Customer
    channel: Channel
    at: datetime


@dataclass(frozen=True, slots=True)
class Printed:
    """The final form; `compressed` is zlib over the exact bytes `sha256` names."""

    message_id: UUID
    template_version: str
    language: str
    content_type: str
    compressed: bytes
    size_bytes: int
    sha256: str
    recipient: str | None
    country: str | None


@dataclass(frozen=True, slots=True)
class Spoiled:
    """It cannot be written. `reason` is a code with the fields at fault, never their values."""

    message_id: UUID
    reason: str


Result = Printed | Spoiled


class Press:
    """`processes` 0 prints in a thread of this process."""

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._pool: ProcessPoolExecutor | None = None

    def start(self) -> None:
        """Start the processes now, so that the first message does not wait for them."""
        for _ in range(self._processes):
            self._opened().submit(print_slice, [])

    async def print_all(self, orders: Sequence[Order]) -> list[Result]:
        """One result per order, in their order; one that cannot be written stops no other."""
        if not self._processes:
            return await asyncio.to_thread(print_slice, orders)
        slices = [list(orders[at : at + _SLICE]) for at in range(0, len(orders), _SLICE)]
        done = await asyncio.gather(
            *(self._in_pool(part) for part in slices), return_exceptions=True
        )
        results: list[Result] = []
        for part, result in zip(slices, done, strict=True):
            if isinstance(result, BrokenExecutor):
                # A process that dies takes its pool along: find the order that does it, by itself.
                results += [await self._alone(order) for order in part]
            elif isinstance(result, BaseException):
                raise result
            else:
                results += result
        return results

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    async def _alone(self, order: Order) -> Result:
        """Print with nothing else in the pool. Raises `TransientError` when no process lives."""
        try:
            (result,) = await self._in_pool([order])
        except BrokenExecutor:
            await self._require_life()
            log.error("press.crashed", message_id=str(order.message_id), template=order.template)
            return Spoiled(order.message_id, "typesetter_crashed")
        return result

    async def _require_life(self) -> None:
        """No message is to blame when the machine cannot keep a process alive."""
        try:
            await self._in_pool([])
        except BrokenExecutor:
            raise TransientError("typesetting processes do not stay alive") from None

    async def _in_pool(self, orders: list[Order]) -> list[Result]:
        pool = self._opened()
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, print_slice, orders)
        except BrokenExecutor:
            if self._pool is pool:
                self.close()
            raise

    def _opened(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._processes,
                # A fork of a process with threads and an event loop inherits locks nobody frees.
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_follow_parent,
            )
        return self._pool


def print_slice(orders: Sequence[Order]) -> list[Result]:
    return list(_print_each(orders))


def _print_each(orders: Sequence[Order]) -> Iterator[Result]:
    for order in orders:
        try:
            yield _print_one(order)
        except InvalidInput as error:
            fields = ",".join(sorted({problem.field for problem in error.problems}))
            yield Spoiled(order.message_id, f"facts_do_not_fit:{fields}"[:200])
        except Exception as error:
            # A template's bug must not hold up everybody's mail.
            log.error("press.failed", template=order.template, error=type(error).__name__)
            yield Spoiled(order.message_id, f"cannot_be_written:{type(error).__name__}")


def _print_one(order: Order) -> Result:
    try:
        template = TemplateName(order.template)
    except ValueError:
        return Spoiled(order.message_id, "unknown_template")
    message = render(
        template,
        order.customer.language,
        order.channel,
        read_facts(template, order.facts),
        order.creditor,
        order.customer,
        order.at,
        message_id=order.message_id,
    )
    return Printed(
        message_id=order.message_id,
        template_version=message.template_version,
        language=message.language,
        content_type=message.content_type,
        compressed=zlib.compress(message.content, _COMPRESSION_LEVEL),
        size_bytes=len(message.content),
        sha256=message.sha256,
        recipient=message.recipient,
        country=message.country,
    )


def _follow_parent() -> None:
    """A worker that is killed outright cannot tell its children to stop: they watch it."""
    # An interrupt at the terminal reaches the whole group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    sentinel = parent.sentinel

    def watch() -> None:
        connection.wait([sentinel])
        os._exit(0)

    threading.Thread(target=watch, daemon=True, name="follow-parent").start()
