"""camt.052, .053 and .054: what each part of a message comes to mean."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from services.payments.formats import camt
from services.payments.formats.read import collected, read_statements
from services.payments.formats.statement import (
    Amount,
    Batch,
    Detail,
    Entry,
    EntryStatus,
    Statement,
    StatementEnd,
    StatementStart,
    StructuredReference,
    TransactionCode,
)
from shared.errors import InvalidInput
from shared.money import Money
from tests.unit.payments.formats import samples
from tests.unit.payments.formats.samples import OTHER_IBAN, OWN_IBAN


def read_one(document: bytes) -> Statement:
    (statement,) = read_statements(document)
    return statement


def entry_in(*, details: str = "", more: str = "", indicator: str = "CRDT") -> Entry:
    parts = samples.entry(indicator=indicator, details=details, more=more)
    (entry,) = read_one(samples.camt(samples.statement(parts))).entries
    return entry


def detail_in(inside: str, indicator: str = "CRDT", more: str = "") -> Detail:
    details = f"<TxDtls>{inside}</TxDtls>"
    (detail,) = entry_in(details=details, indicator=indicator, more=more).details
    return detail


def test_a_statement_tells_its_account_numbers_and_balances() -> None:
    document = samples.camt(
        samples.statement(
            samples.balance("OPBD", "100.00"),
            samples.balance("CLBD", "12.50", "DBIT"),
            samples.balance("CLAV", "1.00"),
        )
    )
    statement = read_one(document)
    start = statement.start
    assert start.format == "camt.053.001.02"
    assert (start.statement_id, start.message_id) == ("S-1", "M-1")
    assert (start.number, start.legal_number) == ("7", "3")
    assert (start.account.iban, start.account.currency) == (OWN_IBAN, "EUR")
    assert start.created_at == datetime(2026, 8, 3, 21, tzinfo=timezone(timedelta(hours=2)))
    assert start.opening is not None
    assert start.opening.amount.money() == Money(10000, "EUR")
    assert statement.closing is not None
    assert statement.closing.amount == Amount(Decimal("-12.50"), "EUR")
    assert statement.closing.on == date(2026, 8, 3)
    assert [balance.type for balance in statement.end.balances] == ["OPBD", "CLBD", "CLAV"]


@pytest.mark.parametrize("kind", ["052", "053", "054"])
@pytest.mark.parametrize("version", ["02", "04", "08", "12"])
def test_all_messages_and_versions_are_read(kind: str, version: str) -> None:
    _, tag = samples.MESSAGES[kind]
    document = samples.camt(samples.statement(samples.entry(), tag=tag), kind=kind, version=version)
    statement = read_one(document)
    assert statement.start.format == f"camt.{kind}.001.{version}"
    assert statement.entries[0].amount == Amount(Decimal("12.50"), "EUR")


def test_a_message_in_an_envelope_without_namespace_or_with_prefixes_is_read() -> None:
    plain = samples.camt(samples.statement(samples.entry())).decode()
    document = plain[plain.index("<Document") :]
    bare = document.replace(f' xmlns="{samples.namespace()}"', "")
    envelope = f'<Env xmlns="urn:x"><AppHdr><Fr>BANK</Fr></AppHdr>{document}</Env>'
    prefixed = document.replace("xmlns=", "xmlns:b=").replace("<", "<b:").replace("<b:/", "</b:")
    formats = [read_one(text.encode()).start.format for text in (bare, envelope, prefixed)]
    assert formats == ["camt.053", "camt.053.001.02", "camt.053.001.02"]


def test_two_documents_in_one_file_are_both_read_and_lines_go_on_counting() -> None:
    one = samples.camt(samples.statement(samples.entry()))
    first, second = read_statements(b"\n" + one + b"\xef\xbb\xbf" + one)
    assert first.entries[0].amount == second.entries[0].amount
    assert second.entries[0].line == first.entries[0].line + one.count(b"\n")
    assert (b"\n" + one).splitlines()[first.entries[0].line - 1] == b"<Ntry>"


def test_events_come_in_order_while_the_file_is_still_being_read() -> None:
    document = samples.camt(
        samples.statement(samples.balance("OPBD", "1.00"), samples.entry(), samples.entry()),
        samples.statement(samples.entry()),
    )
    events = camt.read(document[i : i + 7] for i in range(0, len(document), 7))
    kinds = [type(event) for event in events]
    assert kinds == [
        *(StatementStart, Entry, Entry, StatementEnd),
        *(StatementStart, Entry, StatementEnd),
    ]


def test_positions_count_within_each_statement() -> None:
    two = samples.statement(samples.entry(), samples.entry())
    positions = [
        [entry.position for entry in statement.entries]
        for statement in read_statements(samples.camt(two, two))
    ]
    assert positions == [[1, 2], [1, 2]]


def test_a_debit_is_negative_and_a_missing_status_means_booked() -> None:
    document = samples.camt(samples.statement(samples.entry("5", "DBIT", status="")))
    (entry,) = read_one(document).entries
    assert entry.amount == Amount(Decimal(-5), "EUR")
    assert entry.status is EntryStatus.BOOKED
    assert (entry.booked_on, entry.value_on) == (date(2026, 8, 3), date(2026, 8, 4))


@pytest.mark.parametrize("status", list(EntryStatus))
def test_a_status_is_text_in_old_versions_and_a_code_in_new_ones(status: EntryStatus) -> None:
    for text in (f"<Sts>{status}</Sts>", f"<Sts><Cd>{status}</Cd></Sts>"):
        document = samples.camt(samples.statement(samples.entry(status=text)))
        assert read_one(document).entries[0].status is status


@pytest.mark.parametrize(
    "booked",
    [
        "<Dt>2026-08-03</Dt>",
        "<DtTm>2026-08-03T23:59:59.123456789+02:00</DtTm>",
        "<Dt>2026-08-03T00:00:00</Dt>",
        "<Dt>2026-08-03+01:00</Dt>",
        "<Dt>\n 2026-08-03 </Dt>",
    ],
)
def test_a_booking_date_is_read_however_it_is_written(booked: str) -> None:
    document = samples.camt(samples.statement(samples.entry(booked=booked)))
    assert read_one(document).entries[0].booked_on == date(2026, 8, 3)


def test_an_amount_with_more_decimals_than_its_currency_is_read_but_is_no_money() -> None:
    document = samples.camt(samples.statement(samples.entry("1.00005")))
    amount = read_one(document).entries[0].amount
    assert amount.value == Decimal("1.00005")
    with pytest.raises(InvalidInput, match="more decimals than EUR has"):
        amount.money()
    whole = read_one(samples.camt(samples.statement(samples.entry("1.50000")))).entries[0].amount
    assert whole.money() == Money(150, "EUR")


def test_an_amount_without_a_currency_is_in_that_of_the_account() -> None:
    document = samples.camt(samples.statement(samples.entry())).replace(b' Ccy="EUR"', b"")
    assert read_one(document).entries[0].amount.currency == "EUR"


def test_a_balance_without_its_indicator_is_a_credit() -> None:
    document = samples.camt(samples.statement(samples.balance("CLBD", "3.00", None)))
    closing = read_one(document).closing
    assert closing is not None
    assert closing.amount.value == Decimal("3.00")


def test_a_report_of_the_day_opens_and_closes_with_its_interim_balances() -> None:
    balances = (samples.balance("ITBD", "1.00"), samples.balance("ITBD", "2.00"))
    both = read_one(samples.camt(samples.statement(*balances, tag="Rpt"), kind="052"))
    one = read_one(samples.camt(samples.statement(balances[0], tag="Rpt"), kind="052"))
    assert both.opening is not None
    assert both.closing is not None
    assert (both.opening.amount.value, both.closing.amount.value) == (Decimal(1), Decimal(2))
    assert one.opening is None


def test_balances_after_the_entries_still_count() -> None:
    document = samples.camt(
        samples.statement(
            samples.entry(), samples.balance("PRCD", "1.00"), samples.balance("CLBD", "2.00")
        )
    )
    statement = read_one(document)
    assert statement.start.opening is None
    assert statement.opening is not None
    assert statement.opening.amount.value == Decimal("1.00")


def test_codes_and_references_of_an_entry() -> None:
    entry = entry_in(
        more="<NtryRef>N-1</NtryRef><AcctSvcrRef>A-1</AcctSvcrRef><RvslInd>true</RvslInd>"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn>"
        "<Prtry><Cd>541</Cd><Issr>BANK</Issr></Prtry></BkTxCd><AddtlNtryInf>Text</AddtlNtryInf>"
    )
    assert (entry.entry_reference, entry.bank_reference) == ("N-1", "A-1")
    assert entry.is_reversal
    assert entry.code == TransactionCode("PMNT", "RCDT", "ESCT", "541", "BANK")
    assert entry.additional_info == "Text"


def test_a_batch_may_promise_more_than_it_carries() -> None:
    entry = entry_in(
        details="<Btch><MsgId>NOTPROVIDED</MsgId><PmtInfId>P-1</PmtInfId><NbOfTxs>86</NbOfTxs>"
        '<TtlAmt Ccy="EUR">860.00</TtlAmt></Btch><TxDtls/>'
    )
    assert entry.batches == (Batch(None, "P-1", 86, Amount(Decimal("860.00"), "EUR")),)
    assert entry.details == (Detail(),)


def test_a_credit_is_of_its_debtor_with_everything_that_identifies_the_payment() -> None:
    detail = detail_in(
        "<Refs><EndToEndId>E-1</EndToEndId><MndtId>M-1</MndtId><InstrId>I-1</InstrId>"
        "<TxId>T-1</TxId><PmtInfId>P-1</PmtInfId><AcctSvcrRef>A-1</AcctSvcrRef></Refs>"
        '<AmtDtls><InstdAmt><Amt Ccy="USD">20.00</Amt></InstdAmt>'
        '<TxAmt><Amt Ccy="EUR">12.50</Amt></TxAmt></AmtDtls>'
        "<RltdPties><Dbtr><Nm>J. Jansen</Nm><PstlAdr><Ctry>NL</Ctry></PstlAdr></Dbtr>"
        f"<DbtrAcct><Id><IBAN>{OTHER_IBAN}</IBAN></Id></DbtrAcct>"
        "<UltmtDbtr><Nm>A. de Vries</Nm></UltmtDbtr>"
        f"<Cdtr><Nm>Waterbedrijf</Nm></Cdtr><CdtrAcct><Id><IBAN>{OWN_IBAN}</IBAN></Id></CdtrAcct>"
        "</RltdPties><RltdAgts><DbtrAgt><FinInstnId><BICFI>COBADEFFXXX</BICFI></FinInstnId>"
        "</DbtrAgt></RltdAgts><Purp><Cd>SUPP</Cd></Purp>"
        "<RmtInf><Ustrd>line one</Ustrd><Ustrd>line two</Ustrd></RmtInf>"
        "<AddtlTxInf>more</AddtlTxInf>"
    )
    assert detail == Detail(
        amount=Amount(Decimal("12.50"), "EUR"),
        end_to_end_id="E-1",
        mandate_id="M-1",
        instruction_id="I-1",
        transaction_id="T-1",
        payment_information_id="P-1",
        bank_reference="A-1",
        remittance_text="line one\nline two",
        counterparty_name="J. Jansen",
        counterparty_iban=OTHER_IBAN,
        counterparty_bic="COBADEFFXXX",
        ultimate_debtor="A. de Vries",
        original_amount=Amount(Decimal("20.00"), "USD"),
        purpose="SUPP",
        additional_info="more",
    )


def test_one_payment_may_carry_several_structured_references_and_invoice_numbers() -> None:
    detail = detail_in(
        "<RmtInf><Strd><RfrdDocInf><Nb>INV-1</Nb></RfrdDocInf><CdtrRefInf><Tp><CdOrPrtry>"
        "<Cd>SCOR</Cd></CdOrPrtry><Issr>CUR</Issr></Tp><Ref>5000056789012345</Ref></CdtrRefInf>"
        "</Strd><Strd><RfrdDocInf><Nb>INV-2</Nb></RfrdDocInf><CdtrRefInf>"
        "<Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf>"
    )
    assert detail.references == (
        StructuredReference("5000056789012345", "SCOR", "CUR"),
        StructuredReference("RF18539007547034"),
    )
    assert detail.structured_reference == "5000056789012345"
    assert detail.document_numbers == ("INV-1", "INV-2")


PARTIES = (
    "<RltdPties><Dbtr><Pty><Nm>Debtor</Nm></Pty></Dbtr>"
    "<Cdtr><Pty><Nm>Creditor</Nm></Pty></Cdtr></RltdPties>"
)


@pytest.mark.parametrize(
    ("indicator", "more", "inside", "name"),
    [
        ("CRDT", "", "", "Debtor"),
        ("DBIT", "", "", "Creditor"),
        ("DBIT", "<RvslInd>true</RvslInd>", "", "Debtor"),
        ("DBIT", "", "<RtrInf><Rsn><Cd>MD06</Cd></Rsn></RtrInf>", "Debtor"),
        ("CRDT", "", "<CdtDbtInd>DBIT</CdtDbtInd>", "Creditor"),
    ],
)
def test_the_other_party_follows_from_the_direction_and_a_return_keeps_the_roles(
    indicator: str, more: str, inside: str, name: str
) -> None:
    assert detail_in(PARTIES + inside, indicator, more).counterparty_name == name


def test_the_other_party_is_not_the_one_with_our_own_account() -> None:
    detail = detail_in(
        "<RltdPties><Dbtr><Nm>We</Nm></Dbtr>"
        f"<DbtrAcct><Id><IBAN>{OWN_IBAN}</IBAN></Id></DbtrAcct>"
        "<Cdtr><Nm>They</Nm></Cdtr><CdtrAcct><Id><Othr><Id>0012345678</Id></Othr></Id></CdtrAcct>"
        "</RltdPties>"
    )
    assert (detail.counterparty_name, detail.counterparty_account) == ("They", "0012345678")


def test_the_only_party_given_is_the_other_party() -> None:
    detail = detail_in("<RltdPties><Cdtr><Nm>Only</Nm></Cdtr></RltdPties>")
    assert detail.counterparty_name == "Only"


def test_a_returned_debit_tells_its_reason_and_the_original_end_to_end_id() -> None:
    detail = detail_in(
        "<Refs><EndToEndId>E-9</EndToEndId></Refs><RtrInf><Rsn><Cd>AC04</Cd></Rsn>"
        "<AddtlInf>closed</AddtlInf><AddtlInf>account</AddtlInf></RtrInf>",
        "DBIT",
    )
    assert (detail.return_reason, detail.return_text) == ("AC04", "closed account")
    assert detail.original_end_to_end_id == "E-9"


def test_an_end_to_end_id_not_provided_is_none() -> None:
    assert detail_in("<Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>").end_to_end_id is None


def test_charges_add_up_with_refunds_counted_against_them() -> None:
    detail = detail_in(
        '<Chrgs><Rcrd><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></Rcrd>'
        '<Rcrd><Amt Ccy="EUR">0.25</Amt><CdtDbtInd>CRDT</CdtDbtInd></Rcrd></Chrgs>'
    )
    assert detail.charges == Amount(Decimal("0.75"), "EUR")


def test_credits_and_debits_may_mix_in_one_entry() -> None:
    details = "".join(
        f'<TxDtls><Amt Ccy="EUR">{number}</Amt><CdtDbtInd>{indicator}</CdtDbtInd></TxDtls>'
        for number in range(1, 251)
        for indicator in ("CRDT", "DBIT")
    )
    entry = entry_in(details=details)
    values = [detail.amount.value for detail in entry.details if detail.amount]
    assert len(values) == 500
    assert values[:4] == [1, -1, 2, -2]
    assert sum(values) == 0


def test_the_only_detail_without_an_amount_has_that_of_its_entry() -> None:
    alone = entry_in(details="<TxDtls/>")
    assert alone.amount_of(alone.details[0]) == alone.amount
    together = entry_in(details="<TxDtls/><TxDtls/>")
    assert together.amount_of(together.details[0]) is None


def test_an_account_may_be_another_number_than_an_iban() -> None:
    account = "<Othr><Id>0012345678</Id></Othr>"
    start = read_one(samples.camt(samples.statement(account=account))).start
    assert (start.account.iban, start.account.number) == (None, "0012345678")


def test_entries_with_their_own_namesakes_inside_are_not_confused() -> None:
    extra = '<SplmtryData><Envlp><Ntry xmlns="urn:other"><Amt>x</Amt></Ntry></Envlp></SplmtryData>'
    document = samples.camt(samples.statement(samples.entry(more=extra), samples.entry("1")))
    amounts = [entry.amount.value for entry in read_one(document).entries]
    assert amounts == [Decimal("12.50"), Decimal(1)]


def test_a_creation_time_that_is_none_is_left_out() -> None:
    document = samples.camt(samples.statement()).replace(b"21:00:00+02:00", b"in the evening")
    assert read_one(document).start.created_at is None
    zulu = samples.camt(samples.statement()).replace(b"21:00:00+02:00", b"21:00:00Z")
    assert read_one(zulu).start.created_at == datetime(2026, 8, 3, 21, tzinfo=UTC)


def test_collecting_gives_back_the_events() -> None:
    events = list(camt.read([samples.camt(samples.statement(samples.entry()))]))
    (statement,) = collected(events)
    assert [statement.start, *statement.entries, statement.end] == events
