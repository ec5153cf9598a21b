"""A spreadsheet on its way into the register: kept from its preview to its confirmation, and what became of it.

What every import does alike. Which columns there are, what a row comes to and how it is written is its room's own.
Callers hold the transaction; nothing here commits.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import JSON, CheckConstraint, ForeignKey, delete, update
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError, NotFound
from accreditation.core.sheets import Sheet, Workbook
from accreditation.core.sheets.layout import NOT_READ, Heading, Kind, best_place, headings_at

KEPT_HOURS = 24
"""How long a draft waits for its owner: long enough for a question to a colleague, no longer than needed."""


class Draft:
    """Columns of a table of uploads: a spreadsheet as it was read, with what its owner has said about it.

    Only the owner sees it. `content` holds the cells (JSON of `sheets.Workbook`); once the import is done, only those
    of rows that were not imported, with what is `wrong` with each, so that the error file can be fetched. `columns` is
    column to field, `decisions` row number to choice, `outcome` numbers and references of what was written. After
    `expires_at` a draft that nobody confirmed is deleted, and one that is done loses its cells.
    """

    # Not audited: it repeats a file that changes nothing. The import itself is noted in the trail, and everything
    # that it adds or changes is audited like any other.
    __audited__ = False

    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    file_name: Mapped[str]
    sheet: Mapped[int]
    header_row: Mapped[int]
    columns: Mapped[dict[str, str]] = mapped_column(JSON)
    decisions: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    content: Mapped[str | None]
    wrong: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    state: Mapped[str] = mapped_column(default="open")
    imported_at: Mapped[datetime | None]
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    @declared_attr.directive
    def __table_args__(cls) -> tuple[CheckConstraint, ...]:  # noqa: N805
        return (
            CheckConstraint("state IN ('open', 'done')", name="known_state"),
            CheckConstraint("(state = 'done') = (outcome IS NOT NULL)", name="done_has_outcome"),
        )


D = TypeVar("D", bound=Draft)


@dataclass(frozen=True)
class Upload(Generic[D]):
    """A draft taken apart: the table in the workbook and what its columns hold."""

    draft: D
    workbook: Workbook
    kind: Kind

    @cached_property
    def sheet(self) -> Sheet:
        return self.workbook.sheets[self.draft.sheet]

    @cached_property
    def headings(self) -> list[Heading]:
        return headings_at(self.sheet, self.draft.header_row)

    @cached_property
    def columns(self) -> dict[int, str]:
        return {int(column): field for column, field in self.draft.columns.items()}

    @property
    def unread(self) -> tuple[str, ...]:
        """The headings of columns that stay behind, those of our own error file left out."""
        left = self.kind.unread(self.headings, self.columns)
        return tuple(f"{heading.text} (column {heading.letter})" for heading in left)

    @property
    def problems(self) -> list[str]:
        """What the choice of columns still lacks, in sentences; none when rows can be read."""
        return self.kind.problems_of(self.columns)


def taken_apart(draft: D, kind: Kind) -> Upload[D]:
    """Raises NotFound when its cells are no longer kept."""
    if draft.content is None:
        raise NotFound("The file of this import is no longer kept.")
    return Upload(draft, Workbook.from_json(json.loads(draft.content)), kind)


def read_at_first(
    workbook: Workbook, kind: Kind, *, file_name: str, owner_id: int | None, at: datetime
) -> dict[str, Any]:
    """Values of a new draft with the best guess of its table and columns, not yet kept: enough for a preview.

    Raises NoTable when no sheet looks like one of that kind.
    """
    place = best_place(workbook, kind)
    return {
        "owner_id": owner_id,
        "created_at": at,
        "expires_at": at + timedelta(hours=KEPT_HOURS),
        "file_name": file_name,
        "sheet": place.sheet,
        "header_row": place.header_row,
        "columns": _as_kept(kind.match(headings_at(workbook.sheets[place.sheet], place.header_row))),
        "decisions": {},
        "content": json.dumps(workbook.as_json()),
        "state": "open",
    }


def _as_kept(columns: Mapping[int, str]) -> dict[str, str]:
    return {str(column): field for column, field in columns.items()}


def keep(draft: D, *, at: datetime) -> D:
    """Keep it for its owner. Drafts and files of its table that have expired go on this occasion."""
    table = type(draft)
    expired = table.expires_at <= at
    db.session.execute(delete(table).where(table.state == "open", expired))
    db.session.execute(update(table).where(table.state == "done", expired).values(content=None, wrong=None))
    db.session.add(draft)
    db.session.flush()
    return draft


def choose_table(draft: Draft, kind: Kind, *, sheet: int, header_row: int) -> None:
    """Another sheet or row of headings; its columns are matched anew and decisions forgotten.

    Raises DomainError when that row holds no headings.
    """
    workbook = taken_apart(draft, kind).workbook
    headings = headings_at(workbook.sheets[sheet], header_row) if 0 <= sheet < len(workbook.sheets) else []
    if not headings:
        raise DomainError("That row is blank. Choose the row that names the columns.")
    draft.sheet, draft.header_row = sheet, header_row
    draft.columns, draft.decisions = _as_kept(kind.match(headings)), {}


def choose_columns(draft: Draft, kind: Kind, columns: Mapping[int, str]) -> None:
    """Which column holds what, as the owner says. Raises DomainError when rows could not be read so."""
    chosen = {column: field for column, field in columns.items() if field and field != NOT_READ}
    if problems := kind.problems_of(chosen):
        raise DomainError(*problems)
    draft.columns = _as_kept(chosen)


def decide(draft: Draft, decisions: Mapping[int, str]) -> None:
    """Answers to rows that need a decision; "" takes an answer back."""
    kept = {**draft.decisions, **{str(number): choice for number, choice in decisions.items()}}
    draft.decisions = {number: choice for number, choice in kept.items() if choice}


def discard(draft: Draft) -> None:
    """The upload is forgotten. What has been imported stays."""
    if draft.state == "open":
        db.session.delete(draft)


class Row(Protocol):
    """A row of a plan, as far as every import knows it."""

    @property
    def number(self) -> int: ...
    @property
    def wrong(self) -> str: ...


class Plan(Protocol):
    """What an import would do."""

    @property
    def digest(self) -> str: ...
    @property
    def to_correct(self) -> Sequence[Row]: ...
    @property
    def counts(self) -> Mapping[Any, int]: ...


def as_it_was_shown(plan: Plan, digest: str | None) -> None:
    """Raises Conflict when it is no longer the plan that was shown. `digest` None: none was shown."""
    if digest is not None and plan.digest != digest:
        raise Conflict(
            "The register has changed since this preview was made, and the import would now do something else. "
            "Nothing was imported. Look at the preview again, and confirm it then."
        )


def is_done(upload: Upload[Any], plan: Plan, *, at: datetime, **outcome: object) -> dict[str, int]:
    """The plan is carried out: what stays is numbers, references and the rows still to be corrected.

    `outcome` is what the result page tells beside the rows of each state, which come back for the audit trail.
    """
    draft, counts = upload.draft, {status.value: count for status, count in plan.counts.items()}
    draft.state, draft.imported_at, draft.decisions = "done", at, {}
    draft.outcome = {"counts": counts, **outcome}
    draft.wrong = {str(row.number): row.wrong for row in plan.to_correct}
    draft.content = _only(upload, [row.number for row in plan.to_correct])
    db.session.flush()
    return {f"rows_{status}": count for status, count in sorted(counts.items())}


def _only(upload: Upload[Any], numbers: Iterable[int]) -> str | None:
    """The headings and these rows, which can be fetched until the draft expires; nothing else."""
    kept = {upload.draft.header_row, *numbers}
    if len(kept) == 1:
        return None
    sheets = [replace(sheet, rows=()) for sheet in upload.workbook.sheets]
    sheets[upload.draft.sheet] = replace(upload.sheet, rows=tuple(row for row in upload.sheet if row.number in kept))
    return json.dumps(Workbook(tuple(sheets)).as_json())


def wrong_with(upload: Upload[Any], plan: Plan | None) -> dict[int, str]:
    """What is wrong with each row of the error file, by its number. `plan`: None once the import is done."""
    if plan is None:
        return {int(number): sentences for number, sentences in (upload.draft.wrong or {}).items()}
    return {row.number: row.wrong for row in plan.to_correct}
