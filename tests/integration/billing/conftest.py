from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from services.billing.app import create_app
from services.billing.config import Settings
from shared.testing.served import Served
from tests.factories.billing import creditor_body


@pytest.fixture
async def billing(serve: Callable[..., Awaitable[Served]], creditor_id: UUID) -> Served:
    """Billing with one creditor registered."""
    served = await serve("billing", create_app, Settings, creditor_id, run_chunk_size=4)
    await served.put(f"/creditors/{creditor_id}", json=creditor_body())
    return served
