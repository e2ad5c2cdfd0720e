"""Set what stands on a creditor's letters beyond what billing knows of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from services.notifications import repository
from services.notifications.models import Letterhead
from shared.db import WriteSession, scope_of
from shared.http.etag import check_if_match


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveLetterhead:
    company_number: str | None
    vat_number: str | None
    supplies_drinking_water: bool
    debt_help_website: str | None
    complaints_link: str | None
    collection_register_number: str | None


async def save_letterhead(
    session: WriteSession, command: SaveLetterhead, *, if_match: str | None
) -> Letterhead:
    """`if_match`: the ETag the caller read; None when there was nothing yet."""
    head = await repository.lock_letterhead(session)
    if head is None:
        head = Letterhead(creditor_id=scope_of(session).creditor_id, version=0)
        session.add(head)
    else:
        check_if_match(if_match, head.version)
    head.version += 1
    for name, value in asdict(command).items():
        setattr(head, name, value)
    await session.flush()
    return head
