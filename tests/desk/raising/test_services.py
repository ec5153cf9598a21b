"""What a mediator may raise about their own record, and who answers it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from accreditation.core.database import db, transaction
from accreditation.core.errors import Conflict, DomainError, NotAllowed, NotFound
from accreditation.core.outbox import FACTS, Letter, NoLongerTrue
from accreditation.core.permissions import Role, Scope
from accreditation.core.settings import set_setting
from accreditation.desk.raising import services
from accreditation.desk.raising.jobs import forget_old_corrections
from accreditation.desk.raising.models import RaisedCorrection
from accreditation.desk.raising.queries import count_corrections_waiting, find_own_fact, waiting_about
from accreditation.desk.raising.rules import ABOUT, OF_KIND
from accreditation.people.rules import Grant, Viewer
from accreditation.standing.models import EvidenceVoid
from accreditation.standing.queries.corrections import origins_of
from accreditation.standing.rules.evidence import KINDS
from accreditation.standing.services.corrections import correct_evidence
from scheduler.services.composing import compose
from tests import factories
from tests.factories import TODAY
from tests.racing import race, slow_down

CLEARANCES = {"clearance", "clearance_application"}


def viewer_of(person_id: int, *grants: Grant) -> Viewer:
    return Viewer(person_id, frozenset(grants))


def how_many() -> int:
    return db.session.scalar(select(func.count(RaisedCorrection.id)))


def test_every_kind_of_fact_but_a_clearance_is_about_something():
    assert set(OF_KIND) == KINDS - CLEARANCES
    assert set(OF_KIND.values()) <= set(ABOUT)


def test_the_same_form_raises_once_and_is_nobody_elses(app, today):
    ada, ben = factories.mediator(), factories.mediator()
    first = factories.raised_correction(ada.id, form_key="a-form-opened-once")
    assert factories.raised_correction(ada.id, form_key="a-form-opened-once").id == first.id
    with pytest.raises(Conflict):
        factories.raised_correction(ben.id, form_key="a-form-opened-once")
    assert how_many() == 1


@pytest.mark.parametrize("text", ["", "  \n", "My CTC ends later", "The vetting unit says otherwise"])
def test_without_words_or_with_those_of_a_vetting_matter_nothing_is_noted(app, today, text):
    ada = factories.mediator()
    with pytest.raises(DomainError):
        factories.raised_correction(ada.id, text=text)
    assert how_many() == 0


def test_a_fact_says_what_it_is_about_and_is_ones_own_and_no_clearance(app, today):
    ada, ben = factories.mediator(), factories.mediator()
    fact = factories.evidence(ada.id, "cpd", TODAY, quantity=1)
    assert factories.raised_correction(ada.id, about="other", evidence_id=fact.id).about == "practice"
    with pytest.raises(NotFound):
        factories.raised_correction(ben.id, evidence_id=fact.id)
    clearance = factories.evidence(ada.id, "clearance", TODAY, code="CTC", ends_on=date(2030, 1, 1))
    with pytest.raises(NotFound):
        factories.raised_correction(ada.id, evidence_id=clearance.id)


def test_the_same_fact_is_raised_anew_only_after_the_answer(app, today):
    ada, grace = factories.mediator(), factories.person()
    fact = factories.evidence(ada.id, "cpd", TODAY, quantity=1)
    first = factories.raised_correction(ada.id, evidence_id=fact.id)
    with pytest.raises(Conflict, match="already"):
        factories.raised_correction(ada.id, evidence_id=fact.id, form_key="another-form-later")
    factories.answered_correction(first.id, grace.id)
    factories.raised_correction(ada.id, evidence_id=fact.id, form_key="another-form-later")
    assert how_many() == 2


def test_a_fact_of_a_merged_record_is_ones_own(app, today):
    ada, twin = factories.mediator(), factories.mediator()
    fact = factories.evidence(twin.id, "cpd", TODAY, quantity=1)
    assert find_own_fact(fact.id, viewer_of(ada.id)) is None
    factories.merged(ada.id, twin.id)
    assert find_own_fact(fact.id, viewer_of(ada.id)).id == fact.id
    assert factories.raised_correction(ada.id, evidence_id=fact.id).evidence_id == fact.id


def test_it_is_answered_once_and_never_by_whom_it_is_about(app, today):
    ada, grace = factories.mediator(), factories.person()
    raised = factories.raised_correction(ada.id)
    with pytest.raises(NotAllowed):
        factories.answered_correction(raised.id, ada.id)
    for answer in (" ", "Your clearance is for the vetting unit"):
        with pytest.raises(DomainError):
            factories.answered_correction(raised.id, grace.id, answer=answer)
    first = factories.answered_correction(raised.id, grace.id)
    assert factories.answered_correction(raised.id, grace.id).answered_at == first.answered_at
    with pytest.raises(Conflict):
        factories.answered_correction(raised.id, grace.id, outcome="stands")
    assert db.session.get_one(RaisedCorrection, raised.id).outcome == "corrected"


def test_the_table_holds_where_the_service_does_not_look(app, today):
    ada = factories.mediator()
    raised = factories.raised_correction(ada.id)
    for values in (
        {"answered_at": factories.TEN},
        {"answered_at": factories.TEN, "answered_by": ada.id, "outcome": "stands", "answer": "So it is"},
        {"text": ""},
        {"text": "", "forgotten_on": TODAY},
        {"about": "clearance"},
    ):
        with pytest.raises(IntegrityError), transaction():
            db.session.execute(
                update(RaisedCorrection.__table__).where(RaisedCorrection.__table__.c.id == raised.id).values(**values)
            )


def test_it_waits_for_the_managers_of_that_unit_and_never_for_oneself(app, today):
    here, there = factories.unit("Croydon"), factories.unit("Sutton")
    ada = factories.mediator(unit_id=here.id)
    raised = factories.raised_correction(ada.id)
    grace = factories.person().id
    waits = {
        place: count_corrections_waiting(viewer_of(grace, Grant(Role.PRACTICE_MANAGER, Scope.UNIT, place.id)))
        for place in (here, there)
    }
    assert waits == {here: 1, there: 0}
    whole = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
    assert count_corrections_waiting(viewer_of(grace, whole)) == 1
    assert count_corrections_waiting(viewer_of(ada.id, whole)) == 0
    twin = factories.person(unit_id=here.id)
    factories.merged(twin.id, ada.id)
    assert count_corrections_waiting(viewer_of(twin.id, whole)) == 0, "a merged record is still oneself"
    factories.answered_correction(raised.id, grace)
    assert count_corrections_waiting(viewer_of(grace, whole)) == 0


def test_what_is_struck_out_says_that_the_mediator_raised_it(app, today):
    ada, grace = factories.mediator(), factories.person()
    fact = factories.evidence(ada.id, "cpd", TODAY - timedelta(3), quantity=1, source=("import_draft", 1))
    raised = factories.raised_correction(ada.id, evidence_id=fact.id)
    with transaction():
        correct_evidence(fact.id, reason="Entered twice", rightly=None, corrected_by=grace.id)
    assert db.session.scalar(select(func.count(EvidenceVoid.id))) == 1
    with app.test_request_context():
        origins = origins_of(fact.id, viewer_of(grace.id, Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)))
        assert [(one.words, one.url) for one in origins] == [
            ("Raised by the mediator", f"/corrections/raised/{raised.id}")
        ]
        officer = origins_of(fact.id, viewer_of(grace.id, Grant(Role.VETTING_OFFICER, Scope.SERVICE)))
        assert [one.url for one in officer] == [None]


def letters() -> list[Letter]:
    db.session.rollback()
    return list(db.session.scalars(select(Letter).where(Letter.template == services.ANSWERED).order_by(Letter.id)))


@pytest.mark.parametrize("outcome", ["corrected", "stands"])
def test_the_answer_owes_one_letter_that_says_where_to_look_and_nothing_of_the_matter(app, today, outcome):
    ada, grace = (
        factories.mediator(name="Ada Okafor", email="ada@example.police.uk"),
        factories.person(name="Grace Hall"),
    )
    raised = factories.raised_correction(ada.id, text="Pelicanword: the refresher day is missing.")
    assert letters() == []
    for _again in range(2):
        factories.answered_correction(raised.id, grace.id, outcome=outcome, answer="Heronword: so it is.")
    with pytest.raises(Conflict):
        factories.answered_correction(raised.id, grace.id, outcome=outcome, answer="Another answer")
    (letter,) = letters()
    sent = compose(letter, takes_utf8=True)
    assert (sent.recipient, sent.subject) == (
        "ada@example.police.uk",
        "What you raised on 2 February 2027 has been answered",
    )
    assert "http://localhost/me/corrections" in sent.text
    said = (sent.subject + sent.text).lower()
    for unsaid in ("pelicanword", "heronword", "refresher", "hall", "put right", "corrected"):
        assert unsaid not in said


@pytest.mark.parametrize(("day", "kept"), [(1, False), (2, True), (3, True)])
def test_both_texts_end_on_their_day_and_what_came_of_it_is_still_counted(app, today, day, kept):
    ada, grace = factories.mediator(), factories.person()
    raised = factories.raised_correction(ada.id, text="Pelicanword", at=datetime(2024, 5, 1, 9, tzinfo=UTC))
    factories.answered_correction(raised.id, grace.id, answer="Heronword", at=datetime(2025, 2, day, 12, tzinfo=UTC))
    with transaction():
        set_setting("raised_keep_months", "24")
    assert forget_old_corrections(TODAY) == (0 if kept else 1)
    assert forget_old_corrections(TODAY) == 0  # and nothing the second time
    found = db.session.get_one(RaisedCorrection, raised.id)
    assert (found.text, found.answer) == (("Pelicanword", "Heronword") if kept else ("", ""))
    assert (found.outcome, found.about, found.forgotten_on) == ("corrected", "refresher", None if kept else TODAY)
    if not kept:
        with pytest.raises(NoLongerTrue, match="removed by schedule"):
            FACTS[services.ANSWERED](raised.id)


def test_what_waits_for_an_answer_is_never_removed_however_old(app, today):
    raised = factories.raised_correction(factories.mediator().id, at=datetime(2015, 5, 1, 9, tzinfo=UTC))
    assert forget_old_corrections(TODAY) == 0
    assert db.session.get_one(RaisedCorrection, raised.id).text


def test_more_than_fit_in_a_transaction_all_end(app, today, monkeypatch):
    ada, grace = factories.mediator(), factories.person()
    for number in range(5):
        raised = factories.raised_correction(ada.id, form_key=f"a-form-opened-{number:04}")
        factories.answered_correction(raised.id, grace.id)
    monkeypatch.setattr(services.forget_texts, "__kwdefaults__", {"most": 2})
    assert forget_old_corrections(date(2030, 1, 1)) == 5


def test_what_waits_about_somebody_is_told_to_who_may_answer_it_alone(app, today):
    here, there = factories.unit("Croydon"), factories.unit("Sutton")
    ada, grace, twin = factories.mediator(unit_id=here.id), factories.person().id, factories.mediator(unit_id=here.id)
    raised = [factories.raised_correction(one.id).id for one in (ada, twin)]
    factories.merged(ada.id, twin.id)
    here_alone = viewer_of(grace, Grant(Role.PRACTICE_MANAGER, Scope.UNIT, here.id))
    assert [one.id for one in waiting_about(ada.id, here_alone)] == raised
    assert waiting_about(factories.mediator(unit_id=here.id).id, here_alone) == []
    assert waiting_about(ada.id, viewer_of(grace, Grant(Role.PRACTICE_MANAGER, Scope.UNIT, there.id))) == []
    assert waiting_about(ada.id, viewer_of(grace, Grant(Role.VETTING_OFFICER, Scope.SERVICE))) == []
    assert waiting_about(ada.id, viewer_of(ada.id, Grant(Role.PRACTICE_MANAGER, Scope.SERVICE))) == []
    two_hats = (Grant(Role.PRACTICE_MANAGER, Scope.UNIT, there.id), Grant(Role.VETTING_OFFICER, Scope.SERVICE))
    assert waiting_about(ada.id, viewer_of(grace, *two_hats)) == [], "hats do not add up"
    factories.answered_correction(raised[0], grace)
    assert [one.id for one in waiting_about(ada.id, here_alone)] == raised[1:]


def answer_it(raised_id: int, outcome: str, by: int) -> str:
    slow_down(services, "refuse_own")
    services.answer_correction(raised_id, outcome=outcome, answer="So it is.", at=factories.TEN, answered_by=by)
    return "answered"


def race_to_answer(app, *, guarded: bool) -> list[str]:
    raised = factories.raised_correction(factories.mediator().id).id
    tries = [(raised, outcome, factories.person().id) for outcome in ("corrected", "stands")]
    return race(app.config["SETTINGS"], answer_it, *tries, guarded=guarded)


def test_two_who_answer_at_once_answer_once(app, today):
    assert race_to_answer(app, guarded=True) == ["answered", "refused"]


def test_without_the_guards_the_later_answer_replaces_the_other(app, today):
    assert race_to_answer(app, guarded=False) != ["answered", "refused"]
