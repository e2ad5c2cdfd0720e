"""Note by which road a customer wants to be reached."""

from __future__ import annotations

from uuid import UUID

from services.notifications import repository
from services.notifications.domain.message import Channel
from services.notifications.models import Preference
from shared.db import WriteSession, scope_of
from shared.http.etag import check_if_match


async def set_preference(
    session: WriteSession,
    customer_id: UUID,
    channel: Channel | None,
    *,
    email_for_legal: bool,
    if_match: str | None,
) -> Preference:
    """`email_for_legal`: the customer agreed to legal notices by e-mail.

    The customer need not be known yet: the wish may come before billing's event.
    """
    wish = await repository.lock_preference(session, customer_id)
    if wish is None:
        creditor_id = scope_of(session).creditor_id
        wish = Preference(customer_id=customer_id, creditor_id=creditor_id, version=0)
        session.add(wish)
    else:
        check_if_match(if_match, wish.version)
    wish.version += 1
    wish.channel = channel
    wish.email_for_legal = email_for_legal
    await session.flush()
    return wish
