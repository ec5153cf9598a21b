"""The equality impact assessment as .docx, to be finished by people."""

from collections.abc import Iterator, Sequence

from accreditation.core.documents import Block, Grid, Heading, Paragraph, write_document
from accreditation.core.sheets import Notice
from cohorts.rules.equality.assessment import OPEN, Part


def assessment_document(title: str, parts: Sequence[Part], *, notice: Notice) -> bytes:
    blocks = [Paragraph(notice.words), *_blocks(parts, 2)]
    return write_document(f"Equality impact assessment: {title}", blocks, classification=notice.classification)


def _blocks(parts: Sequence[Part], level: int) -> Iterator[Block]:
    for part in parts:
        yield Heading(part.title, level)
        yield from (Paragraph(sentence) for sentence in part.told)
        yield from (Grid(rows) for rows in part.tables)
        for question in part.to_write:
            yield Paragraph(question, bold=True)
            yield Paragraph(OPEN)
        yield from _blocks(part.parts, level + 1)
