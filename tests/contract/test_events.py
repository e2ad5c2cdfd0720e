"""The public contracts of events: files and code agree, and no reader breaks."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from shared.events.compatibility import breaking_changes
from shared.events.contracts import REGISTRY
from shared.events.schemas import broken_contracts, differences, schema_of
from shared.events.topics import TOPICS

SAMPLES = Path(__file__).parent / "samples"


def test_the_written_schemas_are_those_of_the_code() -> None:
    assert differences() == []


def test_no_contract_breaks_a_reader_of_the_written_one() -> None:
    assert broken_contracts() == []


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_an_event_written_before_can_still_be_read(path: Path) -> None:
    """Samples are kept as they were first written: add new ones, never change one."""
    event = REGISTRY[path.stem].model_validate_json(path.read_bytes())
    told = json.loads(event.model_dump_json())
    kept = json.loads(path.read_bytes())
    assert _holds(told, kept)


def _holds(told: Any, kept: Any) -> bool:
    """Whether all that was kept is told still; a fact inside may have gained fields."""
    if isinstance(kept, dict):
        return all(name in told and _holds(told[name], value) for name, value in kept.items())
    if isinstance(kept, list):
        return len(told) == len(kept) and all(map(_holds, told, kept))
    return bool(told == kept)


def test_every_contract_has_a_sample_and_a_topic() -> None:
    assert {path.stem for path in SAMPLES.glob("*.json")} == set(REGISTRY)
    assert {contract.topic for contract in REGISTRY.values()} <= {topic.name for topic in TOPICS}


def test_a_field_that_is_unknown_does_not_stop_a_reader() -> None:
    path = SAMPLES / "billing.charge.added.v1.json"
    known = json.loads(path.read_bytes())
    contract = REGISTRY[path.stem]
    assert contract.model_validate({**known, "added_later": True}) == contract.model_validate(known)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda s: s["properties"].pop("amount"), "$.amount: was removed"),
        (lambda s: s["properties"]["payment_id"].update(type="integer"), "the type changed"),
        (lambda s: s["required"].append("note"), "$.note: is required now"),
        (lambda s: s["properties"]["receivable"].update({"$ref": "#/$defs/Money2"}), "type"),
    ],
)
def test_changes_that_break_a_reader_are_found(change, told: str) -> None:
    old = schema_of(REGISTRY["billing.allocation.applied.v1"])
    new = copy.deepcopy(old)
    new["$defs"]["Money2"] = {"type": "string"}
    change(new)
    assert any(told in problem for problem in breaking_changes(old, new))


def test_an_added_optional_field_breaks_nobody() -> None:
    old = schema_of(REGISTRY["billing.allocation.applied.v1"])
    new = copy.deepcopy(old)
    new["properties"]["note"] = {"type": "string"}
    assert breaking_changes(old, new) == []
