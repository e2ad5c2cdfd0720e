"""Whether a changed contract still lets every reader read what was written before, and after."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """What would break a reader, in words; empty when the change only adds.

    Old events must be valid for the new contract (no new required field, no narrower type) and
    old readers must find what they know in new events (no field removed or retyped).
    """
    return _compare(old, new, old, new, "$")


def _compare(old: Schema, new: Schema, old_root: Schema, new_root: Schema, at: str) -> list[str]:
    old, new = _resolve(old, old_root), _resolve(new, new_root)
    problems = []
    if _kinds(old, old_root) != _kinds(new, new_root):
        problems.append(f"{at}: the type changed")
    if "enum" in new and set(old.get("enum", ())) - set(new["enum"]):
        problems.append(f"{at}: a value was taken away")
    added_required = set(new.get("required", ())) - set(old.get("required", ()))
    known = old.get("properties", {})
    problems += [f"{at}.{name}: is required now" for name in sorted(added_required)]
    for name, schema in known.items():
        where = f"{at}.{name}"
        if name not in new.get("properties", {}):
            problems.append(f"{where}: was removed")
        else:
            found = new["properties"][name]
            problems += _compare(schema, found, old_root, new_root, where)
    if "items" in old and "items" in new:
        problems += _compare(old["items"], new["items"], old_root, new_root, f"{at}[]")
    return problems


def _resolve(schema: Schema, root: Schema) -> Schema:
    reference = schema.get("$ref", "")
    if not reference:
        return schema
    target: Any = root
    for part in reference.removeprefix("#/").split("/"):
        target = target[part]
    return {**target, **{key: value for key, value in schema.items() if key != "$ref"}}


def _kinds(schema: Schema, root: Schema) -> set[str]:
    """The JSON types a schema takes, with their formats."""
    choices = schema.get("anyOf") or [schema]
    kinds = set()
    for choice in choices:
        resolved = _resolve(choice, root)
        kinds.add(f"{resolved.get('type', 'any')}:{resolved.get('format', '')}")
    return kinds
