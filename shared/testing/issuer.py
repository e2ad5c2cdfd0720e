"""A token issuer for tests: a key pair, its key set served on loopback, tokens at will."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID, uuid4

import orjson
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

AUDIENCE = "inning"


class TestIssuer:
    __test__ = False

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", {"kid": uuid4().hex, "use": "sig", "alg": "ES256"})
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = orjson.dumps(KeySet([issuer.key]).as_dict(private=False))
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def jwks_url(self) -> str:
        return f"{self.url}/jwks.json"

    def mint(
        self,
        *,
        scope: str,
        creditors: Iterable[UUID] | None = None,
        roles: Iterable[str] = ("clerk",),
        subject: str = "tester",
        key: ECKey | None = None,
        **claims: Any,
    ) -> str:
        """A token; `creditors` None means all. `claims` override any of them."""
        now = int(time.time())
        payload = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": subject,
            "iat": now,
            "exp": now + 600,
            "scope": scope,
            "creditors": ["*"] if creditors is None else [str(value) for value in creditors],
            "roles": list(roles),
        }
        signer = key or self.key
        header = {"alg": "ES256", "kid": str(signer.kid)}
        return jwt.encode(header, {**payload, **claims}, signer)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
