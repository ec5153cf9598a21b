"""The ledger and its projections, on both databases."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from accreditation.core.calendar import FOREVER
from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError
from accreditation.standing import services
from accreditation.standing.models import Deadline, RequirementPeriod, SchemeVersion, StandingPeriod
from accreditation.standing.queries import evidence_of, facts_of, get_scheme, periods_of, standing_on, standings_on
from accreditation.standing.rules.evidence import Fact
from tests import factories

SCHEME = "INHOUSE-WPM"


def test_a_fact_and_its_consequence_are_there_together(app, today):
    ada = factories.accredited_mediator(trained_on=date(2026, 6, 1))
    now = next(row for row in periods_of(ada.id, SCHEME) if row.starts_on <= today < row.ends_on)
    assert (now.verdict, now.limiting_requirement, now.valid_through) == ("deployable", "refresher", date(2027, 5, 31))
    standing = standing_on(ada.id, SCHEME, today)
    assert (standing.verdict, standing.limiting, standing.valid_through) == (
        "deployable",
        "refresher",
        now.valid_through,
    )
    assert standings_on([ada.id], get_scheme(SCHEME), today)[ada.id].limiting == "refresher"


def test_somebody_without_evidence_is_in_no_list(app):
    ada = factories.mediator()
    assert periods_of(ada.id, SCHEME) == []


def test_a_second_scheme_is_judged_only_where_a_fact_names_it(app):
    ada = factories.accredited_mediator()
    assert periods_of(ada.id, "MPS-L1-HT") == []
    factories.evidence(ada.id, "training", date(2026, 3, 1), code="MPS-L1-HT")
    assert [row.verdict for row in periods_of(ada.id, "MPS-L1-HT")][-1] == "not_accredited"


def test_a_voided_fact_counts_no_more_and_stays_answerable(app, today):
    ada = factories.lapsed_mediator()
    day = factories.evidence(ada.id, "refresher", date(2026, 9, 1))
    recorded_at = day.recorded_at
    assert standing_on(ada.id, SCHEME, today).verdict == "deployable"
    with transaction():
        services.void(day.id, reason="Entered for the wrong person", recorded_by=ada.id)
    assert standing_on(ada.id, SCHEME, today).verdict == "lapsed"
    assert periods_of(ada.id, SCHEME)[-1].verdict == "lapsed"
    assert [void.reason for fact, void in evidence_of(ada.id) if void] == ["Entered for the wrong person"]
    assert len(facts_of(ada.id)) == 6
    assert recorded_at is not None


def test_what_was_known_then_is_answered_as_it_was_known_then(app):
    with time_machine.travel("2026-03-03T10:00:00+00:00", tick=False):
        ada = factories.accredited_mediator()
    with time_machine.travel("2026-04-01T10:00:00+00:00", tick=False):
        factories.evidence(ada.id, "suspension", date(2026, 3, 1))
    then = standing_on(ada.id, SCHEME, date(2026, 3, 10), known_on=datetime(2026, 3, 5, tzinfo=UTC))
    assert then.verdict == "deployable"
    assert standing_on(ada.id, SCHEME, date(2026, 3, 10)).verdict == "suspended"


def test_voiding_a_source_strikes_out_all_that_follows_from_it(app, today):
    ada = factories.lapsed_mediator()
    with transaction():
        for kind, quantity in (("refresher", None), ("cpd", Decimal("3.5"))):
            services.declare(
                ada.id, kind=kind, starts_on=date(2026, 9, 1), quantity=quantity, source=("day", 7), recorded_by=None
            )
    assert standing_on(ada.id, SCHEME, today).verdict == "deployable"
    with transaction():
        assert services.void_source(("day", 7), reason="Cancelled", recorded_by=None) == 2
    with transaction():
        assert services.void_source(("day", 7), reason="Cancelled", recorded_by=None) == 0
    assert standing_on(ada.id, SCHEME, today).verdict == "lapsed"


def test_supposing_a_fact_changes_nothing_that_is_stored(app, today):
    ada = factories.ready_mediator(trained_on=date(2026, 6, 1))
    award = Fact("award", SCHEME, today, date(2030, 2, 2))
    supposed = standing_on(ada.id, SCHEME, today, supposing=[award])
    assert (supposed.verdict, supposed.failing) == ("co_mediation_only", ("comediation",))
    assert standing_on(ada.id, SCHEME, today).verdict == "not_accredited"


@pytest.mark.parametrize(
    ("details", "problem"),
    [
        ({"kind": "clearance", "ends_on": date(2026, 1, 1)}, DomainError),
        ({"kind": "refresher", "ends_on": date(2027, 1, 1)}, ValueError),
        ({"kind": "cpd", "quantity": -1}, DomainError),
        ({"kind": "rumour"}, ValueError),
    ],
)
def test_what_cannot_be_is_refused(app, details, problem):
    ada = factories.mediator()
    with pytest.raises(problem), transaction():
        services.declare(ada.id, starts_on=date(2026, 1, 1), source=("test", 1), recorded_by=None, **details)
    assert facts_of(ada.id) == []


def test_an_open_end_is_null_in_the_ledger_and_the_last_day_in_the_projection(app):
    ada = factories.mediator()
    fact = factories.evidence(ada.id, "clearance", date(2026, 1, 1), code="CTC", ends_on=FOREVER)
    assert fact.ends_on is None
    assert periods_of(ada.id, SCHEME)[-1].ends_on == FOREVER


@pytest.mark.parametrize("statement", ["UPDATE evidence SET code = 'SC'", "DELETE FROM evidence"])
def test_the_ledger_is_never_edited(app, statement):
    factories.accredited_mediator()
    with pytest.raises(DBAPIError, match="append-only"), transaction():
        db.session.execute(text(statement))


def test_many_facts_renew_the_pages_once_and_at_the_end(app):
    ada = factories.mediator()
    with transaction(), services.declaring_many():
        services.declare(
            ada.id, kind="training", code=SCHEME, starts_on=date(2026, 1, 1), source=("test", 1), recorded_by=None
        )
        assert periods_of(ada.id, SCHEME) == []
        assert standing_on(ada.id, SCHEME, date(2026, 1, 1)).failing[0] == "award"
    assert periods_of(ada.id, SCHEME) != []


def test_nothing_is_left_of_declaring_many_that_failed(app):
    ada = factories.mediator()
    with pytest.raises(RuntimeError, match="half way"), transaction(), services.declaring_many():
        services.declare(
            ada.id, kind="training", code=SCHEME, starts_on=date(2026, 1, 1), source=("test", 1), recorded_by=None
        )
        raise RuntimeError("half way")
    assert facts_of(ada.id) == []
    factories.evidence(ada.id, "training", date(2026, 1, 1), code=SCHEME)
    assert periods_of(ada.id, SCHEME) != []


def test_every_day_of_a_requirement_is_in_one_period(app):
    ada = factories.accredited_mediator()
    rows = db.session.scalars(
        select(RequirementPeriod)
        .where(RequirementPeriod.person_id == ada.id, RequirementPeriod.requirement == "refresher")
        .order_by(RequirementPeriod.starts_on)
    ).all()
    assert [(row.starts_on, row.ends_on, row.met) for row in rows] == [
        (date(2026, 2, 2), date(2027, 2, 2), True),
        (date(2027, 2, 2), FOREVER, False),
    ]


def test_the_run_of_a_verdict_outlasts_what_fails_in_it(app):
    ada = factories.accredited_mediator(trained_on=date(2024, 2, 2), cleared_until=date(2026, 1, 1))
    lapsed = [row for row in periods_of(ada.id, SCHEME) if row.verdict == "lapsed"]
    assert len(lapsed) > 1
    assert {row.since for row in lapsed} == {date(2025, 2, 2)}
    assert standing_on(ada.id, SCHEME, date(2026, 6, 1)).since == date(2025, 2, 2)


def test_rebuilding_changes_nothing(app):
    ada, ben = factories.accredited_mediator(), factories.lapsed_mediator()
    before = [(row.person_id, row.starts_on, row.verdict) for row in db.session.scalars(select(StandingPeriod))]
    with transaction():
        assert services.rebuild() == 2
    after = [(row.person_id, row.starts_on, row.verdict) for row in db.session.scalars(select(StandingPeriod))]
    assert sorted(after) == sorted(before)
    assert {person_id for person_id, _, _ in after} == {ada.id, ben.id}


def test_a_preset_is_installed_once(app):
    with transaction():
        services.install_preset("CMC-REG-WP")
    assert get_scheme("CMC-REG-WP").validity_months == 12
    with pytest.raises(DomainError, match="installed already"), transaction():
        services.install_preset("CMC-REG-WP")


def test_the_built_in_schemes_are_stored_with_the_first_fact(app):
    assert get_scheme(SCHEME).code == SCHEME
    factories.accredited_mediator()
    factories.accredited_mediator()
    assert sorted(db.session.scalars(select(SchemeVersion.scheme))) == ["INHOUSE-WPM", "MPS-L1-HT"]


def test_a_deadline_moves_and_goes(app):
    ada = factories.mediator()
    for basis in (date(2027, 3, 1), date(2027, 4, 1)):
        with transaction():
            services.set_deadline(kind="results", basis_date=basis, source=("course", 1), person_id=ada.id)
    assert [row.basis_date for row in db.session.scalars(select(Deadline))] == [date(2027, 4, 1)]
    with transaction():
        services.clear_deadline(source=("course", 1))
    assert db.session.scalars(select(Deadline)).all() == []
