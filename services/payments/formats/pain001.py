"""Writes SEPA credit transfer files: pain.001.001.03 and pain.001.001.09.

As text through the SEPA character set, like pain.008; tests hold them against the official schemas.
"""

from __future__ import annotations

from datetime import UTC
from enum import StrEnum

from services.payments.formats.credit_transfer import (
    CreditTransfer,
    TransferBatch,
    refuse_faults,
)
from services.payments.formats.pain_elements import address, agent, decimal, name, remittance
from services.payments.formats.sepa_account import compact_iban


class Version(StrEnum):
    """The 2009 message and that of 2019, the only ones the SEPA rulebooks name."""

    V03 = "pain.001.001.03"
    V09 = "pain.001.001.09"

    @property
    def bic_tag(self) -> str:
        return "BIC" if self is Version.V03 else "BICFI"


def write_pain001(batch: TransferBatch, version: Version = Version.V09) -> bytes:
    """The file, in UTF-8. Raises `InvalidInput` with every fault of the batch and its path."""
    refuse_faults(batch)
    created_at = batch.created_at.astimezone(UTC)
    cents = sum(transfer.amount.minor for transfer in batch.transfers)
    sums = f"<NbOfTxs>{len(batch.transfers)}</NbOfTxs><CtrlSum>{decimal(cents)}</CtrlSum>"
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{version}"><CstmrCdtTrfInitn>'
        f"<GrpHdr><MsgId>{batch.message_id}</MsgId>"
        f"<CreDtTm>{created_at:%Y-%m-%dT%H:%M:%SZ}</CreDtTm>{sums}"
        f"<InitgPty><Nm>{name(batch.debtor.name)}</Nm></InitgPty></GrpHdr>"
        f"{_group_head(batch, sums, version)}"
    )
    transfers = "".join([_transfer(transfer, version) for transfer in batch.transfers])
    return f"{head}{transfers}</PmtInf></CstmrCdtTrfInitn></Document>\n".encode()


def _group_head(batch: TransferBatch, sums: str, version: Version) -> str:
    debtor, day = batch.debtor, batch.execute_on.isoformat()
    execute_on = day if version is Version.V03 else f"<Dt>{day}</Dt>"
    return (
        f"<PmtInf><PmtInfId>{batch.message_id}</PmtInfId><PmtMtd>TRF</PmtMtd>"
        f"<BtchBookg>false</BtchBookg>{sums}"
        "<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf>"
        f"<ReqdExctnDt>{execute_on}</ReqdExctnDt>"
        f"<Dbtr><Nm>{name(debtor.name)}</Nm>{address(debtor.address)}</Dbtr>"
        f"<DbtrAcct><Id><IBAN>{compact_iban(debtor.iban)}</IBAN></Id></DbtrAcct>"
        f"<DbtrAgt>{agent(debtor.bic, version.bic_tag)}</DbtrAgt><ChrgBr>SLEV</ChrgBr>"
    )


def _transfer(transfer: CreditTransfer, version: Version) -> str:
    payee_agent = ""
    if transfer.payee_bic is not None:
        payee_agent = f"<CdtrAgt>{agent(transfer.payee_bic, version.bic_tag)}</CdtrAgt>"
    return (
        f"<CdtTrfTxInf><PmtId><EndToEndId>{transfer.end_to_end_id}</EndToEndId></PmtId>"
        f'<Amt><InstdAmt Ccy="EUR">{decimal(transfer.amount.minor)}</InstdAmt></Amt>'
        f"{payee_agent}<Cdtr><Nm>{name(transfer.payee_name)}</Nm></Cdtr>"
        f"<CdtrAcct><Id><IBAN>{compact_iban(transfer.payee_iban)}</IBAN></Id></CdtrAcct>"
        f"{remittance(None, transfer.remittance_text)}</CdtTrfTxInf>"
    )
