"""The command that takes bank files, before it has anything to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.payments.intake.__main__ import app


def test_without_its_settings_it_names_them_and_makes_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PAYMENTS_DATABASE_URL", raising=False)
    monkeypatch.delenv("PAYMENTS_RELAY_DATABASE_URL", raising=False)
    monkeypatch.setenv("PAYMENTS_POOL_SIZE", "0")
    ran = CliRunner().invoke(app, ["folder", str(tmp_path / "bank"), "--once"])
    assert ran.exit_code == 2
    assert ran.stderr == (
        "settings that are missing or wrong: PAYMENTS_DATABASE_URL, PAYMENTS_POOL_SIZE,"
        " PAYMENTS_RELAY_DATABASE_URL\n"
    )
    assert not (tmp_path / "bank").exists()
