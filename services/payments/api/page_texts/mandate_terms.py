"""What a SEPA mandate must be called and must say, in the words of the schemes.

SEPA Core and B2B Direct Debit Scheme Rulebooks (EPC016-06, EPC222-07), section 4.7.2 and the
mandates in the languages of the communities: so no plain language, and no word to be changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Terms:
    heading: str
    authorisation: str
    # What of a collection can be had back, and until when.
    refund: str


MANDATE_TERMS: Final[dict[tuple[str, str], Terms]] = {
    ("nl", "core"): Terms(
        "SEPA-machtiging",
        "Door ondertekening van dit formulier geeft u toestemming aan {creditor} om "
        "incasso-opdrachten te sturen naar uw bank om een bedrag van uw rekening af te schrijven "
        "en aan uw bank om een bedrag van uw rekening af te schrijven overeenkomstig de opdracht "
        "van {creditor}.",
        "Als u het niet eens bent met deze afschrijving kunt u deze laten terugboeken. Neem "
        "hiervoor binnen acht weken na afschrijving contact op met uw bank. Vraag uw bank naar de "
        "voorwaarden.",
    ),
    ("nl", "b2b"): Terms(
        "SEPA-bedrijfsmachtiging",
        "Door ondertekening van dit formulier geeft u toestemming aan {creditor} om "
        "incasso-opdrachten te sturen naar uw bank om een bedrag van uw rekening af te schrijven "
        "en aan uw bank om een bedrag van uw rekening af te schrijven overeenkomstig de opdracht "
        "van {creditor}.",
        "Deze machtiging is alleen bedoeld voor betalingen tussen bedrijven. U hebt geen recht op "
        "terugboeking nadat een bedrag is afgeschreven. Tot de dag van afschrijving kunt u uw bank "
        "vragen om het bedrag niet af te schrijven.",
    ),
    ("en", "core"): Terms(
        "SEPA Direct Debit Mandate",
        "By signing this mandate form, you authorise (A) {creditor} to send instructions to your "
        "bank to debit your account and (B) your bank to debit your account in accordance with the "
        "instructions from {creditor}.",
        "As part of your rights, you are entitled to a refund from your bank under the terms and "
        "conditions of your agreement with your bank. A refund must be claimed within 8 weeks "
        "starting from the date on which your account was debited. Your rights are explained in a "
        "statement that you can obtain from your bank.",
    ),
    ("en", "b2b"): Terms(
        "SEPA Business-to-Business Direct Debit Mandate",
        "By signing this mandate form, you authorise (A) {creditor} to send instructions to your "
        "bank to debit your account and (B) your bank to debit your account in accordance with the "
        "instructions from {creditor}.",
        "This mandate is only intended for business-to-business transactions. You are not entitled "
        "to a refund from your bank after your account has been debited, but you are entitled to "
        "request your bank not to debit your account up until the day on which the payment is due.",
    ),
    ("de", "core"): Terms(
        "SEPA-Lastschriftmandat",
        "Ich ermächtige {creditor}, Zahlungen von meinem Konto mittels Lastschrift einzuziehen. "
        "Zugleich weise ich mein Kreditinstitut an, die von {creditor} auf mein Konto gezogenen "
        "Lastschriften einzulösen.",
        "Hinweis: Ich kann innerhalb von acht Wochen, beginnend mit dem Belastungsdatum, die "
        "Erstattung des belasteten Betrages verlangen. Es gelten dabei die mit meinem "
        "Kreditinstitut vereinbarten Bedingungen.",
    ),
    ("de", "b2b"): Terms(
        "SEPA-Firmenlastschrift-Mandat",
        "Ich ermächtige {creditor}, Zahlungen von meinem Konto mittels Lastschrift einzuziehen. "
        "Zugleich weise ich mein Kreditinstitut an, die von {creditor} auf mein Konto gezogenen "
        "Lastschriften einzulösen.",
        "Hinweis: Dieses Lastschriftmandat dient nur dem Einzug von Lastschriften, die auf Konten "
        "von Unternehmen gezogen sind. Ich bin nicht berechtigt, nach der erfolgten Einlösung eine "
        "Erstattung des belasteten Betrages zu verlangen. Ich bin berechtigt, mein Kreditinstitut "
        "bis zum Fälligkeitstag anzuweisen, Lastschriften nicht einzulösen.",
    ),
    ("pl", "core"): Terms(
        "Zgoda na polecenie zapłaty SEPA",
        "Podpisując ten formularz, upoważniają Państwo (A) {creditor} do wysyłania do Państwa "
        "banku instrukcji obciążenia Państwa rachunku oraz (B) Państwa bank do obciążania Państwa "
        "rachunku zgodnie z instrukcjami {creditor}.",
        "Mają Państwo prawo do zwrotu środków przez bank na warunkach umowy zawartej z bankiem. "
        "Zwrotu należy żądać w ciągu 8 tygodni od daty obciążenia rachunku. Państwa prawa są "
        "opisane w dokumencie, który można otrzymać w banku.",
    ),
    ("pl", "b2b"): Terms(
        "Zgoda na polecenie zapłaty SEPA B2B",
        "Podpisując ten formularz, upoważniają Państwo (A) {creditor} do wysyłania do Państwa "
        "banku instrukcji obciążenia Państwa rachunku oraz (B) Państwa bank do obciążania Państwa "
        "rachunku zgodnie z instrukcjami {creditor}.",
        "Ta zgoda dotyczy wyłącznie transakcji między przedsiębiorcami. Po obciążeniu rachunku nie "
        "przysługuje Państwu zwrot środków. Do dnia wymagalności płatności mogą Państwo zażądać, "
        "aby bank nie obciążał rachunku.",
    ),
}
