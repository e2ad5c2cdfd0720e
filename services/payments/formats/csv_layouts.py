"""CSV layouts of banks as they are publicly documented, each with the month it was last seen.

Banks change these without notice: this is data to start from, and a mapping of one's own goes
before it. Triodos and ABN AMRO write no headings; ABN AMRO's text file is divided by tabs.
"""

from __future__ import annotations

from services.payments.formats.csv_mapping import CsvColumns, CsvMapping

_ING = CsvMapping(
    delimiter=";",
    date_format="YYYYMMDD",
    currency="EUR",
    columns=CsvColumns(
        booked_on="Datum",
        account="Rekening",
        amount="Bedrag (EUR)",
        sign="Af Bij",
        balance_after="Saldo na mutatie",
        counterparty_iban="Tegenrekening",
        counterparty_name="Naam / Omschrijving",
        code="Code",
        texts=("Mededelingen",),
    ),
    as_of="2026-09",
)

LAYOUTS: dict[str, CsvMapping] = {
    "ing": _ING,
    "ing-comma": _ING.model_copy(update={"delimiter": ","}),
    "rabobank": CsvMapping(
        delimiter=",",
        encoding="windows-1252",
        columns=CsvColumns(
            booked_on="Datum",
            value_on="Rentedatum",
            account="IBAN/BBAN",
            currency="Munt",
            amount="Bedrag",
            balance_after="Saldo na trn",
            counterparty_iban="Tegenrekening IBAN/BBAN",
            counterparty_name="Naam tegenpartij",
            code="Code",
            end_to_end_id="Transactiereferentie",
            mandate_id="Machtigingskenmerk",
            creditor_reference="Betalingskenmerk",
            return_reason="Reden retour",
            bank_reference="Volgnr",
            texts=("Omschrijving-1", "Omschrijving-2", "Omschrijving-3"),
        ),
        as_of="2026-09",
    ),
    "abn-amro": CsvMapping(
        delimiter="\t",
        encoding="windows-1252",
        date_format="YYYYMMDD",
        has_headings=False,
        columns=CsvColumns(
            account=1,
            currency=2,
            booked_on=3,
            balance_after=5,
            value_on=6,
            amount=7,
            texts=(8,),
        ),
        as_of="2026-01",
    ),
    "bunq": CsvMapping(
        delimiter=",",
        decimal_mark=".",
        currency="EUR",
        columns=CsvColumns(
            booked_on="Date",
            value_on="Interest Date",
            amount="Amount",
            account="Account",
            counterparty_iban="Counterparty",
            counterparty_name="Name",
            texts=("Description",),
        ),
        as_of="2026-01",
    ),
    "knab": CsvMapping(
        delimiter=";",
        date_format="DD-MM-YYYY",
        preamble_lines=1,
        columns=CsvColumns(
            booked_on="Transactiedatum",
            value_on="Valutadatum",
            account="Rekeningnummer",
            currency="Valutacode",
            amount="Bedrag",
            sign="CreditDebet",
            counterparty_iban="Tegenrekeningnummer",
            counterparty_name="Tegenrekeninghouder",
            mandate_id="Machtigingsnummer",
            bank_reference="Referentie",
            code="Betaalwijze",
            texts=("Omschrijving",),
        ),
        as_of="2026-01",
    ),
    "triodos": CsvMapping(
        delimiter=",",
        encoding="iso-8859-15",
        date_format="DD-MM-YYYY",
        has_headings=False,
        currency="EUR",
        columns=CsvColumns(
            booked_on=1,
            account=2,
            amount=3,
            sign=4,
            counterparty_name=5,
            counterparty_iban=6,
            code=7,
            texts=(8,),
            balance_after=9,
        ),
        as_of="2026-01",
    ),
}
