"""The numbers people use for cases, disputes and arrangements: a letter, the year, a count."""

from __future__ import annotations

from datetime import date

from services.collections.models import NumberSeries
from shared.bulk import insert_rows
from shared.db import WriteSession, scope_of
from shared.rows import rows_of

# Dutch initials: dossier, geschil, regeling.
CASE, DISPUTE, ARRANGEMENT = "D", "G", "R"

_COUNT_ON = (
    "(creditor_id, series) DO UPDATE"
    " SET next_number = number_series.next_number + excluded.next_number - 1"
)


async def take_numbers(session: WriteSession, letter: str, day: date, count: int) -> list[str]:
    """The next `count` numbers of the year's series, such as `D2026-000001`."""
    if count == 0:
        return []
    series = f"{letter}{day.year}"
    row = {
        "creditor_id": scope_of(session).creditor_id,
        "series": series,
        "next_number": count + 1,
    }
    result = await insert_rows(
        session,
        rows_of(NumberSeries),
        [row],
        on_conflict=_COUNT_ON,
        returning="next_number",
    )
    end = result.scalar_one() if result else 1
    return [f"{series}-{number:06}" for number in range(end - count, end)]
