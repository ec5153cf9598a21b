"""Two people put a change in force at once; a fact is recorded meanwhile. Real processes, both databases."""

from datetime import UTC, date, datetime
from functools import partial
from time import sleep

import pytest

from accreditation.core.database import transaction
from accreditation.standing import services
from accreditation.standing.queries import history_of
from accreditation.standing.queries.checking import check_projections
from accreditation.standing.queries.drafts import get_open_draft
from accreditation.standing.rules.drafting import with_requirement
from accreditation.standing.services import drafts, projecting, rehearsing
from tests import factories
from tests.racing import race, slow_down

CODE = "INHOUSE-WPM"
NOW = datetime(2027, 2, 2, 10, tzinfo=UTC)
TODAY = factories.TODAY


@pytest.fixture
def rehearsed(app, today):
    """A draft that is rehearsed to the end: its id, the two who may activate it, and a mediator."""
    drafter, one, other = (factories.person().id for _ in range(3))
    mediator = factories.accredited_mediator(trained_on=date(2026, 12, 1)).id
    with transaction():
        draft_id = drafts.begin_draft(CODE, effective_from=date(2027, 7, 1), by=drafter, now=NOW).id
    with transaction():
        change = partial(with_requirement, code="refresher", values={"every_months": 6})
        drafts.change_definition(draft_id, change, seen=1, by=drafter, now=NOW)
    with transaction():
        drafts.change_terms(
            draft_id,
            effective_from=date(2027, 7, 1),
            applies_to="everyone",
            reason="Decided",
            seen=2,
            on=TODAY,
            by=drafter,
            now=NOW,
        )
    with transaction():
        rehearsing.start_rehearsal(draft_id, on=TODAY, now=NOW)
    with transaction():
        assert rehearsing.rehearse_next(draft_id, now=NOW)
    return draft_id, get_open_draft(CODE).version, one, other, mediator


def activate(draft_id: int, seen: int, by: int) -> str:
    slow_down(drafts, "refuse_a_day_gone_by")
    drafts.activate_draft(draft_id, seen=seen, on=TODAY, activated_by=by, now=NOW)
    return "activated"


def declare_or_activate(draft_id: int, seen: int, by: int, mediator: int, declares: bool, held: bool) -> str:
    """The activation falls between the versions that the other one reads and the editions that it writes."""
    if not declares:
        sleep(0.3)
        drafts.activate_draft(draft_id, seen=seen, on=TODAY, activated_by=by, now=NOW)
        return "activated"
    if not held:
        projecting.hold_editions = lambda: None
    slow_down(projecting, "all_histories")
    services.declare(
        mediator,
        kind="refresher",
        code="SKILLS",
        starts_on=date(2027, 2, 1),
        source=("test", 1),
        recorded_by=None,
    )
    return "declared"


def race_to_declare(app, rehearsed, *, held: bool) -> tuple[list[str], int]:
    """The answers, and how many people's stored standing is not what the engine says."""
    draft_id, seen, one, other, mediator = rehearsed
    answers = race(
        app.config["SETTINGS"],
        declare_or_activate,
        (draft_id, seen, one, mediator, True, held),
        (draft_id, seen, other, mediator, False, held),
    )
    return answers, sum(len(checked.differing) for checked in check_projections())


def test_two_people_at_once_put_it_in_force_once(app, rehearsed):
    draft_id, seen, one, other, _ = rehearsed
    assert race(app.config["SETTINGS"], activate, (draft_id, seen, one), (draft_id, seen, other)) == [
        "activated",
        "refused",
    ]
    assert [version.number for version in history_of(CODE).versions] == [1, 2]
    assert all(not checked.differing for checked in check_projections())


def test_a_fact_recorded_while_the_rules_change_is_judged_by_the_new_ones(app, rehearsed):
    assert race_to_declare(app, rehearsed, held=True) == (["activated", "declared"], 0)


def test_without_holding_the_editions_that_race_is_lost_on_postgresql(app, rehearsed):
    """The negative control. SQLite has one writer at a time, and needs no such hold."""
    lost = 1 if app.url.startswith("postgresql") else 0
    assert race_to_declare(app, rehearsed, held=False) == (["activated", "declared"], lost)
