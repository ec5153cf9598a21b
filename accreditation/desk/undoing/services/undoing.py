"""The use case that crosses the rooms: drafts and releases, evidence, accreditations, letters."""

from datetime import datetime

from accreditation.awards.services import void_award
from accreditation.core import outbox
from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError
from accreditation.core.outbox import WAITING
from accreditation.desk.undoing.models import Undoing, UndoingLine
from accreditation.desk.undoing.queries.prospects import Prospect, Prospects, prospects_of
from accreditation.desk.undoing.queries.undoings import CORRECTED
from accreditation.people.queries import lock_person
from accreditation.standing.services import declaring_many
from cohorts.models import ResultAct
from cohorts.queries.cohorts import lock_cohort
from cohorts.services.undoing import reverse

NOT_YET = "Told of a release that was undone. It goes when somebody confirms it on the page of the undoing."


def undo(act_id: int, *, reason: str, seen: str, at: datetime, undone_by: int) -> Undoing:
    """Reverse what nothing else has built on since, and keep for each line what became of it, or why nothing did.

    `seen` is the digest of the preview. Raises Conflict when things are no longer as it showed them, DomainError when
    nothing can be reversed.
    """
    cohort = lock_cohort(db.session.get_one(ResultAct, act_id).cohort_id)
    act = db.session.get_one(ResultAct, act_id, populate_existing=True)
    if not reason.strip():
        raise DomainError("Say why this is undone.")
    for person_id in sorted({line.person_id for line in act.lines}):
        lock_person(person_id)
    prospects = prospects_of(act, cohort, by=undone_by)
    if not prospects.lines:
        raise Conflict("This has been undone already.")
    if prospects.digest != seen:
        raise Conflict("Something has changed since this preview was made. Nothing was undone. Look at it again.")
    if not prospects.reversible:
        raise DomainError("Nothing of this can be undone any more. The reasons stand below.")
    undoing = _keep(act, prospects, reason=reason.strip(), at=at, by=undone_by)
    with declaring_many():
        reverse(
            act,
            cohort,
            [line.reversal for line in prospects.reversible],
            at=at,
            by=undone_by,
            reason=reason.strip(),
        )
        for line in prospects.reversible:
            _void_awards(line, reason=reason.strip(), at=at, by=undone_by)
    for row, line in zip(undoing.lines, prospects.lines, strict=True):
        _settle_letter(row, line, at=at)
    return undoing


def _keep(act: ResultAct, prospects: Prospects, *, reason: str, at: datetime, by: int) -> Undoing:
    undoing = Undoing(act_id=act.id, undone_by=by, undone_at=at, reason=reason, cohort_reopened=prospects.reopens)
    db.session.add(undoing)
    db.session.flush()
    for line in prospects.lines:
        undone = line.undone
        db.session.add(
            UndoingLine(
                undoing_id=undoing.id,
                person_id=line.reversal.line.person_id,
                result_id=line.reversal.line.result_id,
                kept_because=undone.kept_because,
                result=undone.result,
                facts=undone.facts,
                awards=",".join(undone.awards),
                letter=undone.letter,
            )
        )
    db.session.flush()
    db.session.expire(undoing, ["lines"])
    return undoing


def _void_awards(line: Prospect, *, reason: str, at: datetime, by: int) -> None:
    for award in reversed(line.awards):
        void_award(
            award.id,
            reason_class="result",
            reason=f"The result that it rested on was released by mistake: {reason}",
            at=at,
            proposed_by=None,
            confirmed_by=by,
            tell=False,  # the letter about the result tells to sign in
        )


def _settle_letter(row: UndoingLine, line: Prospect, *, at: datetime) -> None:
    """A letter that has not gone is taken back; one that has is corrected by another, once somebody confirms it."""
    letter = line.letter
    if row.letter == "taken_back" and letter is not None and letter.state in WAITING:
        letter.state, letter.reason, letter.ended_at = "cancelled", "The release was undone before it went.", at
    elif row.letter == "to_confirm":
        outbox.queue(row.person_id, CORRECTED, about_id=row.id, key=f"release-undone:{row.id}", hold=NOT_YET)
