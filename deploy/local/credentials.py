"""Passwords and keys of one local stack: made once, kept in its data folder for the owner alone."""

from __future__ import annotations

import base64
import json
import secrets

from deploy.local.plan import write_private
from deploy.local.state import Folder

SERVICES = ("billing", "payments", "collections", "notifications")
MASTER_KEY_BYTES = 32

_PASSWORDS = (
    "postgres",
    *(f"inning_{service}" for service in SERVICES),
    *(f"inning_{service}_relay" for service in SERVICES),
    "payments_provider_api_key",
    "payments_provider_webhook_secret",
    "payments_link_secret",
)


def load_credentials(folder: Folder) -> dict[str, str]:
    """All secrets by name; those that the file lacks are made now and written to it."""
    kept: dict[str, str] = {}
    if folder.secrets.exists():
        kept = json.loads(folder.secrets.read_text())
    complete = {name: secrets.token_urlsafe(24) for name in _PASSWORDS}
    complete["master_key"] = base64.b64encode(secrets.token_bytes(MASTER_KEY_BYTES)).decode()
    complete.update(kept)
    if complete != kept:
        write_private(folder.secrets, json.dumps(complete, indent=1))
    return complete
