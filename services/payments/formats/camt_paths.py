"""Where a camt message keeps what we read, relative to `TxDtls` and `Ntry`.

Versions differ little: a party's name moved into `Pty` and `BIC` became `BICFI`, and the entry
status became a code, in version 08 at the latest.
"""

from __future__ import annotations

_SIDES = ("Dbtr", "Cdtr")

_CODE_PATHS = {
    "BkTxCd": "code opens",
    "BkTxCd/Domn/Cd": "code domain",
    "BkTxCd/Domn/Fmly/Cd": "code family",
    "BkTxCd/Domn/Fmly/SubFmlyCd": "code subfamily",
    "BkTxCd/Prtry/Cd": "code proprietary",
    "BkTxCd/Prtry/Issr": "code issuer",
}

_CHARGE_PATHS = {
    "Chrgs": "charge opens",
    "Chrgs/Amt": "charge amount",
    "Chrgs/CdtDbtInd": "charge sign",
    "Chrgs/Rcrd": "charge opens",
    "Chrgs/Rcrd/Amt": "charge amount",
    "Chrgs/Rcrd/CdtDbtInd": "charge sign",
}

_EXCHANGE_PATHS = {
    f"AmtDtls/{amount}/CcyXchg/XchgRate": "exchange_rate"
    for amount in ("InstdAmt", "TxAmt", "CntrValAmt")
}

_PARTY_PATHS = {
    **{
        f"RltdPties/{side}/{inside}Nm": f"{side} counterparty_name"
        for side in _SIDES
        for inside in ("", "Pty/", "Agt/FinInstnId/")
    },
    **{
        f"RltdPties/{side}Acct/Id/{kind}": f"{side} counterparty_{key}"
        for side in _SIDES
        for kind, key in {
            "IBAN": "iban",
            "Othr/Id": "account",
            "PrtryAcct/Id": "account",
            "BBAN": "account",
        }.items()
    },
    **{
        f"RltdAgts/{side}Agt/FinInstnId/{tag}": f"{side} counterparty_bic"
        for side in _SIDES
        for tag in ("BIC", "BICFI")
    },
    **{
        f"RltdPties/Ultmt{side}/{inside}Nm": key
        for side, key in {"Dbtr": "ultimate_debtor", "Cdtr": "ultimate_creditor"}.items()
        for inside in ("", "Pty/")
    },
    **{f"RltdPties/Cdtr/{inside}Id/PrvtId/Othr/Id": "creditor_id" for inside in ("", "Pty/")},
}

DETAIL_PATHS = {
    **_CODE_PATHS,
    **_CHARGE_PATHS,
    **_PARTY_PATHS,
    **_EXCHANGE_PATHS,
    "Refs/EndToEndId": "end_to_end_id",
    "Refs/MndtId": "mandate_id",
    "Refs/InstrId": "instruction_id",
    "Refs/TxId": "transaction_id",
    "Refs/PmtInfId": "payment_information_id",
    "Refs/AcctSvcrRef": "bank_reference",
    "Amt": "booked",
    "CdtDbtInd": "sign",
    "AmtDtls/TxAmt/Amt": "transaction",
    "AmtDtls/InstdAmt/Amt": "original_amount",
    "Purp/Cd": "purpose",
    "Purp/Prtry": "purpose",
    "RmtInf/Ustrd": "line",
    "RmtInf/Strd/AddtlRmtInf": "line",
    "RmtInf/Strd/RfrdDocInf/Nb": "document_number",
    "RmtInf/Strd/CdtrRefInf": "reference opens",
    "RmtInf/Strd/CdtrRefInf/Ref": "reference",
    "RmtInf/Strd/CdtrRefInf/CdtrRef": "reference",
    "RmtInf/Strd/CdtrRefInf/Tp/CdOrPrtry/Cd": "reference type",
    "RmtInf/Strd/CdtrRefInf/Tp/CdOrPrtry/Prtry": "reference type",
    "RmtInf/Strd/CdtrRefInf/Tp/Issr": "reference issuer",
    "RtrInf/Rsn/Cd": "return_reason",
    "RtrInf/Rsn/Prtry": "return_reason",
    "RtrInf/AddtlInf": "return_text",
    "AddtlTxInf": "additional_info",
}

ENTRY_PATHS = {
    **_CODE_PATHS,
    **_CHARGE_PATHS,
    **_EXCHANGE_PATHS,
    "NtryRef": "entry_reference",
    "Amt": "amount",
    "CdtDbtInd": "sign",
    "RvslInd": "reversal",
    "Sts": "status",
    "Sts/Cd": "status",
    "Sts/Prtry": "status",
    "BookgDt/Dt": "booked_on",
    "BookgDt/DtTm": "booked_on",
    "ValDt/Dt": "value_on",
    "ValDt/DtTm": "value_on",
    "AcctSvcrRef": "bank_reference",
    "NtryDtls/Btch": "batch opens",
    "NtryDtls/Btch/MsgId": "batch message_id",
    "NtryDtls/Btch/PmtInfId": "batch payment_information_id",
    "NtryDtls/Btch/NbOfTxs": "batch transactions",
    "NtryDtls/Btch/TtlAmt": "batch total",
    "AmtDtls/InstdAmt/Amt": "original_amount",
    "AddtlNtryInf": "additional_info",
}

BALANCE_PATHS = {
    "Amt": "amount",
    "CdtDbtInd": "sign",
    "Tp/CdOrPrtry/Cd": "type",
    "Tp/CdOrPrtry/Prtry": "type",
    "Tp/SubTp/Cd": "subtype",
    "Tp/SubTp/Prtry": "subtype",
    "Dt/Dt": "on",
    "Dt/DtTm": "on",
}

STATEMENT_PATHS = {
    "Id": "statement_id",
    "ElctrncSeqNb": "number",
    "LglSeqNb": "legal_number",
    "CreDtTm": "created_at",
    "FrToDt/FrDtTm": "covers_from",
    "FrToDt/ToDtTm": "covers_to",
    **{
        path: key
        for pages in ("StmtPgntn", "RptPgntn", "NtfctnPgntn")
        for path, key in {f"{pages}/PgNb": "page", f"{pages}/LastPgInd": "is_last_page"}.items()
    },
    "Acct/Id/IBAN": "iban",
    "Acct/Id/Othr/Id": "other",
    "Acct/Id/PrtryAcct/Id": "other",
    "Acct/Ccy": "currency",
}

GROUP_PATHS = {
    "GrpHdr/MsgId": "message_id",
    "GrpHdr/MsgPgntn/PgNb": "page",
    "GrpHdr/MsgPgntn/LastPgInd": "is_last_page",
}
