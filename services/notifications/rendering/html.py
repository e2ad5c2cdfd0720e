"""A document as HTML for e-mail: one column, no pictures, nothing loaded, readable aloud."""

from __future__ import annotations

from functools import lru_cache

from jinja2 import FileSystemLoader, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.notifications.rendering.catalog import LAYOUT_FOLDER
from services.notifications.rendering.document import Document


def as_html(document: Document) -> str:
    """Every text of the document is escaped here, once."""
    return _layout().render(document=document)


@lru_cache(maxsize=1)
def _layout() -> Template:
    sandbox = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(LAYOUT_FOLDER),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return sandbox.get_template("email.html.j2")
