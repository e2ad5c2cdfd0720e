"""A payment that was refunded and then left by itself: the ledger never owes less than nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.billing.domain.ledger import Leg, received_legs
from services.billing.domain.settlement import Add, Applied, OpenItem, Reverse, apply_changes
from shared.ids import derived_id
from shared.money import Money

CUSTOMER, INVOICE, PAYMENT = UUID(int=1), UUID(int=2), UUID(int=3)
DAY = date(2026, 10, 1)


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


@dataclass
class Story:
    """One payment as payments plays it, and the ledger billing makes of what it hears.

    `asked` are refunds a file holds, `refunded` those the bank executed.
    """

    amount: int
    item: OpenItem
    allocated: dict[UUID, int] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)
    refunded: int = 0
    is_reversed: bool = False
    legs: list[Leg] = field(default_factory=list)
    made: int = 0

    @property
    def rest(self) -> int:
        taken = sum(self.allocated.values()) + sum(self.asked) + self.refunded
        return 0 if self.is_reversed else self.amount - taken

    @property
    def unallocated(self) -> int:
        """What the ledger has of the payment for nobody; a liability, so credit is positive."""
        return -sum(leg.amount for leg in self.legs if leg.account == "unallocated")

    def apply(self, change: Add | Reverse) -> None:
        (outcome,) = apply_changes({INVOICE: self.item}, [change])
        assert isinstance(outcome, Applied)
        self.legs += outcome.entry.legs

    def allocate(self, share: int) -> None:
        minor = min(self.rest, self.item.balance().open) * share // 100
        if minor > 0:
            self.made += 1
            allocation = derived_id(PAYMENT, self.made)
            self.allocated[allocation] = minor
            self.apply(self.movement(allocation, "payment", minor))

    def undo(self) -> None:
        if self.allocated:
            allocation, minor = self.allocated.popitem()
            self.apply(
                Reverse(
                    id=allocation,
                    invoice_id=INVOICE,
                    amount=Money(minor, "EUR"),
                    cause_id=derived_id(allocation, "undone"),
                    booked_on=DAY,
                )
            )

    def ask(self, share: int) -> None:
        minor = self.rest * share // 100
        if minor > 0:
            self.asked.append(minor)

    def execute(self) -> None:
        """`RefundExecuted`: owed again at once when the payment is gone already."""
        if self.asked:
            minor = self.asked.pop()
            self.legs += received_legs(-minor, by_provider=False)
            if self.is_reversed:
                self.reclaim(minor)
            else:
                self.refunded += minor

    def reverse(self) -> None:
        """Allocations are undone first, then `PaymentReversed` tells what was refunded."""
        if self.is_reversed:
            return
        while self.allocated:
            self.undo()
        self.is_reversed = True
        self.legs += received_legs(-self.amount, by_provider=False)
        if self.refunded:
            self.reclaim(self.refunded)
            self.refunded = 0

    def reclaim(self, minor: int) -> None:
        self.made += 1
        self.apply(self.movement(derived_id(PAYMENT, self.made), "reclaim", minor))

    def movement(self, movement_id: UUID, kind: str, minor: int) -> Add:
        fields = {"kind": kind, "amount": eur(minor), "effective_on": DAY}
        return Add(id=movement_id, invoice_id=INVOICE, customer_id=CUSTOMER, **fields)  # type: ignore[arg-type]


ACTS = st.one_of(
    st.tuples(st.sampled_from(["allocate", "ask"]), st.integers(1, 100)),
    st.tuples(st.sampled_from(["undo", "execute", "reverse"])),
)


@given(st.integers(1, 20_000), st.integers(1, 20_000), st.lists(ACTS, max_size=12))
def test_allocated_and_unallocated_are_what_is_booked_and_unallocated_is_never_negative(
    amount: int, principal: int, acts: list[tuple[str, int] | tuple[str]]
) -> None:
    """Whatever order a refund, its execution and the return of the payment come in."""
    item = OpenItem(INVOICE, CUSTOMER, 1, DAY, "EUR", principal, {})
    story = Story(amount, item, legs=list(received_legs(amount, by_provider=False)))
    bank = 0
    for name, *arguments in acts:
        getattr(story, name)(*arguments)
        bank = sum(leg.amount for leg in story.legs if leg.account == "bank")
        placed = sum(story.allocated.values())
        reclaimed = sum(m.amount for m in item.movements.values() if m.kind == "reclaim")
        assert story.unallocated == story.rest + sum(story.asked) * (not story.is_reversed)
        assert story.unallocated >= 0
        assert placed + story.unallocated == bank + reclaimed
        assert item.balance().open - item.balance().surplus == principal - placed + reclaimed
        assert sum(leg.amount for leg in story.legs) == 0


def test_a_refund_of_a_returned_debit_is_owed_on_its_invoice() -> None:
    """Paid twice, refunded once, and the debit taken back: the invoice is open for it again."""
    item = OpenItem(INVOICE, CUSTOMER, 1, DAY, "EUR", 6_400, {})
    story = Story(6_400, item, legs=list(received_legs(6_400, by_provider=False)))
    story.apply(story.movement(UUID(int=9), "payment", 6_400))
    assert item.status() == "settled"
    story.ask(100)
    story.execute()
    story.reverse()
    assert (item.status(), item.balance().principal) == ("open", 6_400)
