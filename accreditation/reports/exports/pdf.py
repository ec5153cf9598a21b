"""A report as a tagged PDF (PDF/UA-1), typeset by Typst from a fixed template.

Everything that people typed goes in as data, never as markup: the template reads one JSON value and shows its strings.
"""

import json
from dataclasses import asdict
from typing import Any

import typst

from accreditation.config import template_folder
from accreditation.reports.exports.document import Document
from accreditation.web.words import thousands

TEMPLATE = "reports/steering.typ"


def as_pdf(document: Document) -> bytes:
    source = (template_folder() / TEMPLATE).read_bytes()
    found = typst.compile(source, sys_inputs={"report": json.dumps(_values(document))}, pdf_standards="ua-1")
    return bytes(found)  # a list of pages comes back for pictures alone


def _values(document: Document) -> dict[str, Any]:
    values = asdict(document)
    for section in values["contents"]["sections"]:
        for figure, original in zip(section["figures"], _figures(document, section["code"]), strict=True):
            figure["shown"] = original.words if original.few else thousands(original.number)
            figure["out_of"] = "" if original.of is None else thousands(original.of)
            figure["percent"] = original.percent
    for picture in values["contents"]["pictures"]:
        picture["what"] = picture["what"].capitalize()
        picture["most"] = thousands(max((point["number"] for point in picture["points"]), default=0))
        for point in picture["points"]:
            point["shown"] = thousands(point["number"])
    return {
        **{key: values[key] for key in ("title", "classification", "head", "period", "commentary")},
        "printed": document.notice.words,
        "sections": values["contents"]["sections"],
        "pictures": values["contents"]["pictures"],
    }


def _figures(document: Document, code: str) -> Any:
    return next(section.figures for section in document.contents.sections if section.code == code)
