"""Finding the camt message in an XML document: its kind and version, whatever is around it."""

from __future__ import annotations

import re

from services.payments.formats.camt_elements import attributes_of
from services.payments.formats.unreadable import UnreadableFile

_MESSAGES = {
    "BkToCstmrAcctRpt": "camt.052",
    "BkToCstmrStmt": "camt.053",
    "BkToCstmrDbtCdtNtfctn": "camt.054",
}
_OTHER_MESSAGES = {
    "CstmrDrctDbtInitn": "a direct debit order (pain.008)",
    "CstmrCdtTrfInitn": "a credit transfer order (pain.001)",
    "CstmrPmtStsRpt": "a payment status report (pain.002)",
    "Invoice": "an invoice",
}
_VERSION = re.compile(r"camt\.05[234]\.\d{3}\.\d{2}")
# What an envelope may hold before its message.
_TAGS_MAX = 20_000


class Recogniser:
    """Told every tag outside of messages, with the namespaces in force at it."""

    def __init__(self) -> None:
        self._namespaces: list[dict[str, str]] = [{}]
        self._tag_count = 0

    def version(self, tag: str, written: str, line: int) -> str | None:
        """`camt.053.001.08` or, where no namespace tells, `camt.053`, when a message begins."""
        self._tag_count += 1
        if self._tag_count > _TAGS_MAX:
            raise UnreadableFile.field("file", "no camt message begins in this file", 1)
        if tag[0] == "/":
            if len(self._namespaces) > 1:
                self._namespaces.pop()
            return None
        if tag in _OTHER_MESSAGES:
            message = f"this is {_OTHER_MESSAGES[tag]}, not a statement"
            raise UnreadableFile.field(tag, message, line)
        name, *attributes = written.split(None, 1)
        namespaces = self._namespaces[-1]
        if attributes:
            declared = attributes_of(attributes[0]).items()
            new = {key[6:]: value for key, value in declared if key.startswith("xmlns")}
            namespaces = {**namespaces, **new}
        kind = _MESSAGES.get(tag.removesuffix("V01"))
        if kind is None:
            self._namespaces.append(namespaces)
            return None
        namespace = namespaces.get(name.rpartition(":")[0], "")
        version = _VERSION.search(namespace)
        return version[0] if version and version[0].startswith(kind) else kind
