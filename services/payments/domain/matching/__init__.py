"""Whose money is it, and what for? Pure decisions over many payments at once.

`facts` is what is known, `evidence` what of it speaks for whom, `weights` how much that is worth,
`decide` what follows. What a payer names decides (BW 6:43 lid 1; a betalingskenmerk counts as
naming) unless something contradicts it; else evidence is weighed, and what stays open to doubt is
`Ambiguous` and goes to a person, with the candidates and their reasons.
"""

from services.payments.domain.matching.book import Book
from services.payments.domain.matching.decide import decide_all
from services.payments.domain.matching.decisions import (
    CANDIDATES_MAX,
    Ambiguous,
    Candidate,
    Decision,
    Exact,
    NoMatch,
    Over,
    Partial,
    Posted,
    Several,
    Share,
)
from services.payments.domain.matching.facts import (
    CAREFUL,
    Debtor,
    Facts,
    Item,
    Line,
    Plan,
    Settings,
)
from services.payments.domain.matching.seek import Sought, sought

__all__ = [
    "CANDIDATES_MAX",
    "CAREFUL",
    "Ambiguous",
    "Book",
    "Candidate",
    "Debtor",
    "Decision",
    "Exact",
    "Facts",
    "Item",
    "Line",
    "NoMatch",
    "Over",
    "Partial",
    "Plan",
    "Posted",
    "Settings",
    "Several",
    "Share",
    "Sought",
    "decide_all",
    "sought",
]
