"""The rota on both databases: shifts, swaps, who is on duty, and what a gap is."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from accreditation.core.audit import AuditDetail
from accreditation.core.database import db, transaction
from accreditation.core.errors import Conflict, DomainError, NotAllowed
from accreditation.core.outbox import FACTS, Letter, NoLongerTrue
from accreditation.core.permissions import Role, Scope
from accreditation.core.settings import set_setting
from accreditation.helpline.models import Shift, Swap
from accreditation.helpline.queries import rota as queries
from accreditation.helpline.rules.rota import Pattern
from accreditation.helpline.services import rota
from accreditation.people.models import GrantRow
from accreditation.people.rules import Grant, Viewer
from tests import factories

TODAY, TEN = factories.TODAY, factories.TEN
MANAGER = Viewer(0, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)}))
NINE, ONE, FIVE = time(9), time(13), time(17)
WEEK = timedelta(7)


def add(adviser_id: int, pattern: Pattern, form_key: str = "a-form-that-was-opened", at: datetime = TEN):
    with transaction():
        return rota.add_shifts(adviser_id, pattern, on=TODAY, at=at, form_key=form_key, made_by=adviser_id)


def on_the_rota() -> list[tuple[int, datetime]]:
    rows = select(Shift).where(Shift.cancelled_at.is_(None)).order_by(Shift.starts_at, Shift.id)
    return [(shift.adviser_id, shift.starts_at) for shift in db.session.scalars(rows)]


def opened(**changes: str) -> None:
    with transaction():
        for name, value in {"helpline_opens": "09:00", "helpline_closes": "17:00", **changes}.items():
            set_setting(name, value)


def test_a_weekly_pattern_is_entered_once_and_keeps_the_clock_of_london(app):
    ada = factories.adviser()
    pattern = Pattern(date(2027, 3, 15), NINE, ONE, date(2027, 4, 5), frozenset({0}), without_holidays=True)
    added = add(ada.id, pattern)
    assert [shift.starts_at.hour for shift in added.shifts] == [9, 9, 8]  # in UTC, the last in summer time
    assert added.left_out == [date(2027, 3, 29)]
    again = add(ada.id, pattern)
    assert [shift.id for shift in again.shifts] == [shift.id for shift in added.shifts]
    assert len(on_the_rota()) == 3


def test_nobody_answers_twice_at_once_and_nothing_of_a_refused_pattern_is_entered(app):
    ada = factories.adviser()
    factories.shift(ada.id, on=TODAY + WEEK, starts=time(12), ends=time(14))
    with pytest.raises(DomainError, match="They answer on 9 February 2027 already, from 12:00pm to 2:00pm"):
        add(ada.id, Pattern(TODAY, time(11), ONE, TODAY + 2 * WEEK, frozenset({1})))
    assert len(on_the_rota()) == 1
    assert len(add(ada.id, Pattern(TODAY + WEEK, time(14), FIVE)).shifts) == 1  # touching is no overlap


def test_only_an_adviser_is_put_on_the_rota(app):
    with pytest.raises(DomainError, match="no adviser"):
        add(factories.person().id, Pattern(TODAY, NINE, FIVE))


def test_what_is_over_is_not_entered_today(app):
    ada = factories.adviser()
    with pytest.raises(DomainError, match="over already"):
        add(ada.id, Pattern(TODAY, time(8), time(10)))
    assert add(ada.id, Pattern(TODAY, time(8), time(10, 1))).shifts


def test_the_database_holds_to_one_shift_at_a_time(app):
    ada = factories.adviser()
    shift = factories.shift(ada.id)
    with pytest.raises(IntegrityError), transaction():
        db.session.add(Shift(adviser_id=ada.id, starts_at=shift.starts_at, ends_at=shift.ends_at, form_key="x" * 20))


@pytest.mark.parametrize(
    ("hour", "minute", "who"),
    [(8, 59, []), (9, 0, ["Ada Okafor"]), (12, 59, ["Ada Okafor"]), (13, 0, ["Ben Lee"]), (17, 0, [])],
)
def test_who_is_on_duty(app, hour, minute, who):
    ada, ben = factories.adviser(name="Ada Okafor"), factories.adviser(name="Ben Lee")
    factories.shift(ada.id, starts=NINE, ends=ONE)
    factories.shift(ben.id, starts=ONE, ends=FIVE)
    at = datetime(2027, 2, 2, hour, minute, tzinfo=UTC)
    assert [one.person.name for one in queries.on_duty(at)] == who


def test_touching_shifts_of_one_adviser_are_one_until(app):
    ada = factories.adviser()
    factories.shift(ada.id, starts=NINE, ends=ONE)
    factories.shift(ada.id, starts=ONE, ends=FIVE)
    assert queries.on_duty(TEN)[0].until == datetime(2027, 2, 2, 17, tzinfo=UTC)


def test_whoever_is_no_adviser_any_more_is_not_on_duty_and_leaves_a_gap(app):
    opened()
    ada = factories.adviser()
    shift = factories.shift(ada.id)
    assert queries.gaps_between(TODAY, TODAY) == []
    with transaction():
        for grant in db.session.scalars(select(GrantRow).where(GrantRow.person_id == ada.id)):
            grant.ends_on = TODAY  # exclusive: not today any more
    assert queries.on_duty(TEN) == []
    assert queries.unanswered([db.session.get_one(Shift, shift.id)]) == {shift.id}
    assert len(queries.gaps_between(TODAY, TODAY)) == 1


def test_gaps_are_within_the_hours_of_the_service_alone(app):
    ada = factories.adviser()
    factories.shift(ada.id, starts=time(10), ends=time(12))
    assert queries.gaps_between(TODAY, TODAY) == []  # no hours are set
    opened()
    found = queries.gaps_between(TODAY, TODAY + timedelta(5))  # Tuesday to Sunday
    assert [(gap.starts_at.day, gap.starts_at.hour, gap.ends_at.hour) for gap in found] == [
        (2, 9, 10), (2, 12, 17), (3, 9, 17), (4, 9, 17), (5, 9, 17),
    ]  # fmt: skip
    assert queries.gaps_between(TODAY, TODAY, after=datetime(2027, 2, 2, 10, 30, tzinfo=UTC)) == [found[1]]


def test_names_are_for_advisers_unless_the_service_wants_them_read(app):
    factories.shift(factories.adviser().id)
    assert not queries.helpline_now(TEN).names
    assert queries.helpline_now(TEN, to_advisers=True).names
    opened(helpline_names="yes")
    assert queries.helpline_now(TEN).names
    night = queries.helpline_now(datetime(2027, 2, 2, 3, tzinfo=UTC))
    assert (night.on_duty, night.next_at, night.until) == ([], datetime(2027, 2, 2, 9, tzinfo=UTC), None)


def test_an_adviser_asks_and_the_other_agrees(app):
    ada, ben = factories.adviser(name="Ada Okafor"), factories.adviser(name="Ben Lee")
    hers = factories.shift(ada.id, on=TODAY + WEEK)
    swap = factories.swap(hers.id, ben.id, ada.id)
    assert factories.swap(hers.id, ben.id, ada.id).id == swap.id  # the same again is one request
    asked = db.session.scalars(select(Letter)).one()
    assert (asked.person_id, FACTS[asked.template](swap.id)["asker"]) == (ben.id, "Ada Okafor")
    for _ in range(2):
        with transaction():
            rota.answer_swap(swap.id, agree=True, at=TEN, answered_by=ben.id)
    assert on_the_rota() == [(ben.id, hers.starts_at)]
    assert db.session.get_one(Shift, hers.id).version == 2
    with pytest.raises(NoLongerTrue):
        FACTS[asked.template](swap.id)
    told = [letter for letter in db.session.scalars(select(Letter)) if letter.person_id == ada.id]
    assert [FACTS[letter.template](swap.id)["agreed"] for letter in told] == [True]
    trail = " ".join(db.session.scalars(select(AuditDetail.text)))
    assert f'"adviser_id": [{ada.id}, {ben.id}]' in trail


def test_a_swap_in_return_changes_both_or_neither(app):
    ada, ben = factories.adviser(), factories.adviser()
    hers, his = factories.shift(ada.id, on=TODAY + WEEK), factories.shift(ben.id, on=TODAY + 2 * WEEK)
    swap = factories.swap(hers.id, ben.id, ada.id, in_return_id=his.id)
    with transaction():
        rota.take_off(his.id, later_too=False, at=TEN, by=ben.id)
    with pytest.raises(Conflict, match="in return"), transaction():
        rota.answer_swap(swap.id, agree=True, at=TEN, answered_by=ben.id)
    assert db.session.get_one(Shift, hers.id).adviser_id == ada.id
    back = factories.shift(ben.id, on=TODAY + 3 * WEEK)
    with transaction():
        rota.take_back_swap(swap.id, at=TEN, by=ada.id)
    second = factories.swap(hers.id, ben.id, ada.id, in_return_id=back.id)
    with transaction():
        rota.answer_swap(second.id, agree=True, at=TEN, answered_by=ben.id)
    assert on_the_rota() == [(ben.id, hers.starts_at), (ada.id, back.starts_at)]


@pytest.mark.parametrize("who", ["asker", "another", "manager"])
def test_nobody_but_the_one_who_was_asked_answers(app, who):
    ada, ben, cyd = factories.adviser(), factories.adviser(), factories.adviser()
    swap = factories.swap(factories.shift(ada.id, on=TODAY + WEEK).id, ben.id, ada.id)
    by = {"asker": ada.id, "another": cyd.id, "manager": factories.person().id}[who]
    with pytest.raises(NotAllowed), transaction():
        rota.answer_swap(swap.id, agree=True, at=TEN, answered_by=by)
    with pytest.raises(NotAllowed), transaction():
        rota.take_back_swap(swap.id, at=TEN, by=ben.id)
    assert db.session.get_one(Swap, swap.id).answer is None


def test_what_cannot_be_asked(app):
    ada, ben = factories.adviser(), factories.adviser()
    hers = factories.shift(ada.id, on=TODAY + WEEK)
    factories.shift(ben.id, on=TODAY + WEEK, starts=time(16), ends=time(18))
    with pytest.raises(DomainError, match="at that time already"):
        factories.swap(hers.id, ben.id, ada.id)
    with pytest.raises(NotAllowed):
        factories.swap(hers.id, ada.id, ben.id)
    for nobody in (factories.person().id, ada.id):
        with pytest.raises(DomainError, match="another adviser"):
            factories.swap(hers.id, nobody, ada.id)
    begun = factories.shift(ada.id, on=TODAY)
    with pytest.raises(DomainError, match="has begun"):
        factories.swap(begun.id, ben.id, ada.id)
    assert db.session.scalars(select(Swap)).all() == []


@pytest.mark.parametrize(("minutes", "agreed"), [(-1, True), (0, False)])
def test_a_request_ends_as_the_shift_begins(app, minutes, agreed):
    ada, ben = factories.adviser(), factories.adviser()
    shift = factories.shift(ada.id, on=TODAY + WEEK)
    swap, at = factories.swap(shift.id, ben.id, ada.id), shift.starts_at + timedelta(minutes=minutes)
    viewer = Viewer(ben.id, frozenset({Grant(Role.HELPLINE_ADVISER, Scope.SERVICE)}))
    assert bool(queries.swaps_open(viewer, at)) == agreed
    assert queries.swap_state(db.session.get_one(Swap, swap.id), at)[0] == ("Waiting" if agreed else "Not answered")
    if agreed:
        with transaction():
            rota.answer_swap(swap.id, agree=True, at=at, answered_by=ben.id)
    else:
        with pytest.raises(Conflict), transaction():
            rota.answer_swap(swap.id, agree=True, at=at, answered_by=ben.id)


def test_a_request_about_a_shift_that_went_in_return_is_moot(app):
    ada, ben, cyd = factories.adviser(), factories.adviser(), factories.adviser()
    hers, his = factories.shift(ada.id, on=TODAY + WEEK), factories.shift(ben.id, on=TODAY + 2 * WEEK)
    moot = factories.swap(his.id, cyd.id, ben.id)
    swap = factories.swap(hers.id, ben.id, ada.id, in_return_id=his.id)
    with transaction():
        rota.answer_swap(swap.id, agree=True, at=TEN, answered_by=ben.id)
    with pytest.raises(Conflict), transaction():
        rota.answer_swap(moot.id, agree=True, at=TEN, answered_by=cyd.id)
    assert factories.swap(his.id, cyd.id, ada.id).id  # and its new adviser can ask anew


def test_off_the_rota_alone_or_with_the_later_ones(app):
    ada = factories.adviser()
    shifts = add(ada.id, Pattern(TODAY + WEEK, NINE, FIVE, TODAY + 4 * WEEK, frozenset({1}))).shifts
    assert queries.count_later(shifts[1]) == 2
    with transaction():
        rota.take_off(shifts[0].id, later_too=False, at=TEN, by=ada.id)
    assert len(on_the_rota()) == 3
    with transaction():
        assert len(rota.take_off(shifts[2].id, later_too=True, at=TEN, by=ada.id)) == 2
    assert on_the_rota() == [(ada.id, shifts[1].starts_at)]
    with transaction():
        assert rota.take_off(shifts[2].id, later_too=True, at=TEN, by=ada.id) == []  # twice is once
    with pytest.raises(DomainError, match="is over"), transaction():
        rota.take_off(shifts[1].id, later_too=False, at=shifts[1].ends_at, by=ada.id)


def test_whoever_leaves_is_off_the_rota_from_then_on(app):
    ada = factories.adviser()
    first, second = factories.shift(ada.id, on=TODAY + WEEK), factories.shift(ada.id, on=TODAY + 2 * WEEK)
    with transaction():
        gone = rota.take_off_leaver([ada.id], from_at=second.starts_at, at=TEN, by=None)
    assert [shift.id for shift in gone] == [second.id]
    assert on_the_rota() == [(ada.id, first.starts_at)]


def test_the_history_stays(app):
    ada, ben = factories.adviser(), factories.adviser()
    shift = factories.shift(ada.id, on=TODAY + WEEK)
    for _ in range(2):
        swap = factories.swap(shift.id, ben.id, ada.id)
        with transaction():
            rota.answer_swap(swap.id, agree=False, at=TEN, answered_by=ben.id)
    page = queries.swaps_page(MANAGER, place=None, address=lambda _: "")
    assert [queries.swap_state(one, TEN)[0] for one in page.rows] == ["Declined", "Declined"]
