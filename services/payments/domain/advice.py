"""What a clerk can do about what waits for them, in words."""

from __future__ import annotations

from typing import Final

from services.payments.domain.queue_texts import Texts, text_of

_PAYOUT: Final = (
    "Mend what differs and have the provider asked again, put it aside, or accept what is missing,"
    " saying why",
    "Herstel wat verschilt en laat het opnieuw vragen, leg het opzij, of aanvaard wat ontbreekt en"
    " zeg waarom",
)
_UNTOLD: Final = (
    "Have the provider asked again, put it aside, or have a supervisor accept it with what the"
    " provider's own papers say it kept",
    "Laat het opnieuw vragen, leg het opzij, of laat een leidinggevende het aanvaarden met wat de"
    " betaaldienst volgens zijn eigen stukken heeft ingehouden",
)
_REVERSAL: Final = (
    "Say which payment it takes back, wholly or in part, or that it is none of ours, with the"
    " reason; ask the bank where nothing tells",
    "Zeg welke betaling ermee is teruggenomen, geheel of voor een deel, of dat ze niet van ons is,"
    " met de reden; vraag het de bank als niets het aanwijst",
)
# Of the queue, where the candidates do not say it already.
QUEUE_ADVICE: Final[Texts] = {
    "paid_twice": (
        "Accept it as the customer's credit, match it to another invoice, or ask for its refund;"
        " refunded at the provider it leaves by itself",
        "Aanvaard het als tegoed van de klant, wijs het aan een andere factuur toe, of vraag"
        " terugbetaling aan; terugbetaald bij de betaaldienst verdwijnt het vanzelf",
    ),
    **dict.fromkeys(
        (
            "payout_differs",
            "part_unknown",
            "part_differs",
            "part_unclear",
            "not_taken_back",
            "not_reinstated",
            "costs_differ",
            "paid_out_before",
        ),
        _PAYOUT,
    ),
    **dict.fromkeys(("reversal_unknown", "reversal_unclear", "reversal_in_part"), _REVERSAL),
    "transfer_returned": (
        "Ask the customer for another account and ask for the transfer anew, or accept it as"
        " credit",
        "Vraag de klant om een andere rekening en vraag de overboeking opnieuw aan, of aanvaard het"
        " als tegoed",
    ),
    "charge_reversed": (
        "Look up on the statement what had left: a charge, or a transfer made elsewhere; match it"
        " only when a customer paid it",
        "Zoek op het afschrift op wat was afgeschreven: kosten, of een overboeking van elders; wijs"
        " het alleen toe als een klant het heeft betaald",
    ),
    **dict.fromkeys(("unknown_to_provider", "provider_away", "provider_refused"), _UNTOLD),
}

_OTHERWISE: Final = "otherwise"
# Of a provider's event that is stuck.
STUCK_ADVICE: Final[Texts] = {
    "paid_twice": (
        "Retry: the second payment is booked and waits in the queue",
        "Probeer opnieuw: de tweede betaling wordt geboekt en komt in de wachtrij",
    ),
    "unknown_payment": (
        "Dismiss it when it is another shop's payment on the same account; retry when it is ours"
        " and known by now",
        "Wijs het af als het een betaling van een andere winkel op dezelfde rekening is; probeer"
        " opnieuw als ze van ons is en inmiddels bekend",
    ),
    "not_paid_yet": (
        "Its payment was never told: look it up at the provider, then retry or dismiss",
        "De betaling zelf is nooit gemeld: zoek ze op bij de betaaldienst en probeer opnieuw, of"
        " wijs het af",
    ),
    "not_taken_back": (
        "What went back at the provider had left us already, or is in another currency: cancel the"
        " refund that waits and retry, or claim it from the customer and dismiss",
        "Wat bij de betaaldienst terugging, was al van ons weg of is in een andere munt: trek de"
        " wachtende terugbetaling in en probeer opnieuw, of vorder het bij de klant en wijs het af",
    ),
    "captured_in_parts": (
        "The payment was captured in parts and the first alone is booked: accept the rest with the"
        " payout that holds it, then dismiss this",
        "De betaling is in delen geïnd en alleen het eerste is geboekt: aanvaard de rest bij de"
        " uitbetaling waar die in zit en wijs dit daarna af",
    ),
    _OTHERWISE: (
        "Mend what keeps it from being worked on and retry, or dismiss it, saying why",
        "Herstel wat de verwerking tegenhoudt en probeer opnieuw, of wijs het af en zeg waarom",
    ),
}


def queue_advice(reason: str, language: str) -> str | None:
    return text_of(reason, QUEUE_ADVICE, language) if reason in QUEUE_ADVICE else None


def stuck_advice(reason: str | None, language: str) -> str:
    code = reason if reason in STUCK_ADVICE else _OTHERWISE
    return text_of(code or _OTHERWISE, STUCK_ADVICE, language)
