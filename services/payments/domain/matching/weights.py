"""How much each piece of evidence weighs, and what a sum of weights is worth as a probability.

After Fellegi and Sunter (A Theory for Record Linkage, JASA 1969): a weight is the natural logarithm
of how much more often the evidence is seen with the right customer than with another. Weights add
up; `prior` is the logarithm of the odds of any one customer before anything is known.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import exp
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """One dated set. `calibration` are points (score, log-odds) between which is interpolated."""

    valid_from: date
    prior: float
    of: Mapping[str, float]
    calibration: tuple[tuple[float, float], ...]

    def score(self, codes: Iterable[str]) -> float:
        of = self.of
        return self.prior + sum([of[code] for code in codes])

    def probability(self, margin: float) -> float:
        """Of an answer whose score leads all the others together, and none at all, by `margin`."""
        points = self.calibration
        at = min(max(bisect_right(points, (margin, 0.0)), 1), len(points) - 1)
        (low, low_odds), (high, high_odds) = points[at - 1], points[at]
        part = min(max((margin - low) / (high - low), 0.0), 1.0)
        return 1.0 / (1.0 + exp(-(low_odds + part * (high_odds - low_odds))))


# Counted over worlds of `tests/evaluation` with other seeds than its report uses, then set by hand
# (`python -m tests.evaluation.weigh` counts anew). What the count cannot tell was judged:
# - An account or a name is what made somebody a suspect at all, so among suspects it looks common.
#   Its weight is that among all customers, where one in many thousands shares it.
# - Made-up strangers bear customers' names less often than real ones: names weigh less than that.
# - Amounts weigh as in worlds of few price points, where one customer in eight owes the same.
# - A name posts with an amount from two initials on, or one where nobody else bears the surname; a
#   rival of the surname who owes as much brings it below again (`name_surname`).
# The calibration keeps odds within 3,000 to 1: beyond 8 there were too few lines to claim more.
# Answers that led by 0 to 3 came true oftener than they led, and those below -3 more seldom.
WEIGHTS_2026: Final = Weights(
    valid_from=date(2026, 1, 1),
    prior=-9.0,
    of={
        # What was written of an invoice.
        "reference_exact": 18.0,
        "reference_read": 16.0,
        "number_exact": 15.0,
        "reference_slip": 9.0,
        "reference_cut": 8.0,
        "number_inside": 8.0,
        "number_slip": 8.0,
        # What was written of a customer.
        "mandate_named": 14.0,
        "customer_number": 12.0,
        "name_in_text": 10.0,
        "surname_in_text": 3.0,
        # Whose account it came from.
        "account_mandate": 13.0,
        "account_direct_debit": 13.0,
        "account_remembered": 13.0,
        "account_payment": 12.0,
        "account_of_another": -4.0,
        # Whose name the bank gives.
        "name_full": 12.2,
        "name_same": 7.0,
        "name_sole": 6.0,
        "name_half": 2.5,
        "name_similar": 5.0,
        "name_surname": 4.8,
        "name_differs": -3.0,
        # What the amount is of what is open.
        "amount_one": 4.0,
        "amount_all": 4.0,
        "amount_some": 3.0,
        "amount_instalment": 3.5,
        "instalment_named": 1.5,
        "amount_without_costs": 3.0,
        "amount_tolerated": 3.0,
        "amount_transposed": 1.0,
        "amount_rounded": 0.5,
        "amount_several_ways": -2.0,
        "amount_differs": -6.0,
        "nothing_open": -3.0,
    },
    calibration=((-8.0, -8.0), (-3.0, -4.0), (0.0, 0.5), (2.0, 3.0), (7.0, 7.0), (8.0, 8.0)),
)
