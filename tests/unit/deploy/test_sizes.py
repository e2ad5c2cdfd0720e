"""The limits on files and functions."""

from __future__ import annotations

from pathlib import Path

from deploy.checks.sizes import complaints_about


def _function(lines: int) -> str:
    return "def long() -> None:\n" + "    pass\n" * (lines - 1)


def test_a_function_of_70_lines_passes_and_one_of_71_does_not() -> None:
    path = Path("shared/one.py")
    assert list(complaints_about(path, _function(70))) == []
    assert list(complaints_about(path, _function(71))) == [
        "shared/one.py:1: long has 71 lines, 70 is the most"
    ]


def test_a_method_inside_a_class_is_measured_too() -> None:
    source = "class A:\n" + "".join(f"    {line}\n" for line in _function(80).splitlines())
    assert len(list(complaints_about(Path("shared/one.py"), source))) == 1


def test_a_test_file_may_be_longer_than_the_code() -> None:
    source = "x = 1\n" * 600
    assert list(complaints_about(Path("tests/unit/test_one.py"), source)) == []
    assert list(complaints_about(Path("shared/one.py"), source)) == [
        "shared/one.py: 600 lines, 400 is the most"
    ]


def test_a_migration_may_hold_a_long_function() -> None:
    path = Path("services/billing/migrations/versions/0001_first.py")
    assert list(complaints_about(path, _function(200))) == []
