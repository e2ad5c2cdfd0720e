"""Money as integer minor units with an ISO 4217 currency.

Floats never enter, currencies never mix, splits lose nothing and every division names its rounding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from shared.currency import EXPONENTS
from shared.errors import InvalidInput

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

Rate = Decimal | Fraction | int
Rounding = Callable[[Fraction], int]

# A BIGINT column holds this; anything larger is a slip of the keyboard, not a bill.
LARGEST_MINOR = 2**63 - 1
_EXACT = Context(prec=60)
_DECIMAL_TEXT = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,9})?")


def half_up(value: Fraction) -> int:
    """Round to the nearest integer, halves away from zero (commercial rounding)."""
    magnitude = (abs(value) * 2 + 1) // 2
    return int(magnitude) if value >= 0 else -int(magnitude)


def floor(value: Fraction) -> int:
    """Round towards minus infinity."""
    return value.numerator // value.denominator


@dataclass(frozen=True, slots=True)
class Money:
    """An amount: `minor` in the currency's smallest unit (cents for EUR), signed."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"minor units are int, not {type(self.minor).__name__}")
        if self.currency not in EXPONENTS:
            raise InvalidInput.field("currency", f"unknown currency {self.currency!r}")
        if abs(self.minor) > LARGEST_MINOR:
            raise InvalidInput.field("amount", "amount is out of range")

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(0, currency)

    @classmethod
    def total(cls, amounts: Iterable[Money], currency: str) -> Money:
        """The sum; `currency` names the zero of an empty sum and refuses a stranger."""
        result = cls(0, currency)
        for amount in amounts:
            result += amount
        return result

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """Read a plain decimal such as `12.50`; more digits than the currency has are refused."""
        if not _DECIMAL_TEXT.fullmatch(text):
            raise InvalidInput.field("amount", f"not a decimal amount: {text[:40]!r}")
        return cls.from_decimal(Decimal(text), currency)

    @classmethod
    def from_decimal(cls, value: Decimal, currency: str) -> Money:
        """Exact conversion; a value between two minor units is refused, never rounded."""
        if currency not in EXPONENTS:
            raise InvalidInput.field("currency", f"unknown currency {currency!r}")
        scaled = value.scaleb(EXPONENTS[currency], _EXACT)
        if scaled != scaled.to_integral_value():
            raise InvalidInput.field("amount", f"more decimals than {currency} has: {value}")
        return cls(int(scaled), currency)

    def to_decimal(self) -> Decimal:
        return Decimal(self.minor).scaleb(-EXPONENTS[self.currency])

    def __str__(self) -> str:
        return f"{self.to_decimal():f} {self.currency}"

    def __bool__(self) -> bool:
        return self.minor != 0

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.minor), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._same(other)

    def times(self, rate: Rate, rounding: Rounding) -> Money:
        """Multiply by an exact rate; the caller names the rounding (`half_up`, `floor`)."""
        if isinstance(rate, bool) or not isinstance(rate, Decimal | Fraction | int):
            raise TypeError(f"a rate is Decimal, Fraction or int, not {type(rate).__name__}")
        return Money(rounding(Fraction(rate) * self.minor), self.currency)

    def split(self, parts: int) -> list[Money]:
        """Cut into `parts` that differ by one minor unit at most; the first get the remainder."""
        if parts < 1:
            raise ValueError("a split has at least one part")
        return self.share([1] * parts)

    def share(self, weights: Sequence[int]) -> list[Money]:
        """Divide by integer weights; shares sum to the whole (largest remainder, then first)."""
        whole = sum(weights)
        if whole <= 0 or min(weights) < 0:
            raise ValueError("weights are not negative and not all zero")
        sign = -1 if self.minor < 0 else 1
        magnitude = abs(self.minor)
        shares = [magnitude * weight // whole for weight in weights]
        rest = magnitude - sum(shares)
        by_remainder = sorted(
            range(len(weights)), key=lambda i: (-(magnitude * weights[i] % whole), i)
        )
        for i in by_remainder[:rest]:
            shares[i] += 1
        return [Money(sign * share, self.currency) for share in shares]

    def _same(self, other: Money) -> int:
        if not isinstance(other, Money):
            raise TypeError(f"money meets only money, not {type(other).__name__}")
        if other.currency != self.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return other.minor

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: object, _handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Shown as `{"amount": 1250, "currency": "EUR"}` in REST and events."""
        from pydantic_core import core_schema

        fields = core_schema.typed_dict_schema(
            {
                "amount": core_schema.typed_dict_field(
                    core_schema.int_schema(strict=True, ge=-LARGEST_MINOR, le=LARGEST_MINOR)
                ),
                "currency": core_schema.typed_dict_field(
                    core_schema.str_schema(pattern="^[A-Z]{3}$")
                ),
            },
            extra_behavior="forbid",
        )
        return core_schema.union_schema(
            [
                core_schema.is_instance_schema(cls),
                core_schema.no_info_after_validator_function(_from_json, fields),
            ],
            mode="left_to_right",
            serialization=core_schema.plain_serializer_function_ser_schema(
                _to_json, return_schema=fields
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: object, _handler: object) -> dict[str, Any]:
        return {
            "title": "Money",
            "type": "object",
            "description": "Integer minor units with an ISO 4217 currency.",
            "properties": {
                "amount": {"type": "integer", "description": "minor units, such as cents"},
                "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
            },
            "required": ["amount", "currency"],
            "additionalProperties": False,
            "examples": [{"amount": 1250, "currency": "EUR"}],
        }


class CurrencyMismatch(TypeError):
    """Two currencies met in one sum: a programming error, never a user's."""

    def __init__(self, left: str, right: str) -> None:
        super().__init__(f"{left} and {right} do not mix")


def _from_json(fields: dict[str, Any]) -> Money:
    if fields["currency"] not in EXPONENTS:
        raise ValueError(f"unknown currency {fields['currency']!r}")
    return Money(fields["amount"], fields["currency"])


def _to_json(money: Money) -> dict[str, Any]:
    return {"amount": money.minor, "currency": money.currency}
