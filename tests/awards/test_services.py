from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from accreditation.awards import services
from accreditation.awards.models import Award
from accreditation.awards.queries.given import awards_of
from accreditation.awards.queries.ready import ReadyAsked, count_ready, every_ready, readiness_of, ready_page
from accreditation.awards.rules.dates import LISTED
from accreditation.core.calendar import Span
from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant, Viewer
from accreditation.standing.models import Evidence
from accreditation.standing.queries import get_scheme, standing_on
from accreditation.standing.services import declare, declaring_many
from tests import factories
from tests.factories.awards import NOW
from tests.statements import statements_counted

TODAY = factories.TODAY
MANAGER = Viewer(1, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)}))
READY = {"trained_on": date(2026, 6, 1)}  # the refresher still runs on the day the tests take place


def standing(person_id, on=TODAY):
    return standing_on(person_id, get_scheme("INHOUSE-WPM", on), on)


def practised(who, on=TODAY - timedelta(30)):
    """Everything that a mediator does in a year."""
    for kind, code, quantity in (("case", "lead", 2), ("supervision", None, 4), ("cpd", None, 6)):
        factories.evidence(who.id, kind, on, code=code, quantity=quantity)
    for _ in range(2):
        factories.evidence(who.id, "case", on, code="co_mediation")
    return who


def test_an_award_changes_the_standing(app):
    who = factories.ready_mediator(**READY)
    award = factories.award(who.id)
    assert (award.number, award.starts_on, award.ends_on) == ("WPM-2027-0001", TODAY, date(2030, 2, 2))
    assert standing(who.id).verdict == "co_mediation_only"  # the supervised cases come after the award
    assert db.session.scalars(select(Letter.template)).all() == ["email/awards/awarded.txt"]


def test_a_refusal_gives_every_reason_and_changes_nothing(app):
    who = factories.person()
    with pytest.raises(services.NotReady) as refusal:
        factories.award(who.id)
    assert len(refusal.value.reasons) == 3  # trained, cleared, refreshed
    assert not db.session.scalar(select(func.count(Award.id)))
    assert not db.session.scalar(select(func.count(Letter.id)))


def test_an_award_twice_is_refused(app):
    who = factories.ready_mediator(**READY)
    factories.award(who.id)
    with pytest.raises(services.NotReady, match="already"):
        factories.award(who.id)
    assert len(awards_of(who.id)) == 1


def test_numbers_come_once_and_without_gaps(app):
    awarded = [factories.award(factories.ready_mediator(**READY).id).number for _ in range(3)]
    with pytest.raises(services.NotReady):
        factories.award(factories.person().id)
    last_year = factories.award(factories.ready_mediator(**READY).id, on=date(2026, 12, 1))
    following = factories.award(factories.ready_mediator(**READY).id)
    assert [*awarded, following.number] == [f"WPM-2027-000{n}" for n in (1, 2, 3, 4)]
    assert last_year.number == "WPM-2026-0001"


def test_a_renewal_in_the_window_keeps_the_anniversary(app):
    who = practised(factories.ready_mediator(**READY))
    with transaction():
        first = services.record_past_award(who.id, "INHOUSE-WPM", on=date(2024, 3, 1), recorded_by=None)
        first_id = first.id
    renewed = factories.award(who.id)
    assert (renewed.starts_on, renewed.ends_on, renewed.renews_id) == (date(2027, 3, 1), date(2030, 3, 1), first_id)
    with pytest.raises(services.NotReady, match="already"):
        factories.award(who.id)


def test_a_past_award_asks_no_questions_and_writes_no_letter(app):
    who = factories.person()
    with transaction():
        award = services.record_past_award(who.id, "INHOUSE-WPM", on=date(2024, 2, 29), recorded_by=None)
    assert (award.number, award.ends_on) == ("WPM-2024-0001", date(2027, 3, 1))
    assert db.session.scalars(select(Evidence.kind)).all() == ["award"]
    assert not db.session.scalar(select(func.count(Letter.id)))
    with pytest.raises(DomainError, match="recorded already"), transaction():
        services.record_past_award(who.id, "INHOUSE-WPM", on=date(2024, 2, 29), recorded_by=None)


def several(ids, form_key="k" * 20, by=None, seen=None):
    by = by or factories.person().id
    with transaction():
        return services.award_several(
            ids, "INHOUSE-WPM", on=TODAY, at=NOW, awarded_by=by, form_key=form_key, seen=seen
        ).outcomes


def rows_of(person_id):
    """Everything that an award leaves behind, without the ids."""
    award = awards_of(person_id)[0]
    facts = select(Evidence.kind, Evidence.code, Evidence.starts_on, Evidence.ends_on, Evidence.recorded_by)
    letters = select(Letter.template, Letter.state).where(Letter.person_id == person_id)
    return (
        (award.starts_on, award.ends_on, award.kind, award.renews_id, award.awarded_by, award.scheme),
        db.session.execute(facts.where(Evidence.source_type == "award", Evidence.source_id == award.id)).all(),
        db.session.execute(letters).all(),
    )


def test_several_at_once_are_what_one_by_one_would_be(app):
    ready, missing = factories.ready_mediator(**READY), factories.person()
    single = factories.ready_mediator(**READY)
    by = factories.person().id
    factories.award(single.id, awarded_by=by)
    refused, given = sorted(several([missing.id, ready.id], by=by), key=lambda outcome: bool(outcome[1]))
    assert (refused[0], refused[1], len(refused[2])) == (missing.id, None, 3)
    assert given == [ready.id, awards_of(ready.id)[0].id, []]
    assert awards_of(ready.id)[0].number == "WPM-2027-0002"
    assert rows_of(single.id) == rows_of(ready.id)


def test_the_same_form_twice_is_one_decision(app):
    who = factories.ready_mediator(**READY)
    assert several([who.id]) == several([who.id])
    assert len(awards_of(who.id)) == 1
    assert several([who.id], form_key="another" * 4)[0][1] is None


def test_nobody_is_awarded_other_dates_than_were_seen(app):
    who = factories.ready_mediator(**READY)
    elsewhere = Span(TODAY + timedelta(1), date(2030, 2, 3))
    assert "no longer those that were shown" in several([who.id], seen={who.id: elsewhere})[0][2][0]
    assert several([who.id], form_key="b" * 20, seen={who.id: Span(TODAY, date(2030, 2, 2))})[0][1]


# --- who is ready --------------------------------------------------------------------------------------------------


def listed(viewer=MANAGER, on=TODAY, **asked):
    page = ready_page(viewer, ReadyAsked("INHOUSE-WPM", on, **asked))
    assert sum(count_ready(viewer, ReadyAsked("INHOUSE-WPM", on, **asked)).values()) == len(page.rows)
    return [(one.person.name, one.dates.kind) for one in page.rows]


def test_ready_are_those_who_meet_everything_but_the_award(app):
    factories.ready_mediator(name="Ada Okafor", **READY)
    factories.ready_mediator(name="Not Cleared", trained_on=date(2026, 6, 1), cleared_until=TODAY)
    factories.ready_mediator(name="Too Long", trained_on=date(2026, 2, 1))  # the refresher has run out
    factories.person(name="Nothing Yet")
    accredited = factories.ready_mediator(name="Has One", **READY)
    factories.award(accredited.id)
    for kind in ("suspension", "leave", "membership"):
        gone = factories.ready_mediator(name=f"Not Here: {kind}", **READY)
        over = TODAY if kind == "membership" else None
        factories.evidence(gone.id, kind, TODAY - timedelta(5), ends_on=over)
    back = factories.ready_mediator(name="Back Again", **READY)
    factories.evidence(back.id, "suspension", TODAY - timedelta(5), ends_on=TODAY)
    assert listed() == [("Back Again", "first"), ("Ada Okafor", "first")]


@pytest.mark.parametrize(
    ("ends_in", "practised_too", "kind"),
    [
        (91, True, None),  # before the window
        (90, True, "renewal"),
        (90, False, None),  # its run goes on, and the year's practice is due
        (1, True, "renewal"),
        (0, True, "late"),
        (0, False, None),  # joins the run before without a gap
        (-1, False, "late"),  # a new run: nothing due yet
        (-29, False, "late"),
        (-30, False, "return"),
    ],
)
def test_who_is_listed_as_what_counts_to_the_day(app, ends_in, practised_too, kind):
    who = factories.ready_mediator(name="Ben Cole", **READY)
    if practised_too:
        practised(who)
    ends_on = TODAY + timedelta(ends_in)
    factories.evidence(who.id, "award", date(2024, 1, 5), code="INHOUSE-WPM", ends_on=ends_on)
    assert listed() == ([("Ben Cole", kind)] if kind else [])
    assert listed(kind="late") == ([("Ben Cole", kind)] if kind == "late" else [])


def _standing_otherwise(person_id, ends_in, extra):
    """With an award that ends so many days from today (None: without one), and something that matters besides."""

    def declared(kind, starts_on, **details):
        declare(person_id, kind=kind, starts_on=starts_on, source=("test", 1), recorded_by=None, **details)

    ends_on = TODAY + timedelta(ends_in or 0)
    if ends_in is not None:
        declared("award", date(2023, 1, 5), code="INHOUSE-WPM", ends_on=ends_on)
    if extra == "withdrawal":
        declared(extra, date(2025, 1, 5), ends_on=ends_on, scheme="INHOUSE-WPM")
    elif extra == "practice":
        for kind, code, quantity in (("case", "lead", 2), ("supervision", None, 4), ("cpd", None, 6)):
            declared(kind, TODAY - timedelta(9), code=code, quantity=quantity)
    elif extra == "extension":
        declared(extra, date(2026, 1, 5), ends_on=date(2028, 1, 5), code="award")
    elif extra:
        declared(extra, TODAY - timedelta(3))


def test_the_list_says_what_the_engine_says_of_everybody(app):
    """The projections and the ledger, asked in SQL, against one judgement for each."""
    made = []
    for ends_in in (None, -400, -30, -29, -1, 0, 1, 90, 91, 400):
        for extra in (None, "withdrawal", "suspension", "practice", "extension"):
            who = factories.ready_mediator(**READY)
            made.append(who.id)
            with transaction(), declaring_many():
                _standing_otherwise(who.id, ends_in, extra)
    scheme = get_scheme("INHOUSE-WPM", TODAY)
    judged = readiness_of(made, MANAGER, scheme, TODAY)
    by_engine = {(one.person.id, one.dates.kind) for one in judged if not one.reasons and one.dates.kind in LISTED}
    found = list(every_ready(MANAGER, ReadyAsked("INHOUSE-WPM", TODAY)))
    assert {(one.person.id, one.dates.kind) for one in found} == by_engine
    assert not any(one.reasons for one in found)
    assert len(by_engine) > 10
    for kind in LISTED:
        assert {one.dates.kind for one in every_ready(MANAGER, ReadyAsked("INHOUSE-WPM", TODAY, kind=kind))} == {kind}


def test_each_sees_their_own_people(app):
    unit = factories.unit("Croydon")
    factories.ready_mediator(name="Ours", unit_id=unit.id, **READY)
    factories.ready_mediator(name="Theirs", **READY)
    viewer = Viewer(1, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.UNIT, unit.id)}))
    assert listed(viewer) == [("Ours", "first")]
    assert listed() == [("Ours", "first"), ("Theirs", "first")]
    assert listed(unit_id=unit.id) == listed(words="our") == [("Ours", "first")]


def test_the_list_is_paged_by_key_and_costs_the_same_for_any_number(app):
    names = [factories.ready_mediator(name=f"Person {number:02}", **READY).name for number in range(5)]
    asked, place, seen = ReadyAsked("INHOUSE-WPM", TODAY), None, []
    for _ in range(3):
        page = ready_page(MANAGER, asked, place=place, size=2)
        seen += [one.person.name for one in page.rows]
        place = page.next_token
    assert (seen, place) == (names, None)

    def statements(size):
        db.session.rollback()
        db.session.expunge_all()
        with statements_counted() as counted:
            assert len(ready_page(MANAGER, asked, size=size).rows) == size
        return len(counted)

    assert statements(1) == statements(5)
