"""Records of somebody who is recorded as leaving stay as they are until that is settled."""

from datetime import date, datetime

import pytest

from accreditation.core.calendar import LONDON
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Role, Scope
from accreditation.desk.leaving.services import cancel_departure, record_departure, record_return
from accreditation.desk.merging.services import merge_people, separate_people
from accreditation.people.rules import Grant
from tests import factories

MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
TODAY = factories.TODAY  # 2 February 2027
AT = datetime(2027, 2, 2, 10, tzinfo=LONDON)


@pytest.fixture
def pair(app, today):
    return factories.accredited_mediator(name="Jane Jones"), factories.mediator(name="Jane Smith")


def leave(person, last_on: date = TODAY):
    with transaction():
        return record_departure(
            person.id, last_on=last_on, form_key=f"leave-{person.id}", on=TODAY, at=AT, recorded_by=None
        )


def merge(pair):
    with transaction():
        return merge_people(pair[0].id, pair[1].id, at=AT, on=TODAY, merged_by=None, reason="Asked her")


def separate(merge_id: int):
    with transaction():
        return separate_people(merge_id, at=AT, on=TODAY, unmerged_by=None, reason="Two people after all")


@pytest.mark.parametrize("which", [0, 1], ids=["kept", "merged"])
def test_a_leaving_of_either_is_settled_before_they_are_merged(pair, which):
    departure = leave(pair[which])
    with pytest.raises(DomainError, match=f"{pair[which].reference} is recorded as leaving, with 2 February 2027"):
        merge(pair)
    with transaction():
        cancel_departure(departure.id, reason="By mistake", at=AT, cancelled_by=None)
    assert merge(pair).id


def test_who_is_back_is_merged(pair):
    departure = leave(pair[1], date(2027, 1, 20))
    with transaction():
        record_return(departure.id, back_on=date(2027, 2, 1), reinstate=False, on=TODAY, at=AT, returned_by=None)
    assert merge(pair).id


def test_a_leaving_recorded_after_the_merge_is_settled_before_they_are_separated(pair):
    link = merge(pair)
    departure = leave(pair[0])
    with pytest.raises(DomainError, match="then separate them"):
        separate(link.id)
    with transaction():
        cancel_departure(departure.id, reason="By mistake", at=AT, cancelled_by=None)
    assert separate(link.id).merge_id == link.id


def test_the_page_says_so_before_anything_is_typed(pair, sign_in):
    leave(pair[1])
    page = sign_in(MANAGER).get(f"/people/merge/{pair[0].reference}/{pair[1].reference}").text
    assert "Record the return or take the leaving back, then merge them." in page
    assert 'name="reason"' not in page
