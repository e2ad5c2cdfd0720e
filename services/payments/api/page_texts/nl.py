"""Dutch. Sentences of at most about fifteen words, and `u`."""

from __future__ import annotations

from typing import Final

DUTCH: Final[dict[str, str]] = {
    "title": "Betalen aan {creditor}",
    "language": "Taal",
    # What the page is about.
    "about_invoice": "Factuur {number}",
    "about_balance": "Alles wat nog open staat",
    "about_instalment": "Termijn {number} van {count}",
    "about_case": "Dossier {number}",
    "to_pay": "Nog te betalen",
    "to_pay_now": "Nu te betalen",
    "due": "Betalen uiterlijk op",
    "already_paid": "Al betaald",
    # Paying.
    "pay": "Betaal {amount}",
    "pay_how": "U kiest zo uw eigen bank.",
    "part": "Liever een deel betalen?",
    "part_label": "Bedrag in euro, vanaf {least}",
    "part_pay": "Betaal dit bedrag",
    "part_wrong": "Vul een bedrag in, zoals 25,00.",
    "part_range": "Kies een bedrag van {least} tot en met {whole}.",
    "changed": "Het bedrag is veranderd. Kijk het nog een keer na.",
    # Transfer.
    "transfer": "Zelf overmaken",
    "scan": "Of scan deze code met de app van uw bank. De overboeking is dan al ingevuld.",
    "qr": "QR-code voor een overboeking van {amount}",
    "transfer_how": "Vul deze gegevens in bij uw bank:",
    "account": "Rekening (IBAN)",
    "payee": "Op naam van",
    "amount": "Bedrag",
    "payment_reference": "Betalingskenmerk",
    "rf_reference": "Kenmerk (RF)",
    "remittance": "Omschrijving",
    # Several invoices.
    "invoices": "Dit staat open",
    "item": "Factuur {number}",
    "item_to_pay": "Betalen uiterlijk op {date}.",
    "item_paid": "U betaalde al {amount}.",
    "item_settled": "Betaald.",
    "item_credited": "Vervallen.",
    "item_closed": "Hier niet te betalen. Neem contact met ons op.",
    "item_debit": "Wij schrijven dit af op {date}. U hoeft niets te doen.",
    "item_bailiff": "Betaal dit aan de gerechtsdeurwaarder, niet aan ons.",
    "item_disputed": "Wij bekijken uw klacht. U hoeft dit nu niet te betalen.",
    "item_arranged": "Dit hoort bij uw betalingsregeling.",
    "oldest_first": "Uw betaling gaat eerst naar de oudste factuur.",
    # How things stand.
    "settled": "Deze factuur is betaald. U hoeft niets te doen.",
    "credited": "Deze factuur is vervallen. U hoeft niets te betalen.",
    "closed": "Deze factuur kunt u hier niet betalen. Neem contact met ons op.",
    "debit": "Wij schrijven dit bedrag af op {date}. U hoeft niets te doen.",
    "disputed": "Wij bekijken uw klacht over deze factuur. U hoeft nu niet te betalen. "
    "Het mag wel.",
    "arranged": "Voor deze factuur hebt u een betalingsregeling. Betaal gewoon uw termijnen. "
    "Eerder betalen mag ook.",
    "bailiff": "Betaal dit aan de gerechtsdeurwaarder, niet aan ons.",
    "bailiff_more": "De deurwaarder int het nu voor ons. Gebruik het nummer uit de brief van de "
    "deurwaarder. Hebt u die brief niet? Bel ons.",
    "bailiff_who": "Uw deurwaarder",
    "bailiff_phone": "Telefoon",
    "bailiff_page": "Website",
    "bailiff_reference": "Ons nummer bij de deurwaarder",
    "case_number": "Ons dossiernummer",
    "nothing": "Er is nu niets te betalen. U hoeft niets te doen.",
    "instalment_done": "Deze termijn is betaald. U hoeft niets te doen.",
    "arrangement_over": "Deze betalingsregeling loopt niet meer. Vragen? Bel of mail ons.",
    # After a visit to the bank.
    "paid": "Uw betaling van {amount} is gelukt. Dank u wel.",
    "credit": "U hebt {amount} te veel betaald.",
    "credit_more": "Dat geld blijft van u. Wij betalen het terug of verrekenen het met een "
    "volgende factuur. Liever direct terug? Bel of mail ons.",
    "pending": "Wij wachten op bericht van uw bank. Deze pagina kijkt vanzelf opnieuw.",
    "still_pending": "Uw bank heeft nog niets gemeld. Betaal niet nog een keer. "
    "Kijk later opnieuw.",
    "failed": "De betaling is niet gelukt. Er is niets afgeschreven. Probeer het gerust opnieuw.",
    "expired": "De tijd om te betalen was voorbij. Er is niets afgeschreven. "
    "Probeer het gerust opnieuw.",
    "cancelled": "U bent gestopt met betalen. Er is niets afgeschreven.",
    "withdrawn": "Er is iets veranderd. Daarom is deze betaling gestopt. Er is niets afgeschreven.",
    "away": "Betalen lukt nu even niet. Er is niets afgeschreven. Probeer het straks opnieuw "
    "of maak het bedrag zelf over.",
    "again": "Opnieuw kijken",
    "back": "Terug naar de betaalpagina",
    "questions": "Vragen, of kunt u niet betalen?",
    "questions_how": "Bel of mail ons. Wij denken met u mee.",
    # An online mandate.
    "mandate_title": "Machtiging voor {creditor}",
    "mandate": "Machtiging voor automatische incasso",
    "mandate_why": "Met deze machtiging mag {creditor} uw facturen afschrijven van uw "
    "bankrekening. U hoeft dan niet zelf te betalen.",
    "mandate_why_once": "Met deze machtiging mag {creditor} één keer geld van uw bankrekening "
    "afschrijven.",
    "mandate_check": "Kloppen deze gegevens?",
    "mandate_facts": "Uw machtiging",
    "mandate_holder": "Rekeninghouder",
    "mandate_ending": "eindigt op {ending}",
    "mandate_kind": "Soort",
    "mandate_recurrent": "Doorlopend: voor al uw facturen",
    "mandate_once": "Eenmalig: voor één betaling",
    "mandate_reference": "Kenmerk van de machtiging",
    "mandate_creditor": "Bedrijf dat afschrijft",
    "mandate_creditor_id": "Incassant-ID",
    "mandate_sign": "Ja, ik geef deze machtiging",
    "mandate_sign_how": "Met deze knop tekent u de machtiging.",
    "mandate_not": "Klopt er iets niet, of wilt u dit niet? Doe dan niets, of bel ons.",
    "mandate_until": "U kunt tekenen tot en met {date}.",
    "mandate_confirmed": "U hebt deze machtiging gegeven op {date}. U hoeft niets meer te doen.",
    "mandate_suspended": "U hebt deze machtiging gegeven op {date}. Wij schrijven nu even niets "
    "af.",
    "mandate_keep": "Bewaar deze pagina of druk haar af. Wilt u stoppen? Bel of mail ons dan.",
    "mandate_withdrawn": "Deze machtiging is ingetrokken. Wij schrijven er niets mee af.",
    "mandate_expired": "De tijd om te tekenen is voorbij. Wij schrijven niets af.",
    "mandate_ended": "Deze machtiging is afgelopen. Wij schrijven er niets meer mee af.",
    "mandate_gone_how": "Wilt u toch automatisch betalen? Bel of mail ons. Dan sturen wij u een "
    "nieuwe link.",
    "mandate_questions": "Hebt u vragen?",
    "mandate_questions_how": "Bel of mail ons.",
    "no_mandate": "Deze link werkt niet (meer)",
    "no_mandate_why": "De link is oud of niet helemaal overgenomen.",
    "no_mandate_how": "Open de link nog een keer uit onze mail of brief. Lukt het niet? Neem dan "
    "contact op met het bedrijf dat u de link stuurde.",
    # No link, or too many tries.
    "no_link": "Deze betaallink werkt niet (meer)",
    "no_link_why": "De link is verlopen, ingetrokken of niet helemaal overgenomen.",
    "no_link_how": "Open de link uit onze nieuwste mail of brief. Of maak het bedrag over met de "
    "gegevens op uw factuur. Lukt het niet? Neem dan contact op met het bedrijf dat u de "
    "rekening stuurde.",
    "too_many": "Even wachten",
    "too_many_how": "Er is te vaak gekeken. Probeer het over {seconds} seconden opnieuw.",
}
