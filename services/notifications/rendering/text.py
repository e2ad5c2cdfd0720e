"""A document as plain text: for mail readers that show no HTML, and for the archive's search."""

from __future__ import annotations

from services.notifications.rendering.document import (
    Block,
    Document,
    Field,
    Heading,
    Paragraph,
    PaymentBox,
    Table,
)


def as_text(document: Document) -> str:
    """Blocks parted by an empty line; tables as a list per row, so that any width can show them."""
    parts = [_fields(document.reference), document.greeting]
    parts += [_block(block) for block in document.blocks]
    parts.append(f"{document.closing}\n{document.signature}")
    parts.append("-- \n" + "\n".join((*document.sender, *document.footer)))
    return "\n\n".join(parts) + "\n"


def _block(block: Block) -> str:
    if isinstance(block, Paragraph):
        return block.plain
    if isinstance(block, Heading):
        return f"{block.text}\n{'-' * len(block.text)}"
    if isinstance(block, Table):
        return _table(block)
    return _payment(block)


def _table(table: Table) -> str:
    entries = [table.title]
    for row in table.rows:
        cells = [f"{name}: {cell}" for name, cell in zip(table.head, row, strict=True) if cell]
        entries.append("* " + "\n  ".join(cells))
    entries += [f"{name}: {amount}" for name, amount in table.totals]
    return "\n".join(entries)


def _payment(box: PaymentBox) -> str:
    entries = [box.title, _fields(box.fields)]
    if box.link is not None:
        entries.append(f"{box.link_label}: {box.link}")
    return "\n".join(entries)


def _fields(fields: tuple[Field, ...]) -> str:
    return "\n".join(f"{field.label}: {field.value}" for field in fields)
