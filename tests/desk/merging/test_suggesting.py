"""Which pairs are suggested, for which reasons, and in which order; and who is left in peace."""

from datetime import date

import pytest

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.desk.merging.queries.suggesting import suggested_pairs
from accreditation.desk.merging.rules.suggesting import MOST_ALIKE, Reason, pairs_of, plain_pay_number
from accreditation.people.rules import Grant, Viewer
from accreditation.people.services import rename_person, say_two_people
from accreditation.standing.services import void
from accreditation.web.paging import DamagedPlace
from tests import factories

MANAGER = Viewer(0, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)}))


def found(viewer: Viewer = MANAGER, **asked) -> list[tuple[set[int], list[str]]]:
    db.session.rollback()
    page = suggested_pairs(viewer, **{"reason": None, "dismissed": False, "place": None, **asked})
    return [({row.one.id, row.other.id}, [reason.value for reason in row.pair.reasons]) for row in page.rows]


# --- the rule --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("00 4711", "4711", True), ("ab-12", "AB12", True), ("0471", "4710", False), ("000", "", True)],
)
def test_pay_numbers_are_compared_without_spaces_capitals_and_leading_noughts(one, other, same):
    assert (plain_pay_number(one) == plain_pay_number(other)) is same


def test_the_most_certain_pair_comes_first_and_a_stronger_reason_says_the_weaker_one():
    pairs = pairs_of(
        [
            (Reason.NAME, [1, 2]),
            (Reason.NAME, [3, 4]),
            (Reason.NAME_AND_UNIT, [4, 3]),
            (Reason.PAY_NUMBER, [5, 6]),
            (Reason.SWAPPED_NAME, [3, 4]),
        ]
    )
    assert [(pair.one_id, pair.other_id, list(pair.reasons)) for pair in pairs] == [
        (5, 6, [Reason.PAY_NUMBER]),
        (3, 4, [Reason.NAME_AND_UNIT]),
        (1, 2, [Reason.NAME]),
    ]
    assert [pair.certainty[0].split()[0] for pair in pairs] == ["Almost", "Probably", "Perhaps"]


@pytest.mark.parametrize(("people", "pairs"), [(MOST_ALIKE, 15), (MOST_ALIKE + 1, 0)])
def test_what_too_many_share_is_no_reason(people, pairs):
    assert len(pairs_of([(Reason.EMAIL, range(people))])) == pairs


def test_pay_numbers_that_differ_speak_against_it():
    (pair,) = pairs_of([(Reason.NAME, [1, 2])], {1: frozenset({"1"}), 2: frozenset({"2"})})
    assert (pair.pay_numbers_differ, pair.weight, "Their pay numbers differ" in pair.in_words) == (True, 5, True)
    (pair,) = pairs_of([(Reason.NAME, [1, 2])], {1: frozenset({"1"})})
    assert not pair.pay_numbers_differ


# --- over the register -----------------------------------------------------------------------------------------------


def test_each_reason_is_found(app, today):
    pay = factories.person(pay_number="00 4711"), factories.person(pay_number="4711")
    unit = [factories.person(name="Sam Pale", unit="Croydon") for _ in range(2)]
    swapped = factories.person(name="Ada Okafor"), factories.person(name="Okafor Ada")
    mail = [factories.person(email="both@example.com") for _ in range(2)]
    trained = [factories.person(name=f"{first} Quennell") for first in ("Jo", "Joanna")]
    for who in trained:
        factories.evidence(who.id, "training", date(2026, 3, 2), code="INHOUSE-WPM")
    pairs = {frozenset(ids): reasons for ids, reasons in found()}
    assert pairs == {
        frozenset({pay[0].id, pay[1].id}): ["pay_number"],
        frozenset({unit[0].id, unit[1].id}): ["name_and_unit"],
        frozenset({swapped[0].id, swapped[1].id}): ["swapped_name"],
        frozenset({mail[0].id, mail[1].id}): ["email"],
        frozenset({trained[0].id, trained[1].id}): ["training"],
    }
    assert [reasons for _, reasons in found(reason="email")] == [["email"]]


def test_marriage_a_former_name_is_a_reason(app, today):
    married, forgotten = factories.person(name="Jane Smith"), factories.person(name="JÁNE  Smith")
    with transaction():
        rename_person(married.id, given_name="Jane", family_name="Jones")
    assert found() == [({married.id, forgotten.id}, ["former_name"])]


def test_training_that_was_struck_out_is_no_reason(app, today):
    people = [factories.person(name=f"{first} Quennell") for first in ("Jo", "Joanna")]
    facts = [factories.evidence(who.id, "training", date(2026, 3, 2), code="INHOUSE-WPM") for who in people]
    assert len(found()) == 1
    with transaction():
        void(facts[0].id, reason="Another day", recorded_by=None)
    assert found() == []


def test_two_real_people_who_share_an_address_are_left_in_peace_once_somebody_said_so(app, today):
    one, other = (factories.person(name=name, email="office@example.com") for name in ("Bo Reed", "Cy Vale"))
    assert found() == [({one.id, other.id}, ["email"])]
    with transaction():
        say_two_people(one.id, other.id, at=clock.now(), said_by=None)
    assert found() == []
    assert found(dismissed=True) == [({one.id, other.id}, ["email"])]


def test_a_merged_record_speaks_for_the_person_and_is_not_suggested_itself(app, today):
    kept, merged = factories.person(name="Jane Jones"), factories.person(name="Jane Smith")
    factories.merged(kept.id, merged.id)
    assert found() == []
    third = factories.person(name="Jane Smith")
    assert found() == [({kept.id, third.id}, ["name"])]


def test_somebody_of_one_unit_is_shown_pairs_within_it(app, today):
    here = [factories.person(name="Sam Pale", unit="Croydon") for _ in range(2)]
    factories.person(name="Sam Pale", unit="Lambeth")
    of_croydon = Viewer(0, frozenset({Grant(Role.PRACTICE_MANAGER, Scope.UNIT, here[0].unit_id)}))
    assert len(found()) == 3
    assert found(of_croydon) == [({person.id for person in here}, ["name_and_unit"])]


def test_a_list_in_pages_shows_each_pair_once(app, today):
    for number in range(30):
        for _ in range(2):
            factories.person(name=f"Alike Number{number:02}")
    first = suggested_pairs(MANAGER, reason=None, dismissed=False, place=None)
    second = suggested_pairs(MANAGER, reason=None, dismissed=False, place=first.next_place)
    assert (len(first.rows), len(second.rows), first.total) == (25, 5, 30)
    assert not {row.pair for row in first.rows} & {row.pair for row in second.rows}
    assert (second.next_place, second.previous_place) == (None, "0")
    for damaged in ("-1", "x", "9" * 9, "²"):
        with pytest.raises(DamagedPlace):
            suggested_pairs(MANAGER, reason=None, dismissed=False, place=damaged)
