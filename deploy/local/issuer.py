"""A development OAuth 2.0 issuer: signs any token that is asked for. Never in production.

`python -m deploy.local.issuer serve` answers over HTTP, `... token` prints one token.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID, uuid4

import typer
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from joserfc import jwt
from joserfc.jwk import ECKey

from deploy.local.credentials import SERVICES
from deploy.local.display import run_cli
from deploy.local.errors import StackError
from deploy.local.plan import write_private
from deploy.local.settings import HOST, LocalSettings
from deploy.local.stand_in import refuse_in_production, serve, stand_in_app
from deploy.local.state import Folder, locked
from shared.clock import Clock, SystemClock

AUDIENCE = "inning"
LIFETIME_S = 3600
ROLES = ("clerk", "supervisor", "system")
EVERY_CREDITOR = "*"
RIGHTS = ("read", "write", "approve", "admin")
EVERY_SCOPE = (
    *(f"{service}:{right}" for service in SERVICES for right in RIGHTS),
    "clock:read",
    "clock:write",
)
_ALGORITHM = "ES256"


class BadTokenRequest(StackError):
    """Told to the caller in the words of RFC 6749, section 5.2."""

    code = "invalid_request"
    status = 400


class UnknownGrant(BadTokenRequest):
    code = "unsupported_grant_type"


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """What the caller wants to be: taken at its word, as long as it is well-formed."""

    subject: str
    scopes: tuple[str, ...] = ()
    creditors: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        strange = sorted(set(self.roles) - set(ROLES))
        if strange:
            raise BadTokenRequest(f"roles: {', '.join(strange)} is none of {', '.join(ROLES)}")
        for creditor in self.creditors:
            if creditor != EVERY_CREDITOR:
                _require_uuid(creditor)


def _require_uuid(creditor: str) -> None:
    try:
        UUID(creditor)
    except ValueError:
        raise BadTokenRequest(f"creditors: {creditor} is neither a UUID nor *") from None


def signing_key(folder: Folder) -> ECKey:
    """The key of this data folder, made on first use and readable by its owner alone."""
    path = folder.root / "issuer-key.json"
    with locked(folder.root / "issuer-key.lock"):
        if not path.exists():
            key = ECKey.generate_key(
                "P-256", {"kid": str(uuid4()), "use": "sig", "alg": _ALGORITHM}
            )
            write_private(path, json.dumps(key.as_dict(private=True)))
        return ECKey.import_key(json.loads(path.read_text()))


def mint(key: ECKey, issuer: str, request: TokenRequest, clock: Clock) -> str:
    """A signed JSON Web Token (RFC 7519) that is good for an hour."""
    now_s = int(clock.now().timestamp())
    claims = {
        "iss": issuer,
        "aud": AUDIENCE,
        "sub": request.subject,
        "iat": now_s,
        "exp": now_s + LIFETIME_S,
        "jti": str(uuid4()),
        "scope": " ".join(request.scopes),
        "creditors": list(request.creditors),
        "roles": list(request.roles),
    }
    return jwt.encode({"alg": _ALGORITHM, "kid": key.kid, "typ": "at+jwt"}, claims, key)


def create_app(settings: LocalSettings | None = None, clock: Clock | None = None) -> FastAPI:
    refuse_in_production("token issuer")
    settings, clock = settings or LocalSettings(), clock or SystemClock()
    issuer, key = issuer_url(settings), signing_key(Folder(settings.data))
    app = stand_in_app("Token issuer")

    @app.get("/jwks.json")
    def jwks() -> dict[str, Any]:
        return {"keys": [key.as_dict(private=False)]}

    @app.get("/.well-known/openid-configuration")
    def configuration() -> dict[str, Any]:
        return {
            "issuer": issuer,
            "jwks_uri": f"{issuer}/jwks.json",
            "token_endpoint": f"{issuer}/token",
            "grant_types_supported": ["client_credentials"],
            "id_token_signing_alg_values_supported": [_ALGORITHM],
            "response_types_supported": ["token"],
            "subject_types_supported": ["public"],
        }

    @app.post("/token")
    async def token(request: Request) -> JSONResponse:
        """Client credentials grant (RFC 6749, section 4.4), as a form or as JSON."""
        try:
            wanted = _read_request(await _fields(request))
        except BadTokenRequest as refusal:
            return _oauth_error(refusal.code, refusal.detail)
        answer = {
            "access_token": mint(key, issuer, wanted, clock),
            "token_type": "Bearer",
            "expires_in": LIFETIME_S,
            "scope": " ".join(wanted.scopes),
        }
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    return app


def issuer_url(settings: LocalSettings) -> str:
    return f"http://{HOST}:{settings.ports.issuer}"


async def _fields(request: Request) -> dict[str, list[str]]:
    """Form or JSON as words per field: a list, or one string with spaces."""
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            body = await request.json()
        except ValueError:
            raise BadTokenRequest("the body is not JSON") from None
        if not isinstance(body, dict):
            raise BadTokenRequest("the body is not a JSON object")
        pairs = list(body.items())
    else:
        pairs = list((await request.form()).multi_items())
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        values = value if isinstance(value, list) else str(value).split()
        fields.setdefault(name, []).extend(str(one) for one in values)
    return fields


def _read_request(fields: dict[str, list[str]]) -> TokenRequest:
    if fields.get("grant_type", ["client_credentials"]) != ["client_credentials"]:
        raise UnknownGrant("grant_type: only client_credentials is known here")
    subject = fields.get("subject") or fields.get("client_id") or ["developer"]
    return TokenRequest(
        subject=" ".join(subject),
        scopes=tuple(fields.get("scope", ())),
        creditors=tuple(fields.get("creditor_ids", ())),
        roles=tuple(fields.get("roles", ())),
    )


def _oauth_error(code: str, description: str) -> JSONResponse:
    body = {"error": code, "error_description": description}
    return JSONResponse(body, status_code=400, headers={"Cache-Control": "no-store"})


cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@cli.command("serve")
def serve_http() -> None:
    """Answer on the issuer's port."""
    settings = LocalSettings()
    serve(create_app(settings), settings.ports.issuer)


@cli.command()
def token(
    scope: Annotated[list[str] | None, typer.Option(help="may be given more than once")] = None,
    creditor: Annotated[list[str] | None, typer.Option(help="a UUID, or * for all")] = None,
    role: Annotated[list[str] | None, typer.Option(help=", ".join(ROLES))] = None,
    subject: Annotated[str, typer.Option(help="who acts")] = "developer",
) -> None:
    """Print one token: every scope, every creditor, as a supervisor, unless told otherwise."""
    refuse_in_production("token issuer")
    settings = LocalSettings()
    request = TokenRequest(
        subject=subject,
        scopes=tuple(" ".join(scope or EVERY_SCOPE).split()),
        creditors=tuple(creditor or [EVERY_CREDITOR]),
        roles=tuple(role or ["supervisor"]),
    )
    folder = Folder(settings.data)
    typer.echo(mint(signing_key(folder), issuer_url(settings), request, SystemClock()))


if __name__ == "__main__":
    run_cli(cli)
