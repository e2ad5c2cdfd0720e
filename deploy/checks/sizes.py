"""`python -m deploy.checks.sizes`: no file and no function longer than one can hold in mind."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOTS = ("shared", "services", "deploy", "tests")
FILE_LINES_MOST, TEST_FILE_LINES_MOST, FUNCTION_LINES_MOST = 400, 600, 70
_GENERATED = ("migrations", "versions")
"""A migration is written once, mostly by a tool, and read as a list: it may be long."""


def complaints_about(path: Path, source: str) -> Iterator[str]:
    """One sentence per limit that the file at `path` (relative to the checkout) exceeds."""
    if _is_generated(path):
        return
    most = TEST_FILE_LINES_MOST if path.parts[0] == "tests" else FILE_LINES_MOST
    lines = len(source.splitlines())
    if lines > most:
        yield f"{path}: {lines} lines, {most} is the most"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES_MOST:
                yield (
                    f"{path}:{node.lineno}: {node.name} has {length} lines, "
                    f"{FUNCTION_LINES_MOST} is the most"
                )


def _is_generated(path: Path) -> bool:
    return path.parts[-3:-1] == _GENERATED


def check(checkout: Path) -> list[str]:
    return [
        complaint
        for root in ROOTS
        for path in sorted((checkout / root).rglob("*.py"))
        for complaint in complaints_about(path.relative_to(checkout), path.read_text())
    ]


def main() -> None:
    complaints = check(Path(__file__).resolve().parents[2])
    for complaint in complaints:
        sys.stderr.write(f"{complaint}\n")
    raise SystemExit(1 if complaints else 0)


if __name__ == "__main__":
    main()
