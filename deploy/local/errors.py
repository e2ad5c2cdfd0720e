"""What can go wrong while the local stack starts, each as one sentence with its remedy."""

from __future__ import annotations

from shared.errors import InningError


class StackError(InningError):
    code = "local_stack"
    title = "The local stack could not do that"


class PortTaken(StackError):
    code = "port_taken"

    def __init__(self, port: int, purpose: str, setting: str) -> None:
        super().__init__(
            f"Port {port}, wanted for {purpose}, is taken by another program: "
            f"stop it, set {setting} to a free port, or shift all ports with INNING_PORT_OFFSET."
        )


class ToolMissing(StackError):
    code = "tool_missing"


class FetchFailed(StackError):
    code = "fetch_failed"


class NotReady(StackError):
    """A process that did not come up in time, with the end of its log."""

    code = "not_ready"

    def __init__(self, name: str, reason: str, log_tail: str) -> None:
        super().__init__(f"{name} {reason}. The end of its log:\n{log_tail or '(empty)'}")
        self.name = name
