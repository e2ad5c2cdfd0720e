"""A mailbox that catches all mail: SMTP in, a web page and a JSON API out. Never in production.

An address that starts with `bounce` is refused for good (550); one that starts with `greylist` is
refused once (451) and taken the next time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import islice
from typing import Annotated, Any
from urllib.parse import quote

from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from deploy.local.display import run_cli
from deploy.local.mail_store import CaughtMessage, MailStore, parse_content
from deploy.local.settings import LocalSettings
from deploy.local.stand_in import PAGES, SAFE_PAGE, refuse_in_production, serve, stand_in_app
from shared.clock import Clock, SystemClock

MESSAGE_BYTES_MOST = 40_000_000
PER_PAGE = 50
_SANDBOXED = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:",
    "X-Content-Type-Options": "nosniff",
}


class Catcher:
    """The SMTP side, as aiosmtpd calls it."""

    def __init__(self, store: MailStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._greylisted: set[str] = set()

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd calls
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        lowered = address.lower()
        if lowered.startswith("bounce"):
            return "550 5.1.1 No such mailbox"
        if lowered.startswith("greylist") and lowered not in self._greylisted:
            self._greylisted.add(lowered)
            return "451 4.7.1 Try again in a moment"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the name aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        raw = envelope.original_content or b""
        recipients = tuple(str(address) for address in envelope.rcpt_tos)
        message = self._store.add(envelope.mail_from or "", recipients, raw, self._clock.now())
        return f"250 OK, kept as {message.id}"

    def forget(self) -> None:
        self._greylisted.clear()


def create_app(settings: LocalSettings | None = None, clock: Clock | None = None) -> FastAPI:
    refuse_in_production("mailbox")
    settings, store = settings or LocalSettings(), MailStore()
    catcher = Catcher(store, clock or SystemClock())
    app = stand_in_app("Mailbox")
    app.router.lifespan_context = _smtp_beside(catcher, settings)
    _add_pages(app, store)
    _add_api(app, store, catcher)
    return app


def _smtp_beside(catcher: Catcher, settings: LocalSettings) -> Any:
    """The app's lifespan: the SMTP port is open while the web page answers."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(
                catcher,
                data_size_limit=MESSAGE_BYTES_MOST,
                enable_SMTPUTF8=True,
                hostname="mailbox.localhost",
                ident="Inning mailbox",
                loop=loop,
            ),
            settings.stand_in_host,
            settings.ports.smtp,
        )
        yield
        server.close()

    return lifespan


def _add_pages(app: FastAPI, store: MailStore) -> None:
    @app.get("/", response_class=HTMLResponse)
    def list_page(
        request: Request, to: str = "", subject: str = "", page: Annotated[int, Query(ge=1)] = 1
    ) -> Response:
        found = list(store.find(to, subject))
        context = {
            "messages": found[(page - 1) * PER_PAGE : page * PER_PAGE],
            "total": len(found),
            "page": page,
            "per_page": PER_PAGE,
            "to": to,
            "subject": subject,
        }
        return PAGES.TemplateResponse(request, "mailbox.html", context, headers=SAFE_PAGE)

    @app.get("/messages/{message_id}", response_class=HTMLResponse)
    def message_page(request: Request, message_id: int) -> Response:
        message = store.get(message_id)
        if message is None:
            return _missing()
        context = {"message": message, "content": parse_content(message.raw)}
        return PAGES.TemplateResponse(request, "message.html", context, headers=SAFE_PAGE)

    @app.get("/messages/{message_id}/html", response_class=HTMLResponse)
    def html_part(message_id: int) -> Response:
        message = store.get(message_id)
        html = parse_content(message.raw).html if message else None
        return HTMLResponse(html, headers=_SANDBOXED) if html else _missing()


def _add_api(app: FastAPI, store: MailStore, catcher: Catcher) -> None:
    @app.get("/api/messages")
    def search(
        to: str = "",
        subject: str = "",
        after: int = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> dict[str, Any]:
        """Newest first. `after` is the id of a message: only later ones are shown."""
        found = store.find(to, subject, after)
        return {"messages": [message.summary() for message in islice(found, limit)]}

    @app.delete("/api/messages")
    def clear() -> dict[str, int]:
        catcher.forget()
        return {"deleted": store.clear()}

    @app.get("/api/messages/{message_id}")
    def message(message_id: int) -> Any:
        found = store.get(message_id)
        return _details(found) if found else _missing()

    @app.get("/api/messages/{message_id}/raw")
    def raw(message_id: int) -> Response:
        found = store.get(message_id)
        return Response(found.raw, media_type="message/rfc822") if found else _missing()

    @app.get("/api/messages/{message_id}/attachments/{index}")
    def attachment(message_id: int, index: int) -> Response:
        found = store.get(message_id)
        parts = parse_content(found.raw).attachments if found else ()
        if not 0 <= index < len(parts):
            return _missing()
        disposition = f"attachment; filename*=utf-8''{quote(parts[index].filename, safe='')}"
        return Response(
            parts[index].content,
            media_type=parts[index].content_type,
            headers={**_SANDBOXED, "Content-Disposition": disposition},
        )


def _details(message: CaughtMessage) -> dict[str, Any]:
    content = parse_content(message.raw)
    return {
        **message.summary(),
        "headers": content.headers,
        "text": content.text,
        "html": content.html,
        "attachments": [
            {
                "index": index,
                "filename": part.filename,
                "content_type": part.content_type,
                "size_bytes": part.size_bytes,
            }
            for index, part in enumerate(content.attachments)
        ],
    }


def _missing() -> JSONResponse:
    return JSONResponse({"title": "There is no such message"}, status_code=404)


def main() -> None:
    settings = LocalSettings()
    serve(create_app(settings), settings.ports.mailbox)


if __name__ == "__main__":
    run_cli(main)
