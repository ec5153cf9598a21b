"""Writing a .docx that people go on working in: headings, paragraphs and tables, all of it plain text.

A document is a zip of XML. What is written here is the least that a word processor needs: styles for the headings, so
that screen readers find them, table headings that repeat, and the language.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from accreditation.core.sheets.writing import clean

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
"""The media type of a document."""

MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WIDTH = 9600  # twentieths of a point between the margins
SIZES = {1: 36, 2: 28, 3: 24}  # half points
MADE_AT = (2020, 1, 1, 0, 0, 0)  # the same content gives the same file


@dataclass(frozen=True)
class Heading:
    text: str
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    text: str
    bold: bool = False


@dataclass(frozen=True)
class Grid:
    """A table; its first row is the heading."""

    rows: Sequence[Sequence[str]]


Block = Heading | Paragraph | Grid


def write_document(title: str, blocks: Iterable[Block], *, classification: str) -> bytes:
    """The blocks as a .docx file. `classification` (such as OFFICIAL) stands at the head and foot of each page."""
    body = "".join(_block(one) for one in (Heading(title, 1), *blocks))
    section = (
        '<w:sectPr><w:headerReference w:type="default" r:id="rId2"/><w:footerReference w:type="default" r:id="rId3"/>'
        '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" '
        'w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>'
    )
    marking = f'<w:p><w:pPr><w:jc w:val="center"/></w:pPr>{_run(classification, bold=True)}</w:p>'
    parts = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relations([("officeDocument", "word/document.xml")]),
        "word/document.xml": _word("document", f"<w:body>{body}{section}</w:body>"),
        "word/_rels/document.xml.rels": _relations(
            [("styles", "styles.xml"), ("header", "header.xml"), ("footer", "footer.xml")]
        ),
        "word/styles.xml": _word("styles", _styles()),
        "word/header.xml": _word("hdr", marking),
        "word/footer.xml": _word("ftr", marking),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(zipfile.ZipInfo(name, MADE_AT), '<?xml version="1.0" encoding="UTF-8"?>' + content)
    return out.getvalue()


def _block(one: Block) -> str:
    if isinstance(one, Heading):
        return f'<w:p><w:pPr><w:pStyle w:val="Heading{one.level}"/></w:pPr>{_run(one.text)}</w:p>'
    if isinstance(one, Paragraph):
        return f"<w:p>{_run(one.text, bold=one.bold)}</w:p>"
    return _grid(one.rows)


def _run(text: str, *, bold: bool = False) -> str:
    lines = [f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in clean(text).split("\n")]
    return f"<w:r>{'<w:rPr><w:b/></w:rPr>' if bold else ''}{'<w:br/>'.join(lines)}</w:r>"


def _grid(rows: Sequence[Sequence[str]]) -> str:
    columns = len(rows[0])
    width = WIDTH // columns
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:color="888888"/>'
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    written = []
    for number, row in enumerate(rows):
        size = f'<w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>'
        cells = "".join(f"<w:tc>{size}<w:p>{_run(text, bold=number == 0)}</w:p></w:tc>" for text in row)
        head = "<w:trPr><w:tblHeader/></w:trPr>" if number == 0 else ""
        written.append(f"<w:tr>{head}{cells}</w:tr>")
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for _ in range(columns))
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{WIDTH}" w:type="dxa"/><w:tblBorders>{edges}</w:tblBorders></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(written)}</w:tbl><w:p/>"
    )


def _styles() -> str:
    default = (
        '<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:cs="Arial"/><w:sz w:val="22"/>'
        '<w:lang w:val="en-GB"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="120"/></w:pPr>'
        '</w:pPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal">'
        '<w:name w:val="Normal"/></w:style>'
    )
    return default + "".join(
        f'<w:style w:type="paragraph" w:styleId="Heading{level}"><w:name w:val="heading {level}"/>'
        f'<w:basedOn w:val="Normal"/><w:next w:val="Normal"/><w:pPr><w:keepNext/><w:spacing w:before="240"/>'
        f'<w:outlineLvl w:val="{level - 1}"/></w:pPr><w:rPr><w:b/><w:sz w:val="{size}"/></w:rPr></w:style>'
        for level, size in SIZES.items()
    )


def _word(element: str, content: str) -> str:
    return f'<w:{element} xmlns:w="{MAIN}" xmlns:r="{OFFICE}">{content}</w:{element}>'


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{listed}</Relationships>'


def _content_types() -> str:
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    parts = {
        "document": f"{main}.document.main+xml",
        "styles": f"{main}.styles+xml",
        "header": f"{main}.header+xml",
        "footer": f"{main}.footer+xml",
    }
    listed = "".join(f'<Override PartName="/word/{name}.xml" ContentType="{kind}"/>' for name, kind in parts.items())
    return (
        f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{listed}</Types>'
    )
