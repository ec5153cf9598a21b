"""A list that can be counted: every figure of a report is the length of one, so that the two cannot differ."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, func, select

from accreditation.core.database import db
from accreditation.people.models import Person
from accreditation.web.paging import By, Page, page_of


@dataclass(frozen=True)
class Listing:
    """Rows in an order that ends in something unique; `kind` says what a row is and so where its link leads."""

    kind: Literal["mediator", "application", "cohort", "case", "exception"]
    rows: Select[*tuple[Any, ...]]
    sort: Any
    row_id: Any

    @staticmethod
    def columns(row_id: Any, detail: Any, on: Any) -> tuple[Any, ...]:
        """What a row about a person holds: who, what is said of them, and the day or moment of it."""
        return (
            row_id.label("row_id"),
            Person.sort_name.label("sort"),
            Person.reference.label("reference"),
            (Person.given_name + " " + Person.family_name).label("name"),
            detail.label("detail"),
            on.label("on"),
        )

    def where(self, *conditions: ColumnElement[bool]) -> "Listing":
        return replace(self, rows=self.rows.where(*conditions))

    def count(self) -> int:
        return db.session.scalar(select(func.count()).select_from(self.rows.order_by(None).subquery())) or 0

    def page(self, *, place: str | None, address: Callable[[str | None], str] | None) -> Page[Any]:
        """Raises DamagedPlace."""
        order = [By(self.sort, str), By(self.row_id, int)]
        return page_of(self.rows, order, place=place, key=lambda row: (row.sort, row.row_id), address=address)

    def everything(self) -> list[Any]:
        """For a file: the whole list in its order."""
        return list(db.session.execute(self.rows.order_by(self.sort, self.row_id)))
