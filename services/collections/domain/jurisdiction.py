"""What the law of one country says, assembled from its dated file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from services.collections import jurisdictions
from services.collections.domain.calendar import (
    BusinessCalendar,
    ContactWindow,
    parse_calendar,
    parse_contact_window,
)
from services.collections.domain.collection_costs import CostRules, parse_cost_rules
from services.collections.domain.fourteen_day_letter import LetterRules, parse_letter_rules
from services.collections.domain.interest import InterestTerms, parse_interest_terms
from services.collections.domain.prescription import PrescriptionRules, parse_prescription
from shared.errors import InvalidInput

CODES = ("NL", "DE", "PL")
HOUSE_RULE = "House rule: contested, promised or paused money is not pursued"


@dataclass(frozen=True, slots=True)
class ThirdPartyCollection:
    """Rules for whoever collects for another (NL: Wki), from `valid_from`."""

    valid_from: date
    language_level: str
    letter_content: frozenset[str]
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class Jurisdiction:
    """None means: this country has no such rule, or it is not configured."""

    code: str
    currency: str
    zone: ZoneInfo
    calendar: BusinessCalendar
    consumer_interest: InterestTerms
    commercial_interest: InterestTerms
    prescription: PrescriptionRules
    costs: CostRules | None
    letter: LetterRules | None
    contact_window: ContactWindow | None
    third_party: ThirdPartyCollection | None
    guard_sources: Mapping[str, str]

    def interest_for(self, kind: str) -> InterestTerms:
        """`kind` is the customer's: consumer or business."""
        return self.consumer_interest if kind == "consumer" else self.commercial_interest

    def source_of(self, guard: str) -> str:
        """The law behind a guard, or the house rule where no law is named."""
        return self.guard_sources.get(guard, HOUSE_RULE)


@cache
def jurisdiction(code: str) -> Jurisdiction:
    """The jurisdiction by ISO 3166 code. Raises InvalidInput for one that is not configured."""
    if code not in CODES:
        raise InvalidInput.field("jurisdiction", f"not one of {', '.join(CODES)}: {code[:8]!r}")
    data = jurisdictions.read(code.lower())
    tables = data["rates"]
    window = data.get("contact_window")
    return Jurisdiction(
        code=data["code"],
        currency=data["currency"],
        zone=ZoneInfo(data["time_zone"]),
        calendar=parse_calendar(data["calendar"]),
        consumer_interest=parse_interest_terms(data["interest"]["consumer"], tables),
        commercial_interest=parse_interest_terms(data["interest"]["commercial"], tables),
        prescription=parse_prescription(data["prescription"]),
        costs=parse_cost_rules(data),
        letter=parse_letter_rules(data),
        contact_window=parse_contact_window(window) if window else None,
        third_party=_parse_third_party(data.get("third_party_collection")),
        guard_sources=data.get("guard_sources", {}),
    )


def _parse_third_party(section: Mapping[str, Any] | None) -> ThirdPartyCollection | None:
    if section is None:
        return None
    return ThirdPartyCollection(
        valid_from=section["valid_from"],
        language_level=section["language_level"],
        letter_content=frozenset(section["letter_content"]),
        source=section["source"],
    )
