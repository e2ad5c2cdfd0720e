"""Whom this process believes when it calls out over TLS."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    """For `httpx.AsyncClient(verify=...)`: made once, since reading the certificates of all
    authorities takes a processor tens of milliseconds, and httpx does so for each client."""
    return httpx.create_ssl_context()
