"""What else to look up, once it is known what the lines name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from services.payments.domain.matching.book import Book
from services.payments.domain.matching.facts import Line
from services.payments.domain.matching.named import is_beyond_doubt, named_in
from services.payments.domain.names import read_text
from services.payments.domain.near_references import near_numbers, near_references


@dataclass(slots=True)
class Sought:
    """Keys of the second look-up; none of them when every line names what it pays and fits it."""

    references: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    customer_numbers: set[str] = field(default_factory=set)
    # With the amounts (minor units) of the lines that bear each name.
    names: dict[str, set[int]] = field(default_factory=dict)
    customer_ids: set[UUID] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.references or self.numbers or self.customer_numbers) or bool(
            self.names or self.customer_ids
        )


def sought(lines: Iterable[Line], book: Book) -> Sought:
    more = Sought()
    for line in lines:
        if line.invoice_id is None and not _needs_nothing_more(line, book):
            _seek(line, book, more)
    return more


def _needs_nothing_more(line: Line, book: Book) -> bool:
    """A checked reference and its amount; of a bare number the sender's name must be known too."""
    named = named_in(line, book)
    return named is not None and named.rule == "reference" and is_beyond_doubt(line, named, book)


def _seek(line: Line, book: Book, more: Sought) -> None:
    clues, named = line.clues, named_in(line, book)
    runs = clues.runs()
    more.references |= near_references(runs)
    more.numbers.update(*near_numbers(runs, book.number_lengths))
    more.customer_numbers.update(clues.numbers, runs)
    if not line.accounts:
        for name in (book.read(line.payer_name), read_text(clues.text)):
            for key in name.search_keys():
                more.names.setdefault(key, set()).add(line.amount.minor)
    more.customer_ids.update(line.accounts or ())
    more.customer_ids.update(named.customer_ids if named else ())
    if line.mandate_customer_id is not None:
        more.customer_ids.add(line.mandate_customer_id)
