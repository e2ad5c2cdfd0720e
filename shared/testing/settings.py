"""Settings of one service on a test database."""

from __future__ import annotations

import base64
from typing import Any

from shared.testing.databases import TestDatabases
from shared.testing.issuer import AUDIENCE, TestIssuer

MASTER_KEY = base64.b64encode(bytes(range(32))).decode()


def service_settings(
    service: str,
    databases: TestDatabases,
    database: str,
    issuer: TestIssuer,
    bootstrap_servers: str = "127.0.0.1:1",
) -> dict[str, Any]:
    """Arguments for the service's own `Settings`."""
    return {
        "environment": "test",
        "database_url": databases.url(database, f"inning_{service}"),
        "relay_database_url": databases.url(database, f"inning_{service}_relay"),
        "kafka_bootstrap_servers": bootstrap_servers,
        "jwks_url": issuer.jwks_url,
        "token_issuer": issuer.url,
        "token_audience": AUDIENCE,
        "master_key": MASTER_KEY,
        "pool_size": 5,
    }
