"""Large statements take time in proportion and memory in none."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator

import pytest

from services.payments.formats.read import read_events
from services.payments.formats.statement import Entry
from tests.unit.payments.formats import samples

# What the interpreter with lxml and our imports takes before the first entry, and some air.
_GROWTH_MEGABYTES_MAX = 40

_PROGRAM = textwrap.dedent(
    """
    import resource, sys
    from services.payments.formats.read import read_events
    from services.payments.formats.statement import Entry
    from tests.unit.payments.formats import samples

    def peak_megabytes():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    for event in read_events(samples.ChunkStream(chunks(100))):
        pass
    before = peak_megabytes()
    stream = samples.ChunkStream(chunks(int(sys.argv[1])))
    count = sum(isinstance(event, Entry) for event in read_events(stream))
    print(count, stream.bytes_read, peak_megabytes() - before)
    """
)


def _run(chunks: str, entry_count: int) -> tuple[int, int, float]:
    """Entries, bytes and growth of the peak memory in megabytes, of a process of its own."""
    program = _PROGRAM.replace("chunks(", f"{chunks}(")
    done = subprocess.run(
        [sys.executable, "-c", program, str(entry_count)],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    count, size, growth = done.stdout.split()
    return int(count), int(size), float(growth)


def test_a_camt_statement_of_25_megabytes_is_read_in_bounded_memory() -> None:
    count, size, growth = _run("samples.large_camt", 60_000)
    assert count == 60_000
    assert size > 25_000_000
    assert growth < _GROWTH_MEGABYTES_MAX


def test_an_mt940_statement_of_10_megabytes_is_read_in_bounded_memory() -> None:
    count, size, growth = _run("samples.large_mt940", 60_000)
    assert count == 60_000
    assert size > 10_000_000
    assert growth < _GROWTH_MEGABYTES_MAX


@pytest.mark.parametrize("large", [samples.large_camt, samples.large_mt940])
def test_the_first_entry_comes_long_before_the_end_of_the_file(
    large: Callable[[int], Iterator[bytes]],
) -> None:
    stream = samples.ChunkStream(large(5_000))
    first = next(event for event in read_events(stream) if isinstance(event, Entry))
    assert first.position == 1
    assert stream.bytes_read < 400_000
