"""Pages by key: each begins after the last row of the one before, so that one in the middle costs what the first does.

The place is carried in the URL as a token. It holds nothing secret and opens nothing: the query limits rows to what the
viewer may see wherever the page begins. It is checked for shape and types, and a damaged one is refused in words.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, and_, or_, tuple_

from accreditation.core.database import db
from accreditation.core.errors import DomainError

PAGE = 50
LONGEST_TOKEN = 1000
Row = TypeVar("Row")


class DamagedPlace(DomainError):
    """The token in the address is not one of ours."""

    def __init__(self) -> None:
        super().__init__("This link to a page of the list is damaged. Start again from the first page.")


@dataclass(frozen=True)
class By:
    """One column of an order and what its values are: str, int or date."""

    column: Any
    kind: type
    descending: bool = False


@dataclass(frozen=True)
class Page(Generic[Row]):
    """At most `PAGE` rows. `next_token` and `previous_token` are None where the list ends."""

    rows: Sequence[Row]
    next_token: str | None = None
    previous_token: str | None = None
    address: Callable[[str | None], str] | None = field(default=None, compare=False)

    @property
    def next_url(self) -> str | None:
        return self._url(self.next_token) if self.next_token else None

    @property
    def previous_url(self) -> str | None:
        return self._url(self.previous_token) if self.previous_token else None

    @property
    def first_url(self) -> str | None:
        return self._url(None)

    def _url(self, token: str | None) -> str | None:
        return self.address(token) if self.address else None


def page_of(
    rows: Select[*tuple[Any, ...]],
    order: Sequence[By],
    *,
    place: str | None,
    key: Callable[[Any], tuple[Any, ...]],
    address: Callable[[str | None], str] | None = None,
    size: int = PAGE,
) -> Page[Any]:
    """The page that begins at the place. The order must end in something unique; `key` gives a row's values in it.

    One statement, and one row more than fits to know whether there is a next page. Raises DamagedPlace.
    """
    backwards, values = read_token(place, order) if place else (False, None)
    statement = rows.order_by(None).order_by(*(_ordered(by, backwards) for by in order)).limit(size + 1)
    if values is not None:
        statement = statement.where(beyond(order, values, backwards))
    found = list(db.session.execute(statement))
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    has_next, has_previous = (True, more) if backwards else (more, values is not None)
    return Page(
        found,
        next_token=make_token(key(found[-1])) if found and has_next else None,
        previous_token=make_token(key(found[0]), backwards=True) if found and has_previous else None,
        address=address,
    )


def _ordered(by: By, backwards: bool) -> ColumnElement[Any]:
    return by.column.desc() if by.descending != backwards else by.column.asc()  # type: ignore[no-any-return]


def beyond(order: Sequence[By], values: tuple[Any, ...], backwards: bool) -> ColumnElement[bool]:
    """The rows after these values in this order: a row value where all columns run one way, so that an index serves."""
    directions = {by.descending != backwards for by in order}
    if len(directions) == 1:
        columns = tuple_(*(by.column for by in order))
        return columns < values if directions.pop() else columns > values
    steps = []
    for place, by in enumerate(order):
        same = [earlier.column == value for earlier, value in zip(order[:place], values, strict=False)]
        further = by.column < values[place] if by.descending != backwards else by.column > values[place]
        steps.append(and_(*same, further))
    return or_(*steps)


def make_token(values: tuple[Any, ...], *, backwards: bool = False) -> str:
    """The place after (or, backwards, before) these values, for a URL."""
    plain = [value.isoformat() if isinstance(value, date) else value for value in values]
    text = json.dumps([int(backwards), *plain], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_token(token: str, order: Sequence[By]) -> tuple[bool, tuple[Any, ...]]:
    """Whether it leads backwards, and its values. Raises DamagedPlace for what does not fit the order."""
    try:
        if len(token) > LONGEST_TOKEN:
            raise DamagedPlace
        backwards, *values = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        if backwards not in (0, 1) or len(values) != len(order):
            raise DamagedPlace
        return bool(backwards), tuple(_typed(value, by.kind) for value, by in zip(values, order, strict=True))
    except (ValueError, TypeError, binascii.Error, RecursionError) as damage:
        raise DamagedPlace from damage


def _typed(value: object, kind: type) -> object:
    if kind is date and isinstance(value, str):
        return date.fromisoformat(value)
    if (
        type(value) is not kind
        or (isinstance(value, int) and abs(value) >= 2**63)
        or (isinstance(value, str) and "\0" in value)
    ):
        raise DamagedPlace
    return value
