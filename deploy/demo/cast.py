"""Who does what with the bill: the roles of the story, dealt out by place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal

from deploy.demo.people import Person

Role = Literal[
    # on direct debit
    "debited",
    "returned_AM04",
    "returned_MS03",
    "returned_MD06",
    # by transfer, in time
    "pays_structured",
    "pays_kenmerk_in_text",
    "pays_number_in_text",
    "pays_by_link",
    # by transfer, oddly
    "pays_part",
    "pays_too_much",
    "pays_twice",
    "pays_wrong_reference",
    "pays_without_reference",
    # late or never
    "pays_after_reminder",
    "pays_after_letter",
    "pays_after_costs",
    "never_pays",
    "keeps_arrangement",
    "breaks_arrangement",
    "disputes",
    "is_credited",
]

# How many of each special role there are; everybody else pays as people do.
_DEBITED: tuple[tuple[Role, int], ...] = (
    ("returned_AM04", 8),
    ("returned_MS03", 4),
    ("returned_MD06", 5),
)
_TRANSFERRING: tuple[tuple[Role, int], ...] = (
    ("keeps_arrangement", 1),
    ("breaks_arrangement", 1),
    ("disputes", 1),
    ("is_credited", 1),
    ("pays_part", 6),
    ("pays_too_much", 5),
    ("pays_twice", 4),
    ("pays_wrong_reference", 6),
    ("pays_without_reference", 4),
    ("pays_by_link", 30),
    ("pays_after_reminder", 25),
    ("pays_after_letter", 8),
    ("pays_after_costs", 4),
    ("never_pays", 12),
)
_ORDINARY: tuple[Role, ...] = ("pays_structured", "pays_kenmerk_in_text", "pays_number_in_text")


def cast(people: Sequence[Person]) -> dict[Role, list[Person]]:
    """Every person has one role; the same people always get the same."""
    roles: dict[Role, list[Person]] = defaultdict(list)
    debited = [person for person in people if person.direct_debit]
    transferring = [person for person in people if not person.direct_debit]
    for person, role in zip(debited, _dealt(_DEBITED, len(debited), ("debited",)), strict=True):
        roles[role].append(person)
    dealt = _dealt(_TRANSFERRING, len(transferring), _ORDINARY)
    for person, role in zip(transferring, dealt, strict=True):
        roles[role].append(person)
    return roles


def _dealt(special: Sequence[tuple[Role, int]], count: int, ordinary: Sequence[Role]) -> list[Role]:
    """`count` roles: the special ones (fewer of each in a small cast), then the ordinary ones."""
    wanted = sum(number for _, number in special)
    scale = min(1.0, count / (2 * wanted))
    dealt = [role for role, number in special for _ in range(max(1, round(number * scale)))]
    dealt = dealt[:count]
    return dealt + [ordinary[place % len(ordinary)] for place in range(count - len(dealt))]
