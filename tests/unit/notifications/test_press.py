"""Typesetting over processes: the same bytes, and one bad order hurts no other."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import zlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from services.notifications.domain.message import Channel
from services.notifications.domain.templates import TemplateName
from services.notifications.press import Order, Press, Printed, Spoiled
from shared.ids import uuid7
from tests.factories import notifications_rendering as given


class Bomb:
    """Ends the process that unpacks it, as a crash in native code would."""

    def __reduce__(self) -> tuple[Any, tuple[int]]:
        return (os._exit, (3,))


@pytest.fixture
def press() -> Iterator[Press]:
    running = Press(1)
    yield running
    running.close()


def order(
    message_id: UUID = given.MESSAGE_ID,
    template: str = TemplateName.INVOICE,
    facts: dict[str, Any] | None = None,
) -> Order:
    known = given.full_facts()[TemplateName.INVOICE].model_dump(mode="json")
    return Order(
        message_id=message_id,
        template=template,
        facts=known if facts is None else facts,
        creditor=given.a_creditor(),
        customer=given.a_customer(),
        channel=Channel.EMAIL,
        at=given.WRITTEN_AT,
    )


async def test_another_process_prints_the_very_bytes_this_one_would(press: Press) -> None:
    (beside,) = await press.print_all([order()])
    (here,) = await Press(0).print_all([order()])
    assert isinstance(beside, Printed)
    assert beside == here
    assert zlib.decompress(beside.compressed) == given.a_message(TemplateName.INVOICE).content


async def test_an_order_that_kills_its_process_is_found_and_the_rest_is_printed(
    press: Press,
) -> None:
    orders = [order(uuid7()) for _ in range(12)]
    orders[4] = order(orders[4].message_id, facts={"bomb": Bomb()})
    results = await press.print_all(orders)
    assert [result.message_id for result in results] == [item.message_id for item in orders]
    assert [result for result in results if isinstance(result, Spoiled)] == [
        Spoiled(orders[4].message_id, "typesetter_crashed")
    ]


async def test_what_cannot_be_written_says_which_fact_is_at_fault() -> None:
    results = await Press(0).print_all(
        [order(template="no_such_template"), order(facts={"number": "1"})]
    )
    unknown, unfit = (result for result in results if isinstance(result, Spoiled))
    assert unknown.reason == "unknown_template"
    assert unfit.reason.startswith("facts_do_not_fit:")
    assert "lines" in unfit.reason


def test_the_processes_end_with_a_worker_that_is_killed_outright() -> None:
    # They share its standard output, which reads to its end once the last of them is gone.
    program = (
        "import time\n"
        "from services.notifications.press import Press\n"
        "if __name__ == '__main__':\n"
        "    press = Press(1)\n"
        "    press.start()\n"
        "    press._opened().submit(int).result()\n"
        "    print('ready', flush=True)\n"
        "    time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"ready\n"
        worker.send_signal(signal.SIGKILL)
        rest, _ = worker.communicate(timeout=30)
    assert rest == b""
