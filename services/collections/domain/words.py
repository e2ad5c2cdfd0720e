"""The words behind codes: steps, faults of a letter, channels, holds and next actions (nl, en)."""

from types import MappingProxyType

WORDS: MappingProxyType[str, tuple[str, str]] = MappingProxyType(
    {
        # Steps of the packaged policies.
        "debit_return_contact": ("contact over de storno", "contact about the returned debit"),
        "friendly_reminder": ("vriendelijke herinnering", "friendly reminder"),
        "second_reminder": ("tweede herinnering", "second reminder"),
        "fourteen_day_letter": ("veertiendagenbrief", "14-day letter"),
        "final_demand_business": ("laatste aanmaning", "final demand"),
        "final_demand_without_costs": (
            "laatste aanmaning zonder kosten",
            "final demand without costs",
        ),
        "impose_costs": ("incassokosten en rente", "collection costs and interest"),
        "impose_costs_business": ("incassokosten en rente", "collection costs and interest"),
        "call": ("bellen", "call"),
        "call_without_costs": ("bellen", "call"),
        "bailiff_handover": ("overdracht aan de deurwaarder", "hand-over to the bailiff"),
        # Faults of a 14-day letter.
        "sent_before_default": ("verzonden voor het verzuim", "sent before default"),
        "sent_before_debit_return": ("verzonden voor de storno", "sent before the debit returned"),
        "wording_not_approved": ("de termijn staat er onjuist in", "the term is worded wrongly"),
        "costs_not_named": ("het kostenbedrag ontbreekt", "the amount of costs is not named"),
        "delivery_unproven": ("ontvangst is niet bewezen", "receipt is not proven"),
        "claim_not_in_letter": ("deze factuur staat er niet in", "this invoice is not in it"),
        # Content of a collection letter.
        "parties": ("partijen", "parties"),
        "ground": ("grondslag", "ground"),
        "payment_term": ("betaaltermijn", "payment term"),
        "interest_terms": ("renteopgave", "interest terms"),
        "totals": ("totalen", "totals"),
        "registration_number": ("registratienummer", "registration number"),
        "complaints_route": ("klachtenroute", "complaints route"),
        "language_level": ("taalniveau B1", "language level B1"),
        # Messages that are no steps, and why billing refuses a charge.
        "direct_debit_returned": ("bericht over de storno", "note on the returned debit"),
        "arrangement_confirmed": ("bevestiging van de regeling", "confirmation of the arrangement"),
        "arrangement_broken": ("bericht over de gemiste termijn", "note on the missed instalment"),
        "arrangement_completed": ("afsluiting van de regeling", "completion of the arrangement"),
        "dispute_received": ("ontvangstbevestiging bezwaar", "receipt of the dispute"),
        "dispute_resolved": ("antwoord op het bezwaar", "answer to the dispute"),
        "unknown_invoice": ("factuur onbekend", "unknown invoice"),
        "credited": ("factuur gecrediteerd", "invoice was credited"),
        "wrong_currency": ("andere valuta", "another currency"),
        "wrong_customer": ("andere klant", "another customer"),
        # Channels and holds.
        "email": ("e-mail", "e-mail"),
        "letter": ("brief", "letter"),
        "clerk": ("medewerker", "clerk"),
        "promise": ("belofte", "promise"),
        "move": ("verhuizing", "move"),
        "other": ("anders", "other"),
        "debit_to_mend": ("incasso te herstellen", "direct debit to be mended"),
        # What a return asks of us.
        "fix_file": ("herstel de gegevens in de incasso", "mend the data of the debit"),
        "move_to_core": ("vraag een gewone machtiging", "ask for a Core mandate"),
        "reconcile_refund_if_double": (
            "controleer op dubbel incasseren",
            "check for a double collection",
        ),
        "contact_first": ("overleg met de klant", "talk to the customer"),
        # Next actions of the worklist.
        "write_to_heirs": ("schrijf de erven", "write to the heirs"),
        "file_claim": ("dien de vordering in", "file the claim"),
        "answer_debt_help": ("beantwoord de schuldhulp", "answer debt help"),
        "answer_dispute": ("beantwoord het bezwaar", "answer the dispute"),
        "review_costs": ("herzie de incassokosten", "review the collection costs"),
        "mend_debit": ("herstel de incasso", "mend the direct debit"),
        "call_about_return": ("bel over de storno", "call about the returned debit"),
        "call_about_instalment": ("bel over de gemiste termijn", "call about the instalment"),
        "call_about_promise": ("bel over de belofte", "call about the promise"),
        "answer_proposal": ("beantwoord het voorstel", "answer the proposal"),
        "call_customer": ("bel de klant", "call the customer"),
        "find_contact": ("zoek contactgegevens", "find contact data"),
        "find_administrator": ("zoek de bewindvoerder", "find the administrator"),
        "interrupt_prescription": ("stuit de verjaring", "interrupt prescription"),
        "check_charge": ("controleer de geweigerde kosten", "check the rejected charge"),
        "approve_handover": ("beoordeel de overdracht", "decide on the hand-over"),
        "approve_write_off": ("beoordeel de afboeking", "decide on the write-off"),
    }
)
