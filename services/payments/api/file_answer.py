"""A file for the bank as an answer: saved under the name it has at the bank, and kept by nobody."""

from __future__ import annotations

from uuid import UUID

from fastapi import Response

from services.payments.domain.debit import our_reference


def file_answer(file_id: UUID, content: bytes) -> Response:
    name = f'attachment; filename="{our_reference(file_id)}.xml"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    return Response(content, media_type="application/xml", headers=headers)
