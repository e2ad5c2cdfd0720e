"""`ETag` and `If-Match`: nobody overwrites what somebody else changed meanwhile."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Response

from shared.errors import PreconditionFailed, PreconditionRequired

IfMatch = Annotated[
    str | None, Header(alias="If-Match", description="the ETag of the state you read")
]


def set_etag(response: Response, version: int) -> None:
    response.headers["ETag"] = f'"{version}"'


def check_if_match(if_match: str | None, version: int) -> None:
    """Raise unless the caller saw the present `version`."""
    if if_match is None:
        raise PreconditionRequired()
    seen = {tag.strip().removeprefix("W/") for tag in if_match.split(",")}
    if f'"{version}"' not in seen and "*" not in seen:
        raise PreconditionFailed()
