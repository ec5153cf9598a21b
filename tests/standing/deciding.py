"""What tests of overlays on screen share: the form, what became of it, and what a page says of it."""

import re

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.standing.models import Overlay
from tests import factories

TODAY = factories.TODAY
FORM = {
    "starts_on": "2 February 2027",
    "through": "",
    "reason": "The private reason",
    "authority": "Head of Service",
    "form_key": "form-key-of-a-test-01",
}


def new(person, kind):
    return f"/overlays/new/{kind}/{person.reference}"


def overlays() -> list[Overlay]:
    db.session.rollback()
    return list(db.session.scalars(select(Overlay)))


def table(page: str) -> list[list[str]]:
    """The rows of every table of the page, in words."""
    rows = re.findall(r"<tr.*?</tr>", page, re.DOTALL)
    cells = [
        [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.findall(r"<t[dh].*?</t[dh]>", row, re.DOTALL)]
        for row in rows
    ]
    return [row for row in cells if row]
