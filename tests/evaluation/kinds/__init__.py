"""The kinds of bank lines, each a story with its rule. Importing this registers them all."""

from tests.evaluation.kinds import amounts, damaged, payers, references, strangers
from tests.evaluation.kinds.telling import KINDS, Kind

__all__ = ["KINDS", "Kind", "amounts", "damaged", "payers", "references", "strangers"]
