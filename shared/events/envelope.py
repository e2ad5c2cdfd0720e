"""The envelope of every event: CloudEvents 1.0, Kafka binary mode, JSON body.

The body is a fact (`Event`), the headers say which, whose, when and from where.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Fact(BaseModel):
    """A value inside an event. Readers ignore fields they do not know (additive changes)."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Fact):
    """One thing that happened, named in the past participle, with the figures a reader needs."""

    event_type: ClassVar[str]
    topic: ClassVar[str]

    @property
    def key(self) -> UUID:
        """Whose order is kept: the customer's id unless the event says otherwise."""
        customer_id: UUID = getattr(self, "customer_id")  # noqa: B009
        return customer_id

    def __init_subclass__(cls, *, type: str = "", topic: str = "", **kwargs: Any) -> None:  # noqa: A002
        super().__init_subclass__(**kwargs)
        if type:
            cls.event_type, cls.topic = type, topic
            if type in REGISTRY:
                raise TypeError(f"two contracts for {type}")
            REGISTRY[type] = cls


REGISTRY: dict[str, type[Event]] = {}

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Received(Generic[E]):
    """An event as a consumer gets it: the fact, and what its headers say."""

    id: UUID
    creditor_id: UUID
    source: str
    time: datetime
    event: E
    traceparent: str | None = None
    # Where it came from, for the log and the dead letter: topic, partition, offset.
    position: tuple[str, int, int] = ("", 0, 0)
