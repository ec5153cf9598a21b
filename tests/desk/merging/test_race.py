"""Two at once, each in a process of its own: two managers who merge, and a fact that is declared meanwhile."""

from datetime import date

import pytest
from sqlalchemy import select

from accreditation.core import clock
from accreditation.core.database import db
from accreditation.desk.merging.services import merge_people, separate_people
from accreditation.people.models import Person, PersonMerge
from accreditation.people.queries import wrongly_merged
from accreditation.people.services import merging as links
from accreditation.standing.models import StandingPeriod
from accreditation.standing.queries import facts_of
from accreditation.standing.queries.checking import check_projections
from accreditation.standing.services import declare, projecting
from tests import factories
from tests.racing import race, slow_down


def merge(kept_id: int, merged_id: int) -> str:
    slow_down(links, "find_not_same")  # between reading and writing
    now = clock.now()
    merge_people(kept_id, merged_id, at=now, on=now.date(), merged_by=None, reason="One person")
    return "merged"


def merge_or_declare(what: str, kept_id: int, merged_id: int) -> str:
    slow_down(projecting, "facts_of_all")
    now = clock.now()
    if what == "declare":
        declare(merged_id, kind="suspension", starts_on=date(2026, 5, 1), source=("test", 1), recorded_by=None)
        return "declared"
    merge_people(kept_id, merged_id, at=now, on=now.date(), merged_by=None, reason="One person")
    return "merged"


def separate_or_declare(what: str, merge_id: int, merged_id: int) -> str:
    slow_down(projecting, "facts_of_all")
    now = clock.now()
    if what == "declare":
        declare(merged_id, kind="suspension", starts_on=date(2026, 5, 1), source=("test", 1), recorded_by=None)
        return "declared"
    separate_people(merge_id, at=now, on=now.date(), unmerged_by=None, reason="Two people")
    return "separated"


@pytest.fixture
def two(app):
    return factories.accredited_mediator(), factories.accredited_mediator()


def settings(app):
    return app.config["SETTINGS"]


def links_made() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(PersonMerge.id)).all())


def wrong() -> list[int]:
    db.session.rollback()
    return [person_id for batch in check_projections() for person_id in batch.differing]


def suspended(person_id: int) -> bool:
    db.session.rollback()
    query = select(StandingPeriod.verdict).where(StandingPeriod.person_id == person_id)
    return "suspended" in set(db.session.scalars(query))


def test_two_managers_at_once_make_one_merge(app, two):
    pair = (two[0].id, two[1].id)
    assert race(settings(app), merge, pair, pair) == ["merged", "refused"]
    assert (links_made(), wrong()) == (1, [])


def test_without_the_guards_one_of_them_gets_an_error_page(app, two):
    """The negative control: the turn of a merge is unique in the database, so there is still one link."""
    pair = (two[0].id, two[1].id)
    assert race(settings(app), merge, pair, pair, guarded=False) == ["crashed", "merged"]
    assert links_made() == 1


def test_each_into_the_other_at_once_makes_one_merge_and_no_circle(app, two):
    one, other = two[0].id, two[1].id
    assert race(settings(app), merge, (one, other), (other, one)) == ["merged", "refused"]
    assert (links_made(), wrongly_merged(), wrong()) == (1, [], [])


def test_without_the_guards_there_is_still_no_circle(app, two):
    """The negative control: the versions of both records refuse the second, or following the links does; a fault."""
    one, other = two[0].id, two[1].id
    answers = race(settings(app), merge, (one, other), (other, one), guarded=False)
    assert "crashed" in answers or any("go round" in answer for answer in answers)
    assert (links_made() <= 1, wrongly_merged()) == (True, [])


@pytest.mark.parametrize("turned", [False, True], ids=["into the older", "into the newer"])
def test_a_fact_declared_during_the_merge_is_not_lost(app, two, turned):
    kept, merged = (two[1], two[0]) if turned else two
    answers = race(settings(app), merge_or_declare, ("merge", kept.id, merged.id), ("declare", kept.id, merged.id))
    assert answers == ["declared", "merged"]
    assert suspended(kept.id)
    assert not suspended(merged.id)
    assert len(facts_of(kept.id)) == 11
    assert wrong() == []


def test_without_the_guards_the_fact_is_lost(app, two):
    """The negative control: if this fails, the test above proves nothing."""
    kept, merged = two
    answers = race(
        settings(app),
        merge_or_declare,
        ("merge", kept.id, merged.id),
        ("declare", kept.id, merged.id),
        guarded=False,
    )
    assert "crashed" in answers or wrong() != []


def test_a_fact_declared_while_they_are_separated_goes_to_its_own_record(app, two):
    kept, merged = two
    merge_id = factories.merged(kept.id, merged.id)
    answers = race(settings(app), separate_or_declare, ("separate", merge_id, merged.id), ("declare", 0, merged.id))
    assert answers == ["declared", "separated"]
    assert suspended(merged.id)
    assert not suspended(kept.id)
    assert wrong() == []
    assert db.session.get_one(Person, merged.id).merged_into_id is None
