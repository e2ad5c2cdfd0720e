"""Which lines a credit note shows when the event tells its amount alone."""

from __future__ import annotations

from collections.abc import Sequence

from services.notifications.domain.facts import InvoiceLine
from shared.money import Money


def credited_lines(lines: Sequence[InvoiceLine], amount: Money) -> tuple[InvoiceLine, ...]:
    """`amount` taken back from the `lines` of an invoice.

    It is shared over net, VAT and levy as billing's ledger shares it, then over the lines. Empty
    when there is nothing to share by: no lines, or lines of both signs.
    """
    nets = [0 if line.levy else line.net.minor for line in lines]
    levies = [line.net.minor if line.levy else 0 for line in lines]
    vats = [line.vat.minor for line in lines]
    columns = (nets, vats, levies)
    everything = [minor for column in columns for minor in column]
    if not any(everything) or min(everything) < 0:
        return ()
    parts = amount.share([sum(column) for column in columns])
    net, vat, levy = (_over(part, column) for part, column in zip(parts, columns, strict=True))
    shares = [_share_of(line, net[at] + levy[at], vat[at]) for at, line in enumerate(lines)]
    return tuple(line for line in shares if line.net or line.vat)


def _over(part: Money, weights: Sequence[int]) -> list[Money]:
    return part.share(weights) if part else [part] * len(weights)


def _share_of(line: InvoiceLine, net: Money, vat: Money) -> InvoiceLine:
    if (net, vat) == (line.net, line.vat):
        return line
    # A part of a line has no quantity and price that would multiply out to it.
    nothing = {"quantity": None, "unit": None, "unit_price": None}
    return line.model_copy(update={"net": net, "vat": vat, **nothing})
