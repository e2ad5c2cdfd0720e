"""The guards over a customer and an invoice: may anything be done here at all?

A policy proposes; guards outside it dispose, and say on which rule they stand. The first that
objects wins, so each group lists the gravest first. `step_guards` judge the step itself. The
guards of cut-off (minors, medical statement) are not among them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from services.collections.domain.calendar import ONE_DAY, add_months
from services.collections.domain.decisions import ALLOWED, Blocked, Figure, Reason, Verdict
from services.collections.domain.facts import CaseFacts, Covers, FlagKind, Receivable
from services.collections.domain.jurisdiction import Jurisdiction

CustomerGuard = Callable[[CaseFacts, Jurisdiction, date], Verdict]
InvoiceGuard = Callable[[CaseFacts, Receivable, Jurisdiction, date], Verdict]

# Flags that stop everything, gravest first. Administration redirects; Wsnp looks at the claim.
_STOPPING = (
    FlagKind.DECEASED,
    FlagKind.BANKRUPTCY,
    FlagKind.SUSPENSION_OF_PAYMENTS,
    FlagKind.MORATORIUM,
    FlagKind.DEBT_HELP,
)
_ESTATE_REST_MONTHS = 3


def no_stopping_flag(facts: CaseFacts, law: Jurisdiction, today: date) -> Verdict:
    """Death, insolvency, moratorium and debt help stop every step against the person."""
    if not facts.flags:
        return ALLOWED
    for kind in _STOPPING:
        standing = [f for f in facts.flags if f.kind is kind and _lasts(f.until, today)]
        if not standing:
            continue
        flag = max(standing, key=lambda f: (_end(f.until), f.since))
        if kind is FlagKind.DECEASED:
            rest = add_months(flag.since, _ESTATE_REST_MONTHS)
            return blocked_by(law, kind.value, None, since=flag.since, rest_until=rest)
        until = flag.until + ONE_DAY if flag.until else None
        return blocked_by(law, kind.value, until, since=flag.since)
    return ALLOWED


def administrator_is_known(facts: CaseFacts, law: Jurisdiction, today: date) -> Verdict:
    """Under protective administration (bewind) everything goes to the administrator."""
    if facts.administrator_known or not is_administered(facts, today):
        return ALLOWED
    return blocked_by(law, "administrator_unknown", None)


def collector_is_registered(facts: CaseFacts, law: Jurisdiction, today: date) -> Verdict:
    """Whoever collects for another needs a registration in force (Wki)."""
    creditor = facts.creditor
    rule = law.third_party
    if not creditor.collects_for_third_party or rule is None or today < rule.valid_from:
        return ALLOWED
    if creditor.registered_until is not None and creditor.registered_until >= today:
        return ALLOWED
    return blocked_by(law, "collector_unregistered", None)


CUSTOMER_GUARDS: tuple[CustomerGuard, ...] = (
    no_stopping_flag,
    administrator_is_known,
    collector_is_registered,
)


def claim_is_outside_restructuring(
    facts: CaseFacts, receivable: Receivable, law: Jurisdiction, today: date
) -> Verdict:
    """Wsnp covers claims that existed at the ruling; later use is billed and dunned as usual."""
    rulings = [
        flag.since
        for flag in facts.flags
        if flag.kind is FlagKind.DEBT_RESTRUCTURING
        and receivable.issued_on <= flag.since
        and _lasts(flag.until, today)
    ]
    return blocked_by(law, "debt_restructuring", None, since=max(rulings)) if rulings else ALLOWED


def claim_is_enforceable(
    _facts: CaseFacts, receivable: Receivable, law: Jurisdiction, today: date
) -> Verdict:
    """A prescribed claim is not pursued; a person decides about it."""
    last_day = receivable.last_enforceable_day
    if last_day is None or today <= last_day:
        return ALLOWED
    return blocked_by(law, "prescribed", None, number=receivable.number, last_day=last_day)


def no_open_dispute(
    facts: CaseFacts, receivable: Receivable, law: Jurisdiction, _today: date
) -> Verdict:
    """A contested claim is answered before it is pursued."""
    opened = [d.opened_on for d in facts.disputes if _covers(d.covers, receivable)]
    if not opened:
        return ALLOWED
    return blocked_by(law, "dispute", None, number=receivable.number, opened_on=min(opened))


def no_kept_arrangement(
    facts: CaseFacts, receivable: Receivable, law: Jurisdiction, today: date
) -> Verdict:
    """While an arrangement is kept, or a proposed one waits for our answer, nothing is added.

    An arrangement that is no longer kept breaks by itself (`arrangement`) and is `broken` then.
    """
    standing = [
        a
        for a in facts.arrangements
        if a.status in ("proposed", "active") and _covers(a.covers, receivable)
    ]
    if not standing:
        return ALLOWED
    latest = max(standing, key=lambda a: (_end(a.holds_until), a.status))
    until = _later_than(today, latest.holds_until)
    return blocked_by(law, f"arrangement_{latest.status}", until, number=receivable.number)


def no_hold(facts: CaseFacts, receivable: Receivable, law: Jurisdiction, today: date) -> Verdict:
    standing = [
        hold
        for hold in facts.holds
        if _covers(hold.covers, receivable) and _lasts(hold.until, today)
    ]
    if not standing:
        return ALLOWED
    latest = max(standing, key=lambda hold: (_end(hold.until), hold.kind))
    if latest.until is None:
        return blocked_by(law, "hold", None, kind=latest.kind)
    return blocked_by(law, "hold_until", latest.until + ONE_DAY, last_day=latest.until)


def no_payment_in_flight(
    facts: CaseFacts, receivable: Receivable, law: Jurisdiction, today: date
) -> Verdict:
    """Money on its way is waited for until payments tells how it ended, however late that is."""
    standing = [p for p in facts.in_flight if _covers(p.covers, receivable)]
    if not standing:
        return ALLOWED
    latest = max(standing, key=lambda payment: (payment.expected_by, payment.kind))
    until, expected_by = _later_than(today, latest.expected_by), latest.expected_by
    rule = f"{latest.kind}_in_flight"
    return blocked_by(law, rule, until, number=receivable.number, expected_by=expected_by)


INVOICE_GUARDS: tuple[InvoiceGuard, ...] = (
    claim_is_outside_restructuring,
    claim_is_enforceable,
    no_open_dispute,
    no_kept_arrangement,
    no_hold,
    no_payment_in_flight,
)


def check_customer(facts: CaseFacts, law: Jurisdiction, today: date) -> Verdict:
    for guard in CUSTOMER_GUARDS:
        verdict = guard(facts, law, today)
        if verdict is not ALLOWED:
            return verdict
    return ALLOWED


def check_invoice(
    facts: CaseFacts, receivable: Receivable, law: Jurisdiction, today: date
) -> Verdict:
    for guard in INVOICE_GUARDS:
        verdict = guard(facts, receivable, law, today)
        if verdict is not ALLOWED:
            return verdict
    return ALLOWED


def is_administered(facts: CaseFacts, today: date) -> bool:
    return any(
        flag.kind is FlagKind.ADMINISTRATION and _lasts(flag.until, today) for flag in facts.flags
    )


def _covers(covers: Covers, receivable: Receivable) -> bool:
    return covers is None or receivable.invoice_id in covers


def _lasts(until: date | None, today: date) -> bool:
    return until is None or until >= today


def _end(until: date | None) -> date:
    return until or date.max


def _later_than(today: date, day: date | None) -> date | None:
    """The day after `day` as a moment to look again, unless it has passed already."""
    return day + ONE_DAY if day is not None and day >= today else None


def blocked_by(law: Jurisdiction, guard: str, until: date | None, **figures: Figure) -> Blocked:
    return Blocked(Reason(guard, tuple(figures.items())), until, law.source_of(guard))
