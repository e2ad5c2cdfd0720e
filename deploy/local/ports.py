"""Are the ports free? Asked before anything starts, so that the answer can name the setting."""

from __future__ import annotations

import socket
from collections.abc import Iterable

from deploy.local.errors import PortTaken
from deploy.local.settings import HOST, Ports, port_setting

INFRA_PORTS = {"postgres": ("postgres",), "kafka": ("kafka", "kafka_controller")}
"""The fields of `Ports` that each process of the infrastructure listens on."""
APP_PORTS = tuple(name for name in Ports.model_fields if not name.startswith(("postgres", "kafka")))


def refuse_taken_ports(ports: Ports, names: Iterable[str]) -> None:
    """Raise PortTaken for the first of `names` that another program listens on."""
    for name in names:
        port = getattr(ports, name)
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                raise PortTaken(port, name.replace("_", " "), port_setting(name)) from None
