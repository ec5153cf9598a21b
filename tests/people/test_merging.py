"""Linking two records of one person: which one counts, what is refused, and how it is taken back."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError

from accreditation.core import clock
from accreditation.core.audit import AuditEntry
from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission, Role, Scope
from accreditation.people import services
from accreditation.people.models import Person, PersonMerge
from accreditation.people.queries import (
    address_of,
    get_mediator,
    get_person,
    people_page,
    records_as_known,
    records_of,
    subject_of,
    viewer_of,
    viewers_of,
    visible_to,
    wrongly_merged,
)
from accreditation.people.rules import Grant, Viewer
from tests import factories

EVERYBODY = Viewer(0, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)}))


def link(kept, merged, at=None) -> int:
    with transaction():
        return services.link_records(kept.id, merged.id, at=at or clock.now(), merged_by=None, reason="One person")[
            0
        ].id


def unlink(merge_id: int, at=None) -> None:
    with transaction():
        services.unlink_records(merge_id, at=at or clock.now(), unmerged_by=None, reason="Two people")


def counts_for(*people) -> list[int | None]:
    db.session.rollback()
    return [db.session.get_one(Person, person.id).merged_into_id for person in people]


@pytest.fixture
def four(app, today):
    return [factories.person(name=f"Jo Number{number}") for number in range(4)]


def test_a_merged_record_counts_for_the_kept_one_until_it_is_undone(four):
    a, b, *_ = four
    merge_id = link(a, b)
    assert counts_for(a, b) == [None, a.id]
    assert [person.id for person in records_of(b.id)] == [a.id, b.id]
    unlink(merge_id)
    assert counts_for(a, b) == [None, None]
    assert [person.id for person in records_of(b.id)] == [b.id]


def test_who_is_merged_into_a_merged_record_counts_for_the_last_one(four):
    a, b, c, d = four
    first = link(b, a)
    second = link(c, b)  # a → b → c
    assert counts_for(a, b, c) == [c.id, c.id, None]
    link(b, d)  # b counts for nobody now, so this is a merge into c
    assert db.session.scalars(select(PersonMerge.kept_id).order_by(PersonMerge.id)).all() == [b.id, c.id, c.id]
    unlink(second)
    assert counts_for(a, b, c, d) == [b.id, None, None, c.id]
    unlink(first)
    assert counts_for(a, b, c, d) == [None, None, None, c.id]
    assert wrongly_merged() == []


def test_a_link_in_the_middle_of_a_chain_can_be_undone_first(four):
    a, b, c, _ = four
    first = link(b, a)
    link(c, b)
    unlink(first)
    assert counts_for(a, b, c) == [None, c.id, None]


@pytest.mark.parametrize("pair", [(0, 0), (1, 0), (0, 1), (2, 0)])
def test_what_is_merged_already_is_not_merged_again_and_nothing_goes_round(four, pair):
    link(four[0], four[1])
    kept, merged = (four[1], four[0]) if pair == (1, 0) else (four[pair[0]], four[1 if pair == (2, 0) else pair[1]])
    with pytest.raises(DomainError, match="is merged into"):
        link(kept, merged)
    assert counts_for(*four) == [None, four[0].id, None, None]


def test_undoing_twice_is_refused_and_it_can_be_merged_again_afterwards(four):
    a, b, *_ = four
    merge_id = link(a, b)
    unlink(merge_id)
    with pytest.raises(DomainError, match="separated already"):
        unlink(merge_id)
    link(b, a)
    assert counts_for(a, b) == [b.id, None]
    assert [row.turn for row in db.session.scalars(select(PersonMerge).order_by(PersonMerge.id))] == [1, 1]


def test_the_database_itself_takes_no_second_merge_of_the_same_turn(four):
    a, b, c, _ = four
    link(a, b)
    with pytest.raises(IntegrityError), transaction():
        row = PersonMerge(kept_id=c.id, merged_id=b.id, turn=1, merged_at=clock.now(), merged_by=None, reason="again")
        db.session.add(row)


@pytest.mark.parametrize("statement", ["UPDATE person_merge SET turn = 9", "DELETE FROM person_merge"])
def test_links_are_only_ever_added(four, statement):
    link(four[0], four[1])
    with pytest.raises(DBAPIError, match="append-only"), transaction():
        db.session.connection().exec_driver_sql(statement)


def test_both_references_are_in_the_trail(four):
    a, b, *_ = four
    link(a, b)
    rows = db.session.execute(
        select(AuditEntry.about_id, AuditEntry.action).where(AuditEntry.action == "merged two records")
    ).all()
    assert sorted(row.about_id for row in rows) == [a.id, b.id]


def test_before_it_was_known_the_records_were_two(four):
    a, b, c, _ = four
    noon = datetime(2027, 1, 10, 12, tzinfo=UTC)
    hour = timedelta(hours=1)
    first = link(a, b, at=noon)
    link(c, a, at=noon + 2 * hour)
    unlink(first, at=noon + 4 * hour)
    known = {hours: records_as_known(b.id, noon + hours * hour) for hours in (-1, 0, 1, 2, 3, 4, 5)}
    two, one, three = [b.id], [a.id, b.id], [a.id, b.id, c.id]
    assert known == {-1: two, 0: one, 1: one, 2: three, 3: three, 4: two, 5: two}
    assert records_as_known(a.id, noon + 5 * hour) == [a.id, c.id]
    assert records_as_known(b.id, None) == [b.id]


# --- finding them ----------------------------------------------------------------------------------------------------


def test_the_old_reference_and_the_old_name_lead_to_the_record_that_counts(app, today):
    kept = factories.person(name="Jane Jones", pay_number="771")
    merged = factories.person(name="Jane Smith", pay_number="00772")
    link(kept, merged)
    assert get_person(merged.reference, EVERYBODY).id == get_mediator(merged.reference, EVERYBODY).id == kept.id
    for words in ("smith", merged.reference, "00772", "jones", "jane"):
        assert [person.id for person in people_page(EVERYBODY, words=words).rows] == [kept.id], words
    assert [person.id for person in people_page(EVERYBODY, merged=True).rows] == [merged.id]
    assert people_page(EVERYBODY, words="smith jones").rows == []


def test_a_merged_record_is_called_and_written_to_as_the_one_that_counts(app, today):
    kept = factories.person(name="Jane Jones", email="jane@example.com")
    merged = factories.person(name="Jane Smith", email="old@example.com")
    link(kept, merged)
    merged = db.session.get_one(Person, merged.id)
    assert (merged.name, merged.own_name, merged.email) == ("Jane Jones", "Jane Smith", "jane@example.com")
    assert address_of(merged.id).address == "jane@example.com"


def test_letters_go_to_the_merged_records_address_when_the_kept_one_has_none(app, today):
    kept, merged = factories.person(), factories.person(email="old@example.com")
    assert address_of(kept.id) is None
    link(kept, merged)
    assert address_of(kept.id).address == address_of(merged.id).address == "old@example.com"


def test_a_pay_number_stays_where_it_is_and_finds_the_person(app, today):
    kept, merged = factories.person(), factories.person(pay_number="0815")
    link(kept, merged)
    with pytest.raises(DomainError, match="finds this person already"), transaction():
        services.change_details(kept.id, pay_number="0815", unit_id=None, holder_kind=None)
    with pytest.raises(DomainError, match=f"already {kept.reference}'s"), transaction():
        services.add_person(given_name="An", family_name="Other", pay_number="0815")


# --- who may ---------------------------------------------------------------------------------------------------------


def test_the_account_of_a_merged_record_sees_the_record_that_counts(app, today):
    kept, merged, manager = factories.person(), factories.person(), factories.person()
    factories.grant(kept.id, Role.MEDIATOR, Scope.PERSON, kept.id)
    factories.grant(merged.id, Role.MEDIATOR, Scope.PERSON, merged.id)
    factories.grant(manager.id, Role.LINE_MANAGER, Scope.PERSON, merged.id)
    merge_id = link(kept, merged)
    for who in (kept, merged):
        assert viewer_of(who.id, today) == Viewer(kept.id, frozenset({Grant(Role.MEDIATOR, Scope.PERSON, kept.id)}))
        assert viewers_of([who.id], today) == {who.id: viewer_of(who.id, today)}
    assert viewer_of(manager.id, today).may(Permission.VIEW_MAY_WORK, subject_of(kept))
    unlink(merge_id)
    assert viewer_of(merged.id, today).person_id == merged.id
    assert not viewer_of(manager.id, today).may(Permission.VIEW_MAY_WORK, subject_of(kept))


def test_nobody_gets_a_role_by_a_merge(app, today):
    administrator, accomplice = factories.person(), factories.person()
    factories.grant(administrator.id, Role.ADMINISTRATOR)
    link(accomplice, administrator)
    assert viewer_of(accomplice.id, today).grants == frozenset()
    everybody = db.session.scalars(select(Person.id)).all()
    assert viewers_of(everybody, today) == {who: viewer_of(who, today) for who in everybody}
    assert viewers_of([], today) == {}
    nobody = factories.person()
    assert viewer_of(nobody.id, today) == Viewer(nobody.id, frozenset())


def test_a_unit_sees_what_stands_with_a_merged_record_only_if_it_may_know_of_the_kept_one(app, today):
    croydon, lambeth = factories.unit("Croydon"), factories.unit("Lambeth")
    kept, merged = factories.person(unit_id=croydon.id), factories.person(unit_id=lambeth.id)
    twin = factories.person(unit_id=croydon.id)

    def seen(viewer: Viewer) -> list[int]:
        return list(db.session.scalars(select(Person.id).where(visible_to(viewer)).order_by(Person.id)))

    of_lambeth = Viewer(0, frozenset({Grant(Role.LINE_MANAGER, Scope.UNIT, lambeth.id)}))
    of_croydon = Viewer(0, frozenset({Grant(Role.LINE_MANAGER, Scope.UNIT, croydon.id)}))
    assert seen(of_lambeth) == [merged.id]
    link(kept, merged)
    link(kept, twin)
    assert (seen(of_lambeth), seen(of_croydon)) == ([], [kept.id, twin.id])
    assert seen(Viewer(kept.id, frozenset({Grant(Role.MEDIATOR, Scope.PERSON, kept.id)}))) == [
        kept.id,
        merged.id,
        twin.id,
    ]


# --- two people ------------------------------------------------------------------------------------------------------


def test_twins_stay_two_until_somebody_reopens_the_pair(four):
    a, b, *_ = four
    with transaction():
        first = services.say_two_people(b.id, a.id, at=clock.now(), said_by=None)
        assert services.say_two_people(a.id, b.id, at=clock.now(), said_by=None).id == first.id
    with pytest.raises(DomainError, match="two people"):
        link(a, b)
    for _ in range(2):
        with transaction():
            services.reopen_pair(a.id, b.id, at=clock.now(), reopened_by=None)
    link(a, b)
    with pytest.raises(DomainError, match="Separate them first"), transaction():
        services.say_two_people(a.id, b.id, at=clock.now(), said_by=None)
