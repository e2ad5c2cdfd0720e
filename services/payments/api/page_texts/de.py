"""German."""

from __future__ import annotations

from typing import Final

GERMAN: Final[dict[str, str]] = {
    "title": "Zahlung an {creditor}",
    "language": "Sprache",
    "about_invoice": "Rechnung {number}",
    "about_balance": "Alles, was noch offen ist",
    "about_instalment": "Rate {number} von {count}",
    "about_case": "Vorgang {number}",
    "to_pay": "Noch zu zahlen",
    "to_pay_now": "Jetzt zu zahlen",
    "due": "Zahlbar bis",
    "already_paid": "Schon bezahlt",
    "pay": "{amount} zahlen",
    "pay_how": "Danach wählen Sie Ihre eigene Bank.",
    "part": "Lieber einen Teil zahlen?",
    "part_label": "Betrag in Euro, ab {least}",
    "part_pay": "Diesen Betrag zahlen",
    "part_wrong": "Geben Sie einen Betrag ein, zum Beispiel 25,00.",
    "part_range": "Wählen Sie einen Betrag von {least} bis {whole}.",
    "changed": "Der Betrag hat sich geändert. Bitte prüfen Sie ihn noch einmal.",
    "transfer": "Selbst überweisen",
    "scan": "Oder scannen Sie diesen Code mit der App Ihrer Bank. Dann ist alles ausgefüllt.",
    "qr": "QR-Code für eine Überweisung von {amount}",
    "transfer_how": "Geben Sie diese Daten bei Ihrer Bank ein:",
    "account": "Konto (IBAN)",
    "payee": "Empfänger",
    "amount": "Betrag",
    "payment_reference": "Zahlungsreferenz",
    "rf_reference": "Referenz (RF)",
    "remittance": "Verwendungszweck",
    "invoices": "Das ist offen",
    "item": "Rechnung {number}",
    "item_to_pay": "Zahlbar bis {date}.",
    "item_paid": "Sie haben schon {amount} bezahlt.",
    "item_settled": "Bezahlt.",
    "item_credited": "Storniert.",
    "item_closed": "Hier nicht zahlbar. Bitte melden Sie sich bei uns.",
    "item_debit": "Wir ziehen das am {date} ein. Sie müssen nichts tun.",
    "item_bailiff": "Zahlen Sie das an den Gerichtsvollzieher, nicht an uns.",
    "item_disputed": "Wir prüfen Ihre Beschwerde. Sie müssen das jetzt nicht zahlen.",
    "item_arranged": "Das gehört zu Ihrer Ratenzahlung.",
    "oldest_first": "Ihre Zahlung gilt zuerst für die älteste Rechnung.",
    "settled": "Diese Rechnung ist bezahlt. Sie müssen nichts tun.",
    "credited": "Diese Rechnung ist storniert. Sie müssen nichts zahlen.",
    "closed": "Diese Rechnung kann hier nicht bezahlt werden. Bitte melden Sie sich bei uns.",
    "debit": "Wir ziehen diesen Betrag am {date} ein. Sie müssen nichts tun.",
    "disputed": "Wir prüfen Ihre Beschwerde zu dieser Rechnung. Sie müssen jetzt nicht zahlen. "
    "Sie dürfen es aber.",
    "arranged": "Für diese Rechnung haben Sie eine Ratenzahlung. Zahlen Sie einfach Ihre Raten. "
    "Sie dürfen auch früher zahlen.",
    "bailiff": "Zahlen Sie das an den Gerichtsvollzieher, nicht an uns.",
    "bailiff_more": "Der Gerichtsvollzieher zieht es jetzt für uns ein. Geben Sie die Nummer aus "
    "seinem Brief an. Haben Sie den Brief nicht? Rufen Sie uns an.",
    "bailiff_who": "Ihr Gerichtsvollzieher",
    "bailiff_phone": "Telefon",
    "bailiff_page": "Website",
    "bailiff_reference": "Unsere Nummer beim Gerichtsvollzieher",
    "case_number": "Unser Aktenzeichen",
    "nothing": "Jetzt ist nichts zu zahlen. Sie müssen nichts tun.",
    "instalment_done": "Diese Rate ist bezahlt. Sie müssen nichts tun.",
    "arrangement_over": "Diese Ratenzahlung läuft nicht mehr. Fragen? Rufen Sie uns an oder "
    "schreiben Sie uns.",
    "paid": "Ihre Zahlung von {amount} ist gelungen. Vielen Dank.",
    "credit": "Sie haben {amount} zu viel gezahlt.",
    "credit_more": "Dieses Geld gehört weiter Ihnen. Wir zahlen es zurück oder verrechnen es mit "
    "der nächsten Rechnung. Lieber gleich zurück? Rufen Sie uns an oder schreiben Sie uns.",
    "pending": "Wir warten auf Nachricht von Ihrer Bank. Diese Seite schaut von selbst nach.",
    "still_pending": "Ihre Bank hat noch nichts gemeldet. Zahlen Sie nicht noch einmal. "
    "Bitte schauen Sie später wieder.",
    "failed": "Die Zahlung ist nicht gelungen. Es wurde nichts abgebucht. "
    "Versuchen Sie es gern noch einmal.",
    "expired": "Die Zeit zum Zahlen war vorbei. Es wurde nichts abgebucht. "
    "Versuchen Sie es gern noch einmal.",
    "cancelled": "Sie haben die Zahlung abgebrochen. Es wurde nichts abgebucht.",
    "withdrawn": "Etwas hat sich geändert. Deshalb wurde diese Zahlung beendet. "
    "Es wurde nichts abgebucht.",
    "away": "Zahlen ist gerade nicht möglich. Es wurde nichts abgebucht. Versuchen Sie es später "
    "oder überweisen Sie selbst.",
    "again": "Noch einmal schauen",
    "back": "Zurück zur Zahlungsseite",
    "questions": "Fragen, oder können Sie nicht zahlen?",
    "questions_how": "Rufen Sie uns an oder schreiben Sie uns. Wir suchen mit Ihnen einen Weg.",
    "mandate_title": "Lastschrift für {creditor}",
    "mandate": "Mandat für die Lastschrift",
    "mandate_why": "Mit diesem Mandat darf {creditor} Ihre Rechnungen von Ihrem Konto abbuchen. "
    "Sie müssen dann nicht selbst überweisen.",
    "mandate_why_once": "Mit diesem Mandat darf {creditor} ein einziges Mal Geld von Ihrem Konto "
    "abbuchen.",
    "mandate_check": "Stimmen diese Angaben?",
    "mandate_facts": "Ihr Mandat",
    "mandate_holder": "Kontoinhaber",
    "mandate_ending": "endet auf {ending}",
    "mandate_kind": "Art der Zahlung",
    "mandate_recurrent": "Wiederkehrend: für alle Ihre Rechnungen",
    "mandate_once": "Einmalig: für eine Zahlung",
    "mandate_reference": "Mandatsreferenz",
    "mandate_creditor": "Firma, die abbucht",
    "mandate_creditor_id": "Gläubiger-Identifikationsnummer",
    "mandate_sign": "Ja, ich erteile dieses Mandat",
    "mandate_sign_how": "Mit diesem Knopf unterschreiben Sie das Mandat.",
    "mandate_not": "Stimmt etwas nicht, oder möchten Sie das nicht? Dann tun Sie nichts, oder "
    "rufen Sie uns an.",
    "mandate_until": "Sie können bis zum {date} unterschreiben.",
    "mandate_confirmed": "Sie haben dieses Mandat am {date} erteilt. Sie müssen nichts mehr tun.",
    "mandate_suspended": "Sie haben dieses Mandat am {date} erteilt. Zurzeit buchen wir nichts ab.",
    "mandate_keep": "Bewahren Sie diese Seite auf oder drucken Sie sie. Möchten Sie aufhören? "
    "Rufen Sie uns an oder schreiben Sie uns.",
    "mandate_withdrawn": "Dieses Mandat wurde zurückgezogen. Wir buchen damit nichts ab.",
    "mandate_expired": "Die Zeit zum Unterschreiben ist vorbei. Wir buchen nichts ab.",
    "mandate_ended": "Dieses Mandat ist beendet. Wir buchen damit nichts mehr ab.",
    "mandate_gone_how": "Möchten Sie doch per Lastschrift zahlen? Rufen Sie uns an oder "
    "schreiben Sie uns. Dann schicken wir Ihnen einen neuen Link.",
    "mandate_questions": "Haben Sie Fragen?",
    "mandate_questions_how": "Rufen Sie uns an oder schreiben Sie uns.",
    "no_mandate": "Dieser Link geht nicht (mehr)",
    "no_mandate_why": "Der Link ist alt oder nicht vollständig kopiert.",
    "no_mandate_how": "Öffnen Sie den Link noch einmal aus unserer E-Mail oder unserem Brief. "
    "Hilft das nicht? Melden Sie sich bei der Firma, die Ihnen den Link geschickt hat.",
    "no_link": "Dieser Zahlungslink geht nicht (mehr)",
    "no_link_why": "Der Link ist abgelaufen, zurückgezogen oder nicht vollständig kopiert.",
    "no_link_how": "Öffnen Sie den Link in unserer neuesten E-Mail oder im neuesten Brief. Oder "
    "überweisen Sie mit den Daten auf Ihrer Rechnung. Hilft das nicht? Melden Sie sich bei der "
    "Firma, die Ihnen die Rechnung geschickt hat.",
    "too_many": "Bitte kurz warten",
    "too_many_how": "Es wurde zu oft geschaut. Versuchen Sie es in {seconds} Sekunden wieder.",
}
