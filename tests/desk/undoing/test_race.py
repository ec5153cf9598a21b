"""Two who undo at once, and one who releases while another undoes; with the controls without the guards."""

from sqlalchemy import func, select

from accreditation.core.database import db
from accreditation.desk.undoing.models import Undoing
from accreditation.desk.undoing.queries.prospects import prospects_of
from accreditation.desk.undoing.services import undo, undoing
from accreditation.standing.models import EvidenceVoid
from cohorts.models import Cohort, ResultAct
from tests import factories
from tests.factories import cohorts as office
from tests.racing import race, slow_down


def undo_it(act_id: int, seen: str, by: int) -> str:
    slow_down(undoing, "prospects_of")
    undo(act_id, reason="Mistake.", seen=seen, at=office.NOW, undone_by=by)
    return "undone"


def race_to_undo(app, *, guarded):
    cohort_id = factories.cohort(candidates=1).id
    factories.released_results(cohort_id, "pass")
    act = factories.act_of(cohort_id)
    people = [factories.person().id for _ in range(2)]
    act = db.session.get_one(ResultAct, act.id)
    seen = prospects_of(act, db.session.get_one(Cohort, cohort_id), by=people[0]).digest
    answers = race(app.config["SETTINGS"], undo_it, *[(act.id, seen, by) for by in people], guarded=guarded)
    undone = db.session.scalar(select(func.count(Undoing.id)))
    return answers, undone, db.session.scalar(select(func.count(EvidenceVoid.id)))


def test_two_who_undo_at_once_undo_once(app):
    assert race_to_undo(app, guarded=True) == (["refused", "undone"], 1, 1)


def test_without_the_guards_two_who_undo_collide(app):
    answers, _, _ = race_to_undo(app, guarded=False)
    assert answers != ["refused", "undone"]
