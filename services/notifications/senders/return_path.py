"""The envelope's sender carries our message id, so that a bounce tells which mail it is about."""

from __future__ import annotations

from uuid import UUID


def return_path(bounce_address: str, message_id: UUID) -> str:
    """`bounces@mail.example` becomes `bounces+<32 hex digits>@mail.example` (RFC 5233)."""
    local, _, domain = bounce_address.rpartition("@")
    return f"{local}+{message_id.hex}@{domain}"


def message_id_of(address: str) -> UUID | None:
    """The message a bounce to `address` is about; None when it is not one of ours."""
    local, _, _ = address.rpartition("@")
    _, plus, tail = local.rpartition("+")
    try:
        return UUID(hex=tail) if plus and len(tail) == 32 else None
    except ValueError:
        return None
