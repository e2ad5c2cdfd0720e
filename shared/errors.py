"""The error tree. An error is defined once: code, HTTP status, and the sentence a person reads.

`status` is a plain int so that a domain module needs no web framework. Consumers read the same
tree: a `BusinessError` is a recorded outcome, a `TransientError` is tried again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Final, Self

_PROBLEMS_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input: where (`field`, and `line` when it came in a file) and why."""

    field: str
    message: str
    line: int | None = None

    def as_dict(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value is not None}


class InningError(Exception):
    """Base of all errors a caller can be told about. `facts` go into the problem document."""

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong on our side"

    def __init__(self, detail: str = "", **facts: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.facts = facts


class BusinessError(InningError):
    """A rule said no. Trying again changes nothing."""

    code = "refused"
    status = 409
    title = "The request is against a rule"


class NotFound(BusinessError):
    code = "not_found"
    status = 404
    title = "There is no such thing here"


class Conflict(BusinessError):
    code = "conflict"
    status = 409
    title = "The request conflicts with what is already there"


class IllegalTransition(Conflict):
    code = "illegal_transition"
    title = "That step is not possible from the present state"

    def __init__(self, noun: str, status: str, trigger: str) -> None:
        super().__init__(f"a {noun} that is {status} cannot {trigger}", state=status, step=trigger)


class InvalidInput(BusinessError):
    """Malformed input. `problems` names each line and field; nothing of it was stored."""

    code = "invalid_input"
    status = 422
    title = "The input is not valid"

    def __init__(self, detail: str = "", problems: Sequence[Problem] = (), **facts: Any) -> None:
        super().__init__(detail, **facts)
        self.problems = tuple(problems)

    @classmethod
    def field(cls, field: str, message: str, line: int | None = None) -> Self:
        where = f"line {line}, " if line is not None else ""
        return cls(f"{where}{field}: {message}", [Problem(field, message, line)])

    @classmethod
    def several(cls, problems: Sequence[Problem]) -> Self:
        """All that is wrong with a file or a list: how many are told, the first of them shown."""
        if len(problems) == 1:
            one = problems[0]
            return cls.field(one.field, one.message, one.line)
        return cls(f"{len(problems)} problems; nothing was stored", problems[:_PROBLEMS_SHOWN])


class Unauthorized(InningError):
    code = "unauthorized"
    status = 401
    title = "A valid access token is needed"


class Forbidden(InningError):
    code = "forbidden"
    status = 403
    title = "The access token does not allow this"


class TooLarge(InningError):
    code = "too_large"
    status = 413
    title = "The request is larger than this route takes"


class PreconditionRequired(InningError):
    code = "precondition_required"
    status = 428
    title = "Send If-Match with the ETag you read"


class PreconditionFailed(InningError):
    code = "precondition_failed"
    status = 412
    title = "Somebody changed this since you read it"


class TransientError(InningError):
    """The outside or the database is away for a moment: try again, after so many seconds."""

    code = "unavailable"
    status = 503
    title = "Not available at this moment, try again"
    retry_after_s: ClassVar[int] = 1
