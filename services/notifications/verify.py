"""`python -m services.notifications.verify`: does every archived message match its hash?

Walks the whole archive of every creditor, and each creditor's audit chain. Prints one line per
creditor and one per row that does not hold; ends with status 1 when there is any.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from services.notifications import archive, repository
from services.notifications.config import Settings
from services.notifications.models import Archived
from shared import audit
from shared.crypto import CustomerCipher, Tampered
from shared.db import ReadSession, Scope
from shared.service import Service

_PAGE = 200


@dataclass(slots=True)
class Report:
    """Counts of one creditor's archive; `damaged` names rows, and entries of the audit chain."""

    creditor_id: UUID
    intact: int = 0
    # The customer was erased: nobody can read these again, and nobody should.
    erased: int = 0
    damaged: list[str] = field(default_factory=list)


async def verify(service: Service) -> Sequence[Report]:
    reports = []
    for creditor_id, _ in await service.db.creditor_zones():
        scope = Scope(creditor_id, "system:notifications", reason="command:verify")
        async with service.db.read(scope) as session:
            reports.append(await verify_archive(session, service, creditor_id))
    return reports


async def verify_archive(session: ReadSession, service: Service, creditor_id: UUID) -> Report:
    report = Report(creditor_id)
    last: UUID | None = None
    while page := await repository.archive_page(session, last, _PAGE):
        ciphers = await service.vault.open(session, {row.customer_id for row in page})
        await asyncio.to_thread(_check, page, ciphers, report)
        last = page[-1].id
        session.expunge_all()
    for subject in await repository.sent_but_not_archived(session):
        report.damaged.append(f"{subject}: what was sent is not in the archive")
    _, broken = await audit.verify(session)
    report.damaged += [f"audit entry {entry.sequence} {entry.reason}" for entry in broken]
    return report


def _check(
    page: Sequence[Archived], ciphers: Mapping[UUID, CustomerCipher], report: Report
) -> None:
    for row in page:
        try:
            archive.exact_bytes(row, ciphers[row.customer_id])
        except archive.ContentErased:
            report.erased += 1
        except (archive.ContentDamaged, Tampered, KeyError):
            report.damaged.append(f"archived message {row.message_id} (row {row.id})")
        else:
            report.intact += 1


async def main() -> int:
    service = Service("notifications", Settings())  # from the environment
    try:
        reports = await verify(service)
    finally:
        await service.db.close()
    for report in reports:
        sys.stdout.write(
            f"{report.creditor_id}: {report.intact} intact, {report.erased} erased,"
            f" {len(report.damaged)} damaged\n"
        )
        sys.stdout.writelines(f"  {found}\n" for found in report.damaged)
    return 1 if any(report.damaged for report in reports) else 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
