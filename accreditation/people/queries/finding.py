"""People by what is typed of their names, references and pay numbers: every search for people asks by this.

A statement that is put together once for all who ask leaves open what is typed (`Typed.shape`), and is asked with it
(`Typed.values`): putting one together takes longer than asking it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, String, and_, bindparam, func, or_, select, true
from sqlalchemy.orm import aliased

from accreditation.people.models import Person, PersonWord
from accreditation.people.rules import looked_for

LAST_LETTER = "\U0010ffff"
ESCAPE = "/"


@dataclass(frozen=True)
class Shape:
    """What conditions there are, whatever the words: how each may be spelt, and which one is looked up in the index."""

    spellings: tuple[int, ...]
    longest: int


@dataclass(frozen=True)
class Typed:
    """What somebody typed to find people by the beginnings of words; nothing sought where nothing is typed."""

    text: str

    @cached_property
    def sought(self) -> list[tuple[str, ...]]:
        return looked_for(self.text)

    @cached_property
    def shape(self) -> Shape:
        """Only where something is sought."""
        longest = max(range(len(self.sought)), key=lambda place: len(self.sought[place][0]))
        return Shape(tuple(len(spellings) for spellings in self.sought), longest)

    @property
    def values(self) -> dict[str, str]:
        words = enumerate(self.sought)
        said = {f"said_{at}_{way}": like(f" {word}") for at, ways in words for way, word in enumerate(ways)}
        longest = self.sought[self.shape.longest]
        ends = {f"from_{way}": word for way, word in enumerate(longest)}
        return said | ends | {f"before_{way}": word + LAST_LETTER for way, word in enumerate(longest)}


def like(part: str) -> str:
    """The pattern of what has this part; for `.like(…, escape=ESCAPE)`."""
    for special in (ESCAPE, "%", "_"):
        part = part.replace(special, ESCAPE + special)
    return f"%{part}%"


def found_by(typed: str, *, anywhere: bool = False) -> ColumnElement[bool]:
    """People whose record has all that is typed, or a record merged into it has; merged records are not found.

    `anywhere` as for `has_words`. The longest beginning is looked up in an index; inner parts read every record.
    """
    asked = Typed(typed)
    if asked.sought and not anywhere:
        return found_by_beginnings(asked.shape, asked.values)
    record, counts = aliased(Person), Person.merged_into_id.is_(None)
    by_former = select(record.merged_into_id).where(
        record.merged_into_id.is_not(None), *has_words(record, typed, anywhere=anywhere)
    )
    own = has_words(Person, typed, anywhere=anywhere)
    return and_(counts, or_(and_(true(), *own), Person.id.in_(by_former)))


def found_by_beginnings(shape: Shape, values: Mapping[str, str] | None = None) -> ColumnElement[bool]:
    """The same for something sought by beginnings; without `values` they are left open."""
    record = aliased(Person)
    ways = range(shape.spellings[shape.longest])
    begins = or_(
        *(
            and_(PersonWord.word >= _open(f"from_{way}", values), PersonWord.word < _open(f"before_{way}", values))
            for way in ways
        )
    )
    kept = func.coalesce(record.merged_into_id, record.id)
    found = select(kept).where(record.id.in_(select(PersonWord.person_id).where(begins)), *_said(record, shape, values))
    return and_(Person.merged_into_id.is_(None), Person.id.in_(found))


def has_words(record: Any, typed: str, *, anywhere: bool = False) -> list[ColumnElement[bool]]:
    """What is asked of this record's own words, by the one rule of `looked_for`; nothing where nothing is typed.

    Each word is the beginning of one in a name, a reference or a pay number; `anywhere`: or stands within one.
    """
    asked = Typed(typed)
    if not asked.sought:
        return []
    if anywhere:  # a word that ends two run together stands within them
        return [record.search_text.like(like(spellings[0]), escape=ESCAPE) for spellings in asked.sought]
    return _said(record, asked.shape, asked.values)


def _said(record: Any, shape: Shape, values: Mapping[str, str] | None) -> list[ColumnElement[bool]]:
    return [
        or_(*(record.search_text.like(_open(f"said_{at}_{way}", values), escape=ESCAPE) for way in range(ways)))
        for at, ways in enumerate(shape.spellings)
    ]


def _open(name: str, values: Mapping[str, str] | None) -> BindParameter[str]:
    """Of no collation but the column's."""
    if values is None:
        return bindparam(name, type_=String())
    return bindparam(name, values[name], type_=String(), unique=True)
