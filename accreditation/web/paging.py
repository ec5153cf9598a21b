"""Pages by key: each begins after the last row of the one before, so that one in the middle costs what the first does.

The place is carried in the URL as a token. It holds nothing secret and opens nothing: the query limits rows to what the
viewer may see wherever the page begins. It is checked for shape and types, and a damaged one is refused in words.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
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
    """One column of an order and what its values are: str, int, date, or datetime for moments."""

    column: Any
    kind: type
    descending: bool = False


@dataclass(frozen=True)
class Part:
    """A stretch of a list with an order of its own, ending in something unique; `key` gives a row's values in it."""

    rows: Select[*tuple[Any, ...]]
    order: Sequence[By]
    key: Callable[[Any], tuple[Any, ...]]


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
    size: int | None = None,
) -> Page[Any]:
    """The page that begins at the place. One statement, and one row more than fits. Raises DamagedPlace."""
    return page_of_parts([Part(rows, order, key)], place=place, address=address, size=size)


def page_of_parts(
    parts: Sequence[Part],
    *,
    place: str | None,
    address: Callable[[str | None], str] | None = None,
    size: int | None = None,
) -> Page[Any]:
    """A page of a list in parts, one after the other, such as those with a date by date and then those without.

    At most one statement for each part. Raises DamagedPlace.
    """
    size = size or PAGE
    backwards, start, values = read_token(place, [part.order for part in parts]) if place else (False, 0, None)
    found: list[tuple[int, Any]] = []
    for number in range(start, -1, -1) if backwards else range(start, len(parts)):
        part, wanted = parts[number], size + 1 - len(found)
        statement = part.rows.order_by(None).order_by(*(_ordered(by, backwards) for by in part.order)).limit(wanted)
        if values is not None and number == start:
            statement = statement.where(beyond(part.order, values, backwards))
        found += [(number, row) for row in db.session.execute(statement)]
        if len(found) > size:
            break
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    has_next, has_previous = (True, more) if backwards else (more, values is not None)

    def token(place: tuple[int, Any], *, backwards: bool = False) -> str:
        number, row = place
        return make_token(parts[number].key(row), part=number, backwards=backwards)

    return Page(
        [row for _, row in found],
        next_token=token(found[-1]) if found and has_next else None,
        previous_token=token(found[0], backwards=True) if found and has_previous else None,
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


def make_token(values: tuple[Any, ...], *, part: int = 0, backwards: bool = False) -> str:
    """The place after (or, backwards, before) these values, for a URL."""
    plain = [value.isoformat() if isinstance(value, date) else value for value in values]
    text = json.dumps([int(backwards), part, *plain], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_token(token: str, orders: Sequence[Sequence[By]]) -> tuple[bool, int, tuple[Any, ...]]:
    """Whether it leads backwards, the number of its part, and its values. Raises DamagedPlace for what does not fit."""
    try:
        if len(token) > LONGEST_TOKEN:
            raise DamagedPlace
        backwards, part, *values = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        if backwards not in (0, 1) or type(part) is not int or not 0 <= part < len(orders):
            raise DamagedPlace
        order = orders[part]
        if len(values) != len(order):
            raise DamagedPlace
        return bool(backwards), part, tuple(_typed(value, by.kind) for value, by in zip(values, order, strict=True))
    except (ValueError, TypeError, binascii.Error, RecursionError, OverflowError) as damage:
        raise DamagedPlace from damage


def _typed(value: object, kind: type) -> object:
    if kind is date and isinstance(value, str):
        return date.fromisoformat(value)
    if kind is datetime and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise DamagedPlace
        return moment.astimezone(UTC)
    if (
        type(value) is not kind
        or (isinstance(value, int) and abs(value) >= 2**63)
        or (isinstance(value, str) and "\0" in value)
    ):
        raise DamagedPlace
    return value
