"""What several nouns show: a reason in two languages, and the customer it is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.collections.domain.decisions import Reason
from services.collections.domain.figures import pack, unpack
from services.collections.domain.sentences import sentence, word


class Text(BaseModel):
    """The same in Dutch and in English."""

    nl: str
    en: str


class ReasonShown(BaseModel):
    code: str = Field(description="stable; programs decide on it")
    figures: dict[str, Any]
    text: Text


class CustomerShown(BaseModel):
    id: UUID
    number: str | None
    name: str | None = Field(description="null once the customer was erased")


def show_reason(reason: Reason) -> ReasonShown:
    text = Text(nl=sentence(reason, "nl"), en=sentence(reason, "en"))
    return ReasonShown(code=reason.code, figures=pack(reason), text=text)


def stored_reason(code: str, figures: Mapping[str, Any]) -> ReasonShown:
    return show_reason(unpack(code, figures))


def show_word(code: str) -> Text:
    return Text(nl=word(code, "nl"), en=word(code, "en"))
