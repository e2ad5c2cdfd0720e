"""What a contract's period costs: standing charge, usage, tax on tap water, municipal levy.

Prices come from tariff versions with a date; a period that spans two is cut there, and at year
ends, and usage is shared over the pieces by days. Nothing is lost in the cuts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.errors import BusinessError
from shared.events.billing import InvoiceLine
from shared.money import Money, half_up

_LITRES = 1000


class NoTariff(BusinessError):
    code = "no_tariff"
    status = 409
    title = "No tariff is valid on a day of the period"


class Component(BaseModel):
    """One price of a tariff, net of VAT."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(min_length=1, max_length=35)
    description: str = Field(min_length=1, max_length=140)
    # standing: per calendar year, by days; usage: per m3; tax: per m3 up to a yearly cap
    # (belasting op leidingwater, Wet belastingen op milieugrondslag); levy: per calendar year,
    # by days, for the municipality.
    kind: Literal["standing", "usage", "tax", "levy"]
    unit_price: Decimal = Field(ge=0, max_digits=14, decimal_places=6)
    vat_rate: Decimal = Field(ge=0, le=1, max_digits=5, decimal_places=4)
    cap_m3_per_year: int | None = Field(None, ge=0)


@dataclass(frozen=True, slots=True)
class TariffVersion:
    valid_from: date
    components: tuple[Component, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the period inside one calendar year and one tariff version."""

    first: date
    last: date
    components: tuple[Component, ...]

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def of_year(self) -> Fraction:
        year = self.first.year
        return Fraction(self.days, (date(year + 1, 1, 1) - date(year, 1, 1)).days)


def price(
    versions: Sequence[TariffVersion], first: date, last: date, usage_litres: int, currency: str
) -> tuple[InvoiceLine, ...]:
    """The lines of an invoice for `first`..`last` (both included); VAT is rounded once per rate."""
    segments = cut(versions, first, last)
    shares = [
        share.minor
        for share in Money(usage_litres, currency).share([segment.days for segment in segments])
    ]
    priced: list[tuple[Component, Fraction, Money]] = []
    for segment, litres in zip(segments, shares, strict=True):
        for component in segment.components:
            quantity = _quantity(component, segment, litres)
            net = _amount(component.unit_price, quantity, currency)
            priced.append((component, quantity, net))
    return _with_vat(priced, currency)


def cut(versions: Sequence[TariffVersion], first: date, last: date) -> list[Segment]:
    """The period in pieces; raises `NoTariff` when its first day has no price."""
    known = sorted(versions, key=lambda version: version.valid_from)
    starts = {first} | {v.valid_from for v in known if first < v.valid_from <= last}
    starts |= {date(year, 1, 1) for year in range(first.year + 1, last.year + 1)}
    ordered = sorted(starts)
    ends = [start - timedelta(days=1) for start in ordered[1:]] + [last]
    segments = []
    for start, end in zip(ordered, ends, strict=True):
        valid = [version for version in known if version.valid_from <= start]
        if not valid:
            raise NoTariff(f"no tariff is valid on {start}")
        segments.append(Segment(start, end, valid[-1].components))
    return segments


def _quantity(component: Component, segment: Segment, litres: int) -> Fraction:
    if component.kind in {"standing", "levy"}:
        return segment.of_year
    used = Fraction(litres, _LITRES)
    if component.kind == "tax" and component.cap_m3_per_year is not None:
        return min(used, component.cap_m3_per_year * segment.of_year)
    return used


def _amount(unit_price: Decimal, quantity: Fraction, currency: str) -> Money:
    unit = Money.from_decimal(Decimal(1), currency)
    return unit.times(Fraction(unit_price) * quantity, half_up)


def _with_vat(
    priced: Sequence[tuple[Component, Fraction, Money]], currency: str
) -> tuple[InvoiceLine, ...]:
    by_rate: dict[Decimal, list[int]] = defaultdict(list)
    for place, (component, _, _) in enumerate(priced):
        by_rate[component.vat_rate].append(place)
    vat: dict[int, Money] = {}
    for rate, places in by_rate.items():
        nets = [priced[place][2] for place in places]
        due = Money.total(nets, currency).times(rate, half_up)
        weights = [net.minor for net in nets]
        shares = due.share(weights) if sum(weights) else [Money.zero(currency)] * len(places)
        vat |= dict(zip(places, shares, strict=True))
    return tuple(
        InvoiceLine(
            description=component.description,
            quantity=_shown(quantity),
            unit="year" if component.kind in {"standing", "levy"} else "m3",
            unit_price=component.unit_price,
            net=net,
            vat_rate=component.vat_rate,
            vat=vat[place],
            levy=component.kind == "levy",
        )
        for place, (component, quantity, net) in enumerate(priced)
    )


def _shown(quantity: Fraction) -> Decimal:
    """As the bill prints it; amounts are computed from the exact quantity."""
    exact = Decimal(quantity.numerator) / Decimal(quantity.denominator)
    return exact.quantize(Decimal("0.001"), rounding=ROUND_HALF_UP)
