"""`python -m shared.events.schemas [--check]`: the contracts as JSON Schemas and an AsyncAPI file.

They are generated into `docs/events`. A change that would break a reader is refused: make a new
type (`.v2`) instead. `--check` writes nothing and fails when code and files part.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from shared.events.compatibility import breaking_changes
from shared.events.contracts import REGISTRY
from shared.events.envelope import Event
from shared.events.topics import TOPICS

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "events"

_HEADERS = {
    "type": "object",
    "description": "CloudEvents 1.0, Kafka binary mode",
    "properties": {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {"type": "string", "format": "uuid"},
        "ce_type": {"type": "string"},
        "ce_source": {"type": "string"},
        "ce_time": {"type": "string", "format": "date-time"},
        "ce_subject": {"type": "string", "format": "uuid"},
        "creditor": {"type": "string", "format": "uuid"},
        "traceparent": {"type": "string"},
    },
    "required": ["ce_id", "ce_type", "ce_source", "ce_time", "creditor"],
}


def documents() -> dict[str, str]:
    """File name to content, for every contract and for the AsyncAPI document."""
    files = {f"{name}.json": _json(schema_of(contract)) for name, contract in REGISTRY.items()}
    files["asyncapi.json"] = _json(asyncapi())
    return files


def schema_of(contract: type[Event]) -> dict[str, Any]:
    schema = contract.model_json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:inning:event:{contract.event_type}",
        **schema,
    }


def asyncapi() -> dict[str, Any]:
    """AsyncAPI 3.0 over all topics and messages."""
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for topic in TOPICS:
        contracts = [c for c in REGISTRY.values() if c.topic == topic.name]
        name = topic.name.replace(".", "_")
        channels[name] = {
            "address": topic.name,
            "description": "compacted" if topic.compacted else f"{topic.retention_days} days",
            "messages": {
                contract.__name__: {
                    "name": contract.event_type,
                    "summary": (contract.__doc__ or contract.event_type).strip().splitlines()[0],
                    "contentType": "application/json",
                    "headers": {"$ref": "#/components/schemas/headers"},
                    "payload": {"$ref": f"./{contract.event_type}.json"},
                }
                for contract in contracts
            },
        }
        operations[f"{name}_tell"] = {
            "action": "send",
            "channel": {"$ref": f"#/channels/{name}"},
        }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Inning events", "version": "1.0.0"},
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"schemas": {"headers": _HEADERS}},
    }


def differences() -> list[str]:
    """What in `docs/events` is not what the code says."""
    wanted = documents()
    found = {path.name for path in FOLDER.glob("*.json")}
    problems = [f"{name} is no contract any more" for name in sorted(found - wanted.keys())]
    for name, content in wanted.items():
        path = FOLDER / name
        if not path.exists() or path.read_text() != content:
            problems.append(f"{name} is out of date: run `make schemas`")
    return problems


def broken_contracts() -> list[str]:
    """How the code's contracts break readers of those that were written down before."""
    found = []
    for path in sorted(FOLDER.glob("*.v*.json")):
        contract = REGISTRY.get(path.stem)
        if contract is None:
            found.append(f"{path.stem}: the type was removed")
            continue
        changes = breaking_changes(json.loads(path.read_text()), schema_of(contract))
        found += [f"{path.stem} {change}" for change in changes]
    return found


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, sort_keys=True) + "\n"


def main(argv: list[str]) -> int:
    if "--check" in argv:
        problems = differences()
        for problem in problems:
            sys.stderr.write(f"docs/events: {problem}\n")
        return 1 if problems else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    broken = broken_contracts()
    if broken:
        sys.stderr.write("\n".join(["a reader would break:", *broken, ""]))
        return 1
    wanted = documents()
    for path in FOLDER.glob("*.json"):
        if path.name not in wanted:
            path.unlink()
    for name, content in wanted.items():
        (FOLDER / name).write_text(content)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
