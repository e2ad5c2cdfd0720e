"""`python -m deploy.checks.openapi [--check]`: each service's REST contract into `docs/openapi`."""

from __future__ import annotations

import base64
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from shared.service import Service

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "openapi"
SERVICES = ("billing", "payments", "collections", "notifications")


def application(service: str, **changes: Any) -> FastAPI:
    """The service's HTTP side, as built in production; it connects to nothing until it runs.

    `changes` are settings that differ from the placeholders used here.
    """
    settings_type = import_module(f"services.{service}.config").Settings
    settings = settings_type.model_validate(
        {
            "environment": "production",
            "database_url": "postgresql://nobody@127.0.0.1:1/none",
            "relay_database_url": "postgresql://nobody@127.0.0.1:1/none",
            "master_key": base64.b64encode(bytes(32)).decode(),
            **changes,
        }
    )
    module = import_module(f"services.{service}.app")
    make_service = getattr(module, "make_service", None)
    made = make_service(settings) if make_service else Service(service, settings)
    app: FastAPI = module.create_app(made)
    return app


def documents() -> dict[str, str]:
    return {
        f"{service}.json": json.dumps(application(service).openapi(), indent=2, sort_keys=True)
        + "\n"
        for service in SERVICES
    }


def differences() -> list[str]:
    """What in `docs/openapi` is not what the code says."""
    return [
        f"{name} is out of date: run `make schemas`"
        for name, content in documents().items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text() != content
    ]


def main(argv: list[str]) -> int:
    if "--check" in argv:
        problems = differences()
        for problem in problems:
            sys.stderr.write(f"docs/openapi: {problem}\n")
        return 1 if problems else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in documents().items():
        (FOLDER / name).write_text(content)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
