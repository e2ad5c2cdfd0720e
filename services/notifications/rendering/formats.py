"""How amounts, dates and numbers are written in a language."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent

from shared.money import Money

# The language alone would give American dates for English; the readers are in Europe.
_LOCALES = {"en": "en_GB", "nl": "nl_NL", "de": "de_DE", "pl": "pl_PL"}


class Formats:
    """Writers for one language (ISO 639-1)."""

    def __init__(self, language: str) -> None:
        self._locale = Locale.parse(_LOCALES.get(language, language))

    def money(self, amount: Money) -> str:
        """`€ 1.234,56` in Dutch, with a space that does not break."""
        written: str = format_currency(
            amount.to_decimal(),
            amount.currency,
            locale=self._locale,
            currency_digits=False,
            format=_pattern(self._locale, amount),
        )
        return written

    def day(self, day: date) -> str:
        """`21 november 2026`; German writes a day with a full stop."""
        pattern = "d. MMMM y" if self._locale.language == "de" else "d MMMM y"
        return str(format_date(day, pattern, locale=self._locale))

    def short_day(self, day: date) -> str:
        """`21-11-2026` in Dutch: for the columns of a table."""
        pattern = "dd-MM-y" if self._locale.language == "nl" else "dd/MM/y"
        if self._locale.language in {"de", "pl"}:
            pattern = "dd.MM.y"
        return str(format_date(day, pattern, locale=self._locale))

    def number(self, value: Decimal) -> str:
        """As many decimals as the value has, the language's separators."""
        return str(format_decimal(value, locale=self._locale, decimal_quantization=False))

    def unit_price(self, value: Decimal) -> str:
        """At least two decimals, at most six: a tariff may be finer than the coin."""
        return str(format_decimal(value, format="#,##0.00####", locale=self._locale))

    def percent(self, fraction: Decimal) -> str:
        """`9%` for 0.09; as many decimals as needed."""
        exact = fraction.normalize()
        return str(format_percent(exact, locale=self._locale, decimal_quantization=False))

    def country(self, code: str) -> str:
        return str(self._locale.territories.get(code, code)).upper()


@lru_cache(maxsize=64)
def formats_for(language: str) -> Formats:
    return Formats(language)


def grouped(reference: str) -> str:
    """An IBAN, a betalingskenmerk or an RF reference in groups of four, as a person reads it.

    Other references are left as they are.
    """
    compact = reference.replace(" ", "")
    is_iban_or_rf = compact[:2].isalpha() and compact[2:4].isdigit() and compact.isalnum()
    if not (compact.isdigit() and len(compact) > 8) and not is_iban_or_rf:
        return reference
    return " ".join(compact[start : start + 4] for start in range(0, len(compact), 4))


@lru_cache(maxsize=256)
def _currency_pattern(locale: Locale, digits: int) -> str:
    pattern = str(locale.currency_formats["standard"].pattern)
    # CLDR's patterns carry two decimals; the currency's own exponent decides here.
    return pattern.replace("0.00", "0" if digits == 0 else "0." + "0" * digits)


def _pattern(locale: Locale, amount: Money) -> str:
    exponent = amount.to_decimal().as_tuple().exponent
    return _currency_pattern(locale, -exponent if isinstance(exponent, int) else 2)
