"""The scheduler goes on with a rehearsal that nobody looks at, and sweeps what it left."""

from functools import partial

from sqlalchemy import func, select

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.standing.models import Edition, StandingPeriod
from accreditation.standing.queries.drafts import drafts_being_rehearsed, get_open_draft
from accreditation.standing.queries.editions import find_edition_beside, rehearsed_counts
from accreditation.standing.rules.drafting import with_requirement
from accreditation.standing.services import drafts, rehearsing
from scheduler.jobs import work_out
from tests import factories

CODE = "INHOUSE-WPM"


def test_the_scheduler_finishes_a_rehearsal_and_sweeps_a_dropped_one(app, today):
    factories.accredited_mediator(trained_on=today.replace(2026, 12, 1))
    assert work_out(app) == 0
    with transaction():
        draft_id = drafts.begin_draft(CODE, effective_from=today.replace(2027, 7, 1), by=None, now=clock.now()).id
    with transaction():
        change = partial(with_requirement, code="refresher", values={"every_months": 6})
        drafts.change_definition(draft_id, change, seen=1, by=None, now=clock.now())
    with transaction():
        rehearsing.start_rehearsal(draft_id, on=today, now=clock.now())
    assert drafts_being_rehearsed() == [draft_id]
    db.session.rollback()  # what this test has read is from before
    assert work_out(app) == 1
    edition, progress = find_edition_beside(draft_id)
    assert progress.built_at is not None
    assert rehearsed_counts(edition.id) == {"loses": 1}
    key = edition.key
    with transaction():
        drafts.discard_draft(draft_id, seen=get_open_draft(CODE).version)
    assert work_out(app) > 0
    assert db.session.scalar(select(func.count()).select_from(Edition)) == 0
    assert db.session.scalar(select(func.count()).where(StandingPeriod.edition == key)) == 0


def test_it_stops_between_two_batches_when_it_is_told_to(app, today):
    factories.accredited_mediator()
    with transaction():
        draft_id = drafts.begin_draft(CODE, effective_from=today, by=None, now=clock.now()).id
    with transaction():
        rehearsing.start_rehearsal(draft_id, on=today, now=clock.now())
    assert work_out(app, lambda: True) == 0
    assert drafts_being_rehearsed() == [draft_id]
