"""Extrajudicial collection costs (buitengerechtelijke incassokosten) by the statutory scale.

The base is unpaid principal alone: no interest and no earlier costs. The amount covers all work
before court, so no other reminder, plan or visit fee stands beside it (BW 6:96).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from services.collections.domain.calendar import add_months
from shared.errors import BusinessError
from shared.money import Money, half_up


class CostsNotConfigured(BusinessError):
    code = "costs_not_configured"
    title = "No scale of collection costs is configured for that day"


@dataclass(frozen=True, slots=True)
class Slice:
    """A share of the principal up to `up_to` minor units (None: without end)."""

    up_to: int | None
    rate: Fraction


@dataclass(frozen=True, slots=True)
class CostScale:
    """The scale from `valid_from`. Minimum and maximum bind before VAT."""

    valid_from: date
    slices: tuple[Slice, ...]
    minimum: Money
    maximum: Money
    vat_rate: Fraction
    source: str


@dataclass(frozen=True, slots=True)
class InstalmentLookBack:
    """Stacking of fees over small instalments of one contract is capped, from `valid_from`.

    For instalments below `below`: the first fee in `months` months is at most `first`, each
    further one at most `later`, all together at most `ceiling`.
    """

    valid_from: date
    below: Money
    months: int
    first: Money
    later: Money
    ceiling: Money
    assumed: bool
    source: str


@dataclass(frozen=True, slots=True)
class CostRules:
    scales: tuple[CostScale, ...]
    look_backs: tuple[InstalmentLookBack, ...]

    def scale_on(self, day: date) -> CostScale:
        in_force = [scale for scale in self.scales if scale.valid_from <= day]
        if not in_force:
            raise CostsNotConfigured(f"no scale of collection costs on {day}", on=day)
        return in_force[-1]

    def look_back_on(self, day: date) -> InstalmentLookBack | None:
        in_force = [rule for rule in self.look_backs if rule.valid_from <= day]
        return in_force[-1] if in_force else None


@dataclass(frozen=True, slots=True)
class Costs:
    net: Money
    vat: Money

    @property
    def total(self) -> Money:
        return self.net + self.vat


@dataclass(frozen=True, slots=True)
class Claim:
    """Unpaid principal under demand. `is_instalment`: one of a row under one contract."""

    principal: Money
    is_instalment: bool = False


@dataclass(frozen=True, slots=True)
class CostsImposed:
    """Costs claimed earlier, without VAT; they count in the look-back over instalments."""

    imposed_on: date
    net: Money


def collection_costs(principal: Money, scale: CostScale, *, vat_uplift: bool = False) -> Costs:
    """Costs over one sum of principal; nothing owed, nothing charged. Half up to the cent.

    `vat_uplift` (art. 2 lid 3): only for a creditor who cannot deduct the VAT of a collector
    and has declared so; it applies after minimum and maximum.
    """
    if principal.minor <= 0:
        return Costs(Money.zero(principal.currency), Money.zero(principal.currency))
    raw = Money(half_up(_by_slices(principal.minor, scale.slices)), principal.currency)
    return _with_vat(min(max(raw, scale.minimum), scale.maximum), scale, uplift=vat_uplift)


def letter_costs(
    claims: Sequence[Claim],
    on: date,
    rules: CostRules,
    *,
    earlier: Iterable[CostsImposed] = (),
    at_most: Money | None = None,
    vat_uplift: bool = False,
) -> Costs:
    """Costs of one demand over `claims` (at least one, one currency) on day `on`.

    `at_most` is what an earlier letter left to be claimed, without VAT.

    Several claims are demanded in one letter and their principals added (BW 6:96 lid 7). From
    1 October 2024 small instalments count with the highest of them only, and a letter over
    nothing but small instalments is capped by what `earlier` letters took in the look-back.
    Beside a larger claim they keep to their share of the scale. `earlier` is taken over all
    contracts of the customer, the reading that favours the debtor.
    """
    scale, look_back = rules.scale_on(on), rules.look_back_on(on)
    currency = claims[0].principal.currency
    small: list[Money] = []
    others: list[Money] = []
    for claim in claims:
        is_small = look_back and claim.is_instalment and claim.principal < look_back.below
        (small if is_small else others).append(claim.principal)
    whole = Money.total(others, currency) + max(small, default=Money.zero(currency))
    net = collection_costs(whole, scale).net
    if look_back and small and not any(others):
        net = min(net, _left_in_look_back(on, look_back, earlier))
    if at_most is not None:
        net = min(net, at_most)
    return _with_vat(net, scale, uplift=vat_uplift)


def parse_cost_rules(data: Mapping[str, Any]) -> CostRules | None:
    """The cost tables of a jurisdiction file; None where the jurisdiction has no scale."""
    if "collection_costs" not in data:
        return None
    currency = data["currency"]
    scales = (_parse_scale(entry, currency) for entry in data["collection_costs"])
    look_backs = (_parse_look_back(entry, currency) for entry in data["instalment_look_back"])
    return CostRules(
        scales=tuple(sorted(scales, key=lambda scale: scale.valid_from)),
        look_backs=tuple(sorted(look_backs, key=lambda rule: rule.valid_from)),
    )


def _by_slices(principal_minor: int, slices: Iterable[Slice]) -> Fraction:
    result, lower = Fraction(0), 0
    for piece in slices:
        upper = principal_minor if piece.up_to is None else min(principal_minor, piece.up_to)
        result += piece.rate * (upper - lower)
        lower = upper
        if lower == principal_minor:
            break
    return result


def _left_in_look_back(
    on: date, rule: InstalmentLookBack, earlier: Iterable[CostsImposed]
) -> Money:
    window_starts = add_months(on, -rule.months)
    taken = [
        costs.net for costs in earlier if window_starts <= costs.imposed_on <= on and costs.net
    ]
    room = rule.ceiling - Money.total(taken, rule.ceiling.currency)
    return max(min(rule.later if taken else rule.first, room), Money.zero(room.currency))


def _with_vat(net: Money, scale: CostScale, *, uplift: bool) -> Costs:
    if not uplift:
        return Costs(net, Money.zero(net.currency))
    gross = net.times(1 + scale.vat_rate, half_up)
    return Costs(net, gross - net)


def _rate(percent: Decimal | int) -> Fraction:
    return Fraction(percent) / 100


def _parse_scale(entry: Mapping[str, Any], currency: str) -> CostScale:
    return CostScale(
        valid_from=entry["valid_from"],
        slices=tuple(Slice(s.get("up_to"), _rate(s["percent"])) for s in entry["slices"]),
        minimum=Money(entry["minimum"], currency),
        maximum=Money(entry["maximum"], currency),
        vat_rate=_rate(entry["vat_percent"]),
        source=entry["source"],
    )


def _parse_look_back(entry: Mapping[str, Any], currency: str) -> InstalmentLookBack:
    return InstalmentLookBack(
        valid_from=entry["valid_from"],
        below=Money(entry["below"], currency),
        months=entry["months"],
        first=Money(entry["first"], currency),
        later=Money(entry["later"], currency),
        ceiling=Money(entry["ceiling"], currency),
        assumed=entry["assumed"],
        source=entry["source"],
    )
