"""A quarter of a water company, day by day: what the company, its customers and the bank do.

Everything goes through what anybody could use: REST, bank files, mails and the payment page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import get_args

from deploy.demo import acts, setting
from deploy.demo.acts import Bill, transfer
from deploy.demo.bank import Bank, Booking
from deploy.demo.calls import Calls
from deploy.demo.cast import Role, cast
from deploy.demo.direct_debit import Collected, batches, read_pain008
from deploy.demo.payer import Payer
from deploy.demo.people import Person
from deploy.demo.quiet import until_quiet

Act = Callable[[], Awaitable[None]]
Tell = Callable[[date, str], None]

COLLECTED_ON = date(2026, 4, 22)


@dataclass(slots=True)
class Story:
    """Plays itself with `play`; `tell` hears what happens, for the progress display."""

    calls: Calls
    payer: Payer
    people: list[Person]
    days: list[date]
    tell: Tell
    before_day: Callable[[date], None] = lambda _: None
    # The day's bank file is in, and what it causes is still on its way.
    amid_day: Callable[[date], None] = lambda _: None
    after_day: Callable[[date], None] = lambda _: None
    today: date = setting.FIRST_DAY
    bank: Bank = field(default_factory=lambda: Bank(setting.CREDITOR_IBAN))
    roles: dict[Role, list[Person]] = field(default_factory=dict)
    bills: dict[str, Bill] = field(default_factory=dict)
    customer_ids: dict[str, str] = field(default_factory=dict)
    plan: dict[date, list[Act]] = field(default_factory=lambda: defaultdict(list))
    submitted: dict[str, Collected] = field(default_factory=dict)

    async def play(self) -> None:
        self.roles = cast(self.people)
        # What the provider holds from before is not this story's.
        await self.payer.settle()
        await self.calls.set_date(self.today)
        await setting.register(self.calls, self.people)
        await until_quiet(self.calls, self.today)
        await setting.register_mandates(self.calls, self.people)
        self.tell(self.today, f"{len(self.people)} customers and their contracts registered")
        await self.bill()
        self.plan_acts()
        for day in self.days:
            await self.live(day)
            self.after_day(day)

    async def live(self, day: date) -> None:
        """One business day: the clock, what people do, the bank's file, and all that follows."""
        self.today = day
        self.before_day(day)
        await self.calls.set_date(day)
        for act in self.plan.get(day, ()):
            await act()
        content = self.bank.statement(day)
        await self.calls.upload("payments", "/statements", content, "application/xml")
        self.amid_day(day)
        await until_quiet(self.calls, day)

    async def bill(self) -> None:
        """Plan the run, look at what a check held, release it, issue all."""
        run = await self.calls.post("billing", "/billing-runs", setting.PERIOD)
        path = f"/billing-runs/{run['id']}"
        await until_quiet(self.calls, self.today)
        held = await self.calls.all("billing", f"{path}/drafts", status="held")
        await self.calls.post("billing", f"{path}/issue")
        await until_quiet(self.calls, self.today)
        self.tell(self.today, f"all bills issued but {len(held)} that a check held")
        for draft in held:
            await self.calls.post("billing", f"{path}/drafts/{draft['id']}/release")
        await self.calls.post("billing", f"{path}/issue")
        await until_quiet(self.calls, self.today)
        await self._read_bills()
        self.tell(self.today, f"{len(self.bills)} invoices issued, numbered and sent")

    async def _read_bills(self) -> None:
        customers = await self.calls.all("billing", "/customers")
        self.customer_ids = {customer["number"]: customer["id"] for customer in customers}
        numbers = {customer["id"]: customer["number"] for customer in customers}
        for shown in await self.calls.all("billing", "/invoices"):
            self.bills[numbers[shown["customer_id"]]] = Bill.of(shown)

    def plan_acts(self) -> None:
        for role in get_args(Role):
            people = self.roles.get(role, [])
            for day, booking in acts.in_time(role, people, self.bills, self.days):
                self.on(day, self._book(booking))
        self.on(date(2026, 4, 14), self._submit_debits)
        self._plan_returns()
        self._plan_online()
        self._plan_late()
        self._plan_agreements()
        self.on(date(2026, 4, 20), self._book(*acts.strangers()))
        self.on(date(2026, 4, 28), self._match_by_hand)

    def on(self, day: date, act: Act) -> None:
        """Do `act` on `day`, or on the next business day of the story."""
        later = [one for one in self.days if one >= day]
        if later:
            self.plan[later[0]].append(act)

    def _book(self, *bookings: Booking) -> Act:
        async def act() -> None:
            self.bank.book(*bookings)

        return act

    # Direct debits.

    async def _submit_debits(self) -> None:
        batch = await self.calls.post(
            "payments", "/debit-batches", {"collect_on": COLLECTED_ON.isoformat()}
        )
        await self.calls.approve("payments", f"/debit-batches/{batch['id']}/release")
        content = await self.calls.raw("payments", f"/debit-batches/{batch['id']}/file")
        collected = read_pain008(content)
        self.submitted = {one.iban: one for one in collected}
        self.on(COLLECTED_ON, self._book(*batches(collected)))
        self.tell(self.today, f"{len(collected)} direct debits handed to the bank (pain.008)")

    def _plan_returns(self) -> None:
        returns: tuple[tuple[Role, str, date], ...] = (
            ("returned_AM04", "AM04", date(2026, 4, 24)),
            ("returned_MS03", "MS03", date(2026, 4, 24)),
            ("returned_MD06", "MD06", date(2026, 5, 20)),
        )
        for role, code, day in returns:
            people = self.roles.get(role, [])
            self.on(day, self._give_back(people, code))
            for person in people[::2]:
                self.on(day + timedelta(days=12), self._pay_what_is_open(person))

    def _give_back(self, people: list[Person], code: str) -> Act:
        async def act() -> None:
            found = [self.submitted[p.iban] for p in people if p.iban in self.submitted]
            self.bank.book(*(one.given_back(code) for one in found))
            self.tell(self.today, f"{len(found)} direct debits returned ({code})")

        return act

    # Online.

    def _plan_online(self) -> None:
        open_days = [day for day in self.days if date(2026, 4, 3) <= day <= COLLECTED_ON]
        for place, person in enumerate(self.roles.get("pays_by_link", ())):
            self.on(open_days[place % len(open_days)], self._pay_online(person))
        for day in (date(2026, 4, 16), date(2026, 5, 1), date(2026, 6, 1)):
            self.on(day, self._pay_out)

    def _pay_online(self, person: Person) -> Act:
        async def act() -> None:
            if person.email is None:
                bill = self.bills[person.number]
                self.bank.book(transfer(person, bill.cents, reference=bill.rf_reference))
            else:
                await self.payer.pay_by_link(person.email)

        return act

    async def _pay_out(self) -> None:
        cents, text = await self.payer.settle()
        if cents:
            self.bank.book(Booking(cents=cents, name="Stichting Mollie Payments", text=text))
            self.tell(self.today, f"the provider pays out {cents / 100:,.2f} EUR")

    # Late, in part, or not at all.

    def _plan_late(self) -> None:
        late: tuple[tuple[Role, date], ...] = (
            ("pays_part", date(2026, 5, 6)),
            ("pays_after_reminder", date(2026, 5, 6)),
            ("pays_after_letter", date(2026, 6, 8)),
            ("pays_after_costs", date(2026, 6, 29)),
        )
        for role, day in late:
            for place, person in enumerate(self.roles.get(role, ())):
                self.on(day + timedelta(days=place % 3), self._pay_what_is_open(person))

    def _pay_what_is_open(self, person: Person) -> Act:
        async def act() -> None:
            customer_id = self.customer_ids[person.number]
            shown = await self.calls.get("billing", f"/customers/{customer_id}/balance")
            cents = shown["open"]["amount"]
            if cents:
                bill = self.bills[person.number]
                self.bank.book(transfer(person, cents, reference=bill.rf_reference))

        return act

    def _plan_agreements(self) -> None:
        self.on(date(2026, 5, 4), self._dispute)
        for role in ("keeps_arrangement", "breaks_arrangement"):
            for person in self.roles.get(role, ()):
                self.on(date(2026, 5, 6), self._arrange(person))
                bill = self.bills[person.number]
                first = bill.cents // 2 + bill.cents % 2
                self.on(date(2026, 5, 18), self._book(transfer(person, first, text=bill.number)))
                if role == "keeps_arrangement":
                    self.on(date(2026, 6, 16), self._pay_what_is_open(person))
        self.on(date(2026, 4, 17), self._credit)
        self.on(date(2026, 7, 8), self._write_off)

    def _arrange(self, person: Person) -> Act:
        async def act() -> None:
            body = {
                "customer_id": self.customer_ids[person.number],
                "invoice_ids": [self.bills[person.number].id],
                "instalments": 2,
                "first_due_on": "2026-05-20",
            }
            await self.calls.post("collections", "/arrangements", body)
            self.tell(self.today, "an arrangement in two instalments is agreed")

        return act

    async def _dispute(self) -> None:
        for person in self.roles.get("disputes", ()):
            body = {
                "customer_id": self.customer_ids[person.number],
                "invoice_ids": [self.bills[person.number].id],
                "reason": "amount",
                "text": "The meter was read at the neighbours'.",
            }
            await self.calls.post("collections", "/disputes", body)
            self.tell(self.today, "a dispute stops the dunning of one invoice")

    async def _credit(self) -> None:
        for person in self.roles.get("is_credited", ()):
            path = f"/invoices/{self.bills[person.number].id}/credit"
            await self.calls.post("billing", path, {"reason": "moved out before the period"})
            self.tell(self.today, "an invoice is credited")

    async def _write_off(self) -> None:
        for person in self.roles.get("never_pays", ())[:1]:
            path = f"/invoices/{self.bills[person.number].id}/write-off"
            await self.calls.post(
                "billing", path, {"reason": "address unknown, cost exceeds claim"}
            )
            self.tell(self.today, "an invoice is written off")

    async def _match_by_hand(self) -> None:
        """A clerk goes through the queue and takes what is proposed where the sender is known."""
        queued = await self.calls.all("payments", "/queue")
        known = {
            person.name: self.customer_ids[person.number]
            for person in self.roles.get("pays_without_reference", ())
        }
        sure = [
            {"payment_id": item["payment_id"], "proof": item["candidates"][0]["proof"]}
            for item in queued
            if item["candidates"]
            and item["candidates"][0]["customer_id"] == known.get(item["sender"]["name"])
        ]
        if sure:
            await self.calls.post("payments", "/queue/accept", {"items": sure})
        self.tell(
            self.today, f"a clerk accepts {len(sure)} of {len(queued)} proposals in the queue"
        )
