"""The guards over one step: may it be taken now, and may its message be sent at this hour?

They stand outside the policy, as those over the customer and the invoice do (`guards`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from services.collections.domain.decisions import ALLOWED, Verdict
from services.collections.domain.facts import CaseFacts, Receivable, StepTaken
from services.collections.domain.guards import blocked_by
from services.collections.domain.jurisdiction import Jurisdiction
from services.collections.domain.ladder import DunningPolicy, Step
from services.collections.domain.letter_of_step import faults_of, term_of


def balance_is_worth_a_step(total_minor: int, policy: DunningPolicy, law: Jurisdiction) -> Verdict:
    if total_minor >= policy.small_balance.minor:
        return ALLOWED
    return blocked_by(law, "small_balance", None, limit=policy.small_balance)


def bank_is_known(
    facts: CaseFacts, policy: DunningPolicy, law: Jurisdiction, today: date
) -> Verdict:
    """ "You have not paid" must be true when it is said: the statements have to be recent."""
    known_on = facts.bank_known_on
    if known_on is None:
        return ALLOWED
    if today <= law.calendar.add_business_days(known_on, policy.bank_age_business_days):
        return ALLOWED
    return blocked_by(law, "bank_not_known", None, known_on=known_on)


def day_is_for_contact(step: Step, law: Jurisdiction, today: date) -> Verdict:
    if step.kind == "costs" or law.calendar.is_contact_day(today):
        return ALLOWED
    until = law.calendar.next_contact_day(today)
    return blocked_by(law, "contact_closed", until, opens_on=until)


def cost_clause_is_safe(
    step: Step, receivables: Sequence[Receivable], law: Jurisdiction
) -> Verdict:
    """An unfair clause on costs takes the statutory fee with it: none is named or imposed."""
    if step.costs == "none":
        return ALLOWED
    for receivable in receivables:
        if not receivable.cost_clause_safe:
            return blocked_by(law, "cost_clause_unsafe", None, number=receivable.number)
    if law.costs is None:
        return blocked_by(law, "costs_not_configured", None, jurisdiction=law.code)
    return ALLOWED


def letter_has_expired(
    facts: CaseFacts,
    step: Step,
    receivables: Sequence[Receivable],
    letter: StepTaken | None,
    policy: DunningPolicy,
    law: Jurisdiction,
    today: date,
) -> Verdict:
    """Before a consumer owes costs: a faultless 14-day letter whose free days are over."""
    if step.costs != "impose" or facts.kind != "consumer" or law.letter is None:
        return ALLOWED
    if letter is None or letter.sent_on is None:
        return blocked_by(law, "letter_missing", None)
    for receivable in receivables:
        found = faults_of(letter, receivable, law.letter)
        if found or receivable.invoice_id not in letter.covers:
            return blocked_by(law, "letter_invalid", None, faults=found or ("claim_not_in_letter",))
    term = term_of(letter, law, policy.prudence)
    if today < term.impose_from:
        until, last_day = term.impose_from, term.last_free_day
        return blocked_by(law, "letter_term_running", until, last_day=last_day)
    return ALLOWED


def letter_says_enough(facts: CaseFacts, step: Step, law: Jurisdiction, today: date) -> Verdict:
    """A collector for another writes at level B1 and names what the law asks for in a demand."""
    rule = law.third_party
    creditor_collects_itself = not facts.creditor.collects_for_third_party
    if (
        step.kind != "message"
        or rule is None
        or creditor_collects_itself
        or today < rule.valid_from
    ):
        return ALLOWED
    missing = sorted(rule.letter_content - step.content) if step.costs == "announce" else []
    if step.language_level != rule.language_level:
        missing.append("language_level")
    if not missing:
        return ALLOWED
    return blocked_by(law, "letter_content_missing", None, missing=tuple(missing))


def check_sending(channel: str, at: datetime, law: Jurisdiction) -> Verdict:
    """The hours for contact, asked at the moment of sending. Post is not bound to the hour."""
    window = law.contact_window
    if channel == "letter" or window is None or window.is_open(at, law.zone, law.calendar):
        return ALLOWED
    opens_on = window.next_opening(at, law.zone, law.calendar).astimezone(law.zone).date()
    return blocked_by(law, "contact_closed", opens_on, opens_on=opens_on)


def check_step(
    facts: CaseFacts,
    step: Step,
    receivables: Sequence[Receivable],
    letter: StepTaken | None,
    policy: DunningPolicy,
    law: Jurisdiction,
    today: date,
) -> Verdict:
    """All guards of a step over the invoices it would act on."""
    verdicts = (
        cost_clause_is_safe(step, receivables, law),
        letter_has_expired(facts, step, receivables, letter, policy, law, today),
        letter_says_enough(facts, step, law, today),
        bank_is_known(facts, policy, law, today),
        day_is_for_contact(step, law, today),
    )
    for verdict in verdicts:
        if verdict is not ALLOWED:
            return verdict
    return ALLOWED
