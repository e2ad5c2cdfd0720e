"""The templates on disk: complete in each language, versioned by their text, strict in form."""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jinja2.exceptions import SecurityError, UndefinedError

from services.notifications.domain.message import Channel
from services.notifications.domain.templates import TemplateName
from services.notifications.rendering.catalog import TEMPLATES_FOLDER, Catalog
from services.notifications.rendering.render import render
from tests.factories import notifications_rendering as given

APPROVED = "binnen veertien dagen vanaf de dag nadat"
REMINDER = TemplateName.FRIENDLY_REMINDER


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    folder = tmp_path / "templates"
    shutil.copytree(TEMPLATES_FOLDER, folder)
    return folder


def without(folder: Path, language: str, name: TemplateName = REMINDER) -> None:
    """As while a translator is at work."""
    (folder / name.value / f"{language}.toml").unlink()


@pytest.mark.parametrize("name", TemplateName)
def test_every_template_speaks_four_languages(name: TemplateName) -> None:
    assert Catalog().languages(name) == ("de", "en", "nl", "pl")


@pytest.mark.parametrize(
    ("asked", "creditors", "given_language"),
    [
        ("nl", "en", "nl"),
        ("en", "nl", "en"),
        ("pl", "nl", "nl"),
        (None, "nl", "nl"),
        ("pl", "pl", "en"),
        (None, "de", "de"),
        ("de", "nl", "de"),
    ],
)
def test_the_asked_language_then_the_creditors_then_english(
    copied: Path, asked: str | None, creditors: str, given_language: str
) -> None:
    without(copied, "pl")

    assert Catalog(copied).script(REMINDER, asked, creditors).language == given_language


def test_a_language_may_have_one_template_and_lack_another(copied: Path) -> None:
    without(copied, "de", TemplateName.INVOICE)
    catalog = Catalog(copied)

    assert catalog.script(REMINDER, "de", "nl").language == "de"
    assert catalog.script(TemplateName.INVOICE, "de", "nl").language == "nl"


def test_a_german_message_writes_its_amounts_and_days_the_german_way() -> None:
    message = render(
        REMINDER,
        "de",
        Channel.EMAIL,
        given.full_facts()[REMINDER],
        given.a_creditor(),
        given.a_customer(),
        given.WRITTEN_AT,
        message_id=given.MESSAGE_ID,
    )
    assert "143,23 €" in message.text.replace("\xa0", " ")
    assert "7. Dezember 2026" in message.text


_NAMED = re.compile(r"(?:facts|creditor|customer|period)\.[a-z_.]+[a-z_]")


def skeleton(piece: dict[str, Any]) -> dict[str, Any]:
    """What a piece shows and when, and of its words only whom and what they name."""
    return {key: value for key, value in piece.items() if key not in {"say", "head"}} | {
        key: sorted(set(_NAMED.findall(piece[key]))) for key in ("say", "head") if key in piece
    }


def read(folder: str, language: str) -> dict[str, Any]:
    return tomllib.loads((TEMPLATES_FOLDER / folder / f"{language}.toml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("name", "language"),
    [(name, one) for name in TemplateName for one in Catalog().languages(name) if one != "nl"],
)
def test_a_translation_has_the_same_pieces_under_the_same_conditions(
    name: TemplateName, language: str
) -> None:
    dutch, other = read(name.value, "nl"), read(name.value, language)
    other_body = [skeleton(piece) for piece in other["body"]]
    if name is TemplateName.FOURTEEN_DAY_LETTER:
        # The Dutch term, in Dutch, stands beside its translation.
        (added,) = (at for at, piece in enumerate(other["body"]) if APPROVED in str(piece))
        del other_body[added]
    assert [skeleton(piece) for piece in dutch["body"]] == other_body
    assert dutch["reference"].keys() == other["reference"].keys()
    assert dutch["version"] == other["version"]


@pytest.mark.parametrize("language", ["en", "de", "pl"])
def test_the_shared_words_of_all_languages_name_the_same_things(language: str) -> None:
    dutch, other = read("words", "nl"), read("words", language)
    assert dutch["labels"].keys() == other["labels"].keys()
    assert {name: [skeleton(p) for p in pieces] for name, pieces in dutch["phrases"].items()} == {
        name: [skeleton(p) for p in pieces] for name, pieces in other["phrases"].items()
    }


@pytest.mark.parametrize("changed", ["friendly_reminder/nl.toml", "words/nl.toml"])
def test_a_changed_word_is_another_version(copied: Path, changed: str) -> None:
    before = Catalog(copied).script(REMINDER, "nl", "nl").version(Channel.LETTER)
    path = copied / changed
    path.write_text(path.read_text("utf-8").replace("betaald", "voldaan"), "utf-8")

    # The files of another folder, so nothing remembers them.
    moved = copied.rename(copied.with_name("moved"))
    after = Catalog(moved).script(REMINDER, "nl", "nl").version(Channel.LETTER)
    assert before.startswith("friendly_reminder/nl/1+")
    assert after.startswith("friendly_reminder/nl/1+")
    assert before != after


def test_each_road_has_its_own_version_because_its_layout_is_part_of_what_was_said() -> None:
    script = Catalog().script(REMINDER, "nl", "nl")

    assert script.version(Channel.LETTER) != script.version(Channel.EMAIL)


@pytest.mark.parametrize(
    "piece",
    ['say = "a"\nhead = "b"', 'tell = "a"', 'when = "true"', 'say = "a"\nwhne = "true"'],
)
def test_a_slip_in_a_template_is_found_at_start(copied: Path, piece: str) -> None:
    path = copied / REMINDER.value / "nl.toml"
    path.write_text(f"{path.read_text('utf-8')}\n[[body]]\n{piece}\n", "utf-8")

    with pytest.raises(ValueError, match="a piece has one of"):
        Catalog(copied)


def test_a_template_without_english_is_found_at_start(copied: Path) -> None:
    (copied / REMINDER.value / "en.toml").unlink()

    with pytest.raises(ValueError, match="friendly_reminder has no en text"):
        Catalog(copied)


def test_a_template_that_asks_for_an_unknown_fact_does_not_send_a_gap(copied: Path) -> None:
    path = copied / REMINDER.value / "nl.toml"
    path.write_text(
        path.read_text("utf-8") + '\n[[body]]\nsay = "Op {{ facts.payday }}."\n', "utf-8"
    )

    with pytest.raises(UndefinedError, match="payday"):
        render_reminder(Catalog(copied))


@pytest.mark.parametrize(
    "attack",
    [
        "{{ facts.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ creditor.model_dump.__globals__ }}",
    ],
)
def test_a_template_cannot_leave_its_sandbox(copied: Path, attack: str) -> None:
    path = copied / REMINDER.value / "nl.toml"
    path.write_text(path.read_text("utf-8") + f'\n[[body]]\nsay = "{attack}"\n', "utf-8")

    with pytest.raises((SecurityError, UndefinedError)):
        render_reminder(Catalog(copied))


def render_reminder(catalog: Catalog) -> None:
    render(
        REMINDER,
        "nl",
        Channel.EMAIL,
        given.full_facts()[REMINDER],
        given.a_creditor(),
        given.a_customer(),
        given.WRITTEN_AT,
        message_id=given.MESSAGE_ID,
        catalog=catalog,
    )
