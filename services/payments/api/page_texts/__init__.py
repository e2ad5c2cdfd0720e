"""The words of the payer's pages, in plain language (B1), one module per language."""

from __future__ import annotations

from typing import Final

from services.payments.api.page_texts.de import GERMAN
from services.payments.api.page_texts.en import ENGLISH
from services.payments.api.page_texts.nl import DUTCH
from services.payments.api.page_texts.pl import POLISH

# Each in its own name, for whoever cannot read the page they see.
LANGUAGES: Final = {"nl": "Nederlands", "en": "English", "de": "Deutsch", "pl": "Polski"}
# What the provider calls the languages of its own pages.
PROVIDER_LOCALES: Final = {"nl": "nl_NL", "en": "en_US", "de": "de_DE", "pl": "pl_PL"}

TEXTS: Final[dict[str, dict[str, str]]] = {
    "nl": DUTCH,
    "en": ENGLISH,
    "de": GERMAN,
    "pl": POLISH,
}
