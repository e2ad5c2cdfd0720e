"""The templates on disk: one TOML file per template and language, read once and checked.

`templates/<template>/<language>.toml` holds the sentences, `templates/words/<language>.toml` what
all templates of a language share, `templates/layout/` how an e-mail and a letter look.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from services.notifications.domain.message import Channel
from services.notifications.domain.templates import TemplateName

TEMPLATES_FOLDER = Path(__file__).parent.parent / "templates"
LAYOUT_FOLDER = TEMPLATES_FOLDER / "layout"
LAST_RESORT = "en"
_LAYOUTS = {Channel.EMAIL: "email.html.j2", Channel.LETTER: "letter.typ"}
_PIECE_KEYS = {"when", "say", "head", "show", "use", "amount", "by", "field"}
_KINDS = {"say", "head", "show", "use"}


@dataclass(frozen=True, slots=True)
class Piece:
    """One step of a body. Exactly one of `say`, `head`, `show` and `use` is set.

    `when`: an expression; the piece is left out when it is false. `show` names a block made from
    the facts, `use` a list of pieces in the words of the language. `amount` and `by` are
    expressions of the payment box.
    """

    when: str | None = None
    say: str | None = None
    head: str | None = None
    show: str | None = None
    use: str | None = None
    amount: str | None = None
    by: str | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What every template of a language shares."""

    labels: dict[str, str]
    phrases: dict[str, tuple[Piece, ...]]
    digest: str


@dataclass(frozen=True, slots=True)
class Script:
    """One template in one language. `number` is raised by the writer of the text."""

    name: TemplateName
    language: str
    number: int
    subject: str
    reference: tuple[tuple[str, str], ...]
    """Rows of the reference block: a label's key and an expression."""
    body: tuple[Piece, ...]
    words: Words
    digest: str

    def version(self, channel: Channel) -> str:
        """Such as `invoice/nl/1+0a1b2c3d4e5f`.

        The tail is a hash over the sentences, the shared words and the channel's layout, so that
        no text can change under the same version.
        """
        layout = _digest(LAYOUT_FOLDER / _LAYOUTS[channel])
        tail = hashlib.sha256(f"{self.digest}{self.words.digest}{layout}".encode()).hexdigest()
        return f"{self.name.value}/{self.language}/{self.number}+{tail[:12]}"


class Catalog:
    """All templates in memory. Reading fails at start when a file is malformed or `en` lacks."""

    def __init__(self, folder: Path = TEMPLATES_FOLDER) -> None:
        words = {path.stem: _read_words(path) for path in sorted((folder / "words").glob("*.toml"))}
        self._scripts: dict[tuple[TemplateName, str], Script] = {}
        for name in TemplateName:
            for path in sorted((folder / name.value).glob("*.toml")):
                self._scripts[name, path.stem] = _read_script(name, path, words[path.stem])
            if (name, LAST_RESORT) not in self._scripts:
                raise ValueError(f"template {name.value} has no {LAST_RESORT} text")

    def script(self, name: TemplateName, asked: str | None, creditor_language: str) -> Script:
        """The asked language, else the creditor's, else English."""
        for language in (asked, creditor_language):
            if language is not None and (name, language) in self._scripts:
                return self._scripts[name, language]
        return self._scripts[name, LAST_RESORT]

    def languages(self, name: TemplateName) -> tuple[str, ...]:
        return tuple(language for found, language in self._scripts if found is name)


@lru_cache(maxsize=1)
def the_catalog() -> Catalog:
    """The catalog of this installation, read once."""
    return Catalog()


@lru_cache(maxsize=8)
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read_words(path: Path) -> Words:
    raw = tomllib.loads(path.read_text("utf-8"))
    phrases = {
        name: tuple(_piece(item, path) for item in items) for name, items in raw["phrases"].items()
    }
    return Words(dict(raw["labels"]), phrases, _digest(path))


def _read_script(name: TemplateName, path: Path, words: Words) -> Script:
    raw = tomllib.loads(path.read_text("utf-8"))
    return Script(
        name=name,
        language=path.stem,
        number=int(raw["version"]),
        subject=str(raw["subject"]),
        reference=tuple((str(label), str(value)) for label, value in raw["reference"].items()),
        body=tuple(_piece(item, path) for item in raw["body"]),
        words=words,
        digest=_digest(path),
    )


def _piece(raw: dict[str, Any], path: Path) -> Piece:
    unknown = raw.keys() - _PIECE_KEYS
    if unknown or len(raw.keys() & _KINDS) != 1:
        raise ValueError(f"{path.name}: a piece has one of {sorted(_KINDS)}, found {sorted(raw)}")
    return Piece(**raw)
