"""Small programs for a stack to run, and ports to run them on."""

from __future__ import annotations

import os
import sys
from typing import Any

from deploy.local.errors import PortTaken
from deploy.local.plan import ProcessSpec, Readiness
from deploy.local.ports import refuse_taken_ports
from deploy.local.settings import Ports

IDLE = "import time; time.sleep(600)"
ANSWERS = """
import http.server, sys
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *words): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Ready).serve_forever()
"""
STUBBORN = f"""
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
{ANSWERS}
"""


def python(name: str, program: str, *words: object, **more: Any) -> ProcessSpec:
    """A process that runs a few lines of Python."""
    command = (sys.executable, "-c", program, *(str(word) for word in words))
    return ProcessSpec(name=name, command=command, **more)


def answering(name: str, port: int, **more: Any) -> ProcessSpec:
    """A process that says over HTTP that it is ready."""
    return python(name, ANSWERS, port, readiness=Readiness(kind="http", port=port), **more)


def stubborn(port: int) -> ProcessSpec:
    """A process that is ready once it ignores being asked to end."""
    ready = Readiness(kind="http", port=port)
    return python("stubborn", STUBBORN, port, readiness=ready, stop_limit_s=0.2)


def free_offset() -> int:
    """An offset at which no port is taken, so that test runs beside each other do not meet.

    Each process of one run looks in a range of its own.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = 12_000 + 2_000 * (worker % 8)
    for offset in range(first, first + 2_000, 200):
        try:
            refuse_taken_ports(Ports().shifted(offset), Ports.model_fields)
        except PortTaken:
            continue
        return offset
    raise AssertionError("no free ports on this machine")
