"""Letters of correction: they wait until somebody says that they should go."""

from datetime import datetime

from accreditation.core.database import db
from accreditation.core.outbox import Letter, NoLongerTrue, facts_for
from accreditation.desk.undoing.models import Undoing, UndoingLine
from accreditation.desk.undoing.queries.undoings import CORRECTED, correction_letters
from cohorts.models import Result


def confirm_letters(undoing_id: int, *, at: datetime, by: int) -> int:
    """The letters of correction that still wait go out: how many. Twice changes nothing."""
    return _settle(undoing_id, at=at, by=by, go=True)


def drop_letters(undoing_id: int, *, at: datetime, by: int) -> int:
    """They do not go: how many. Somebody has told these people otherwise."""
    return _settle(undoing_id, at=at, by=by, go=False)


def _settle(undoing_id: int, *, at: datetime, by: int, go: bool) -> int:
    settled = 0
    for found in correction_letters(db.session.get_one(Undoing, undoing_id)):
        letter = db.session.get_one(Letter, found.id, with_for_update=True, populate_existing=True)
        if letter.state != "held":
            continue
        if go:
            letter.state, letter.reason, letter.not_before = "queued", None, at
        else:
            letter.state, letter.reason, letter.ended_at = "cancelled", "Told otherwise, not by letter.", at
        letter.released_by = by
        settled += 1
    db.session.flush()
    return settled


@facts_for(CORRECTED, called="Released result taken back")
def release_undone(line_id: int) -> dict[str, object]:
    result = db.session.get_one(Result, db.session.get_one(UndoingLine, line_id).result_id)
    if result.state == "released":
        raise NoLongerTrue("The result has been released again since.")
    return {"event_on": result.event_on}
