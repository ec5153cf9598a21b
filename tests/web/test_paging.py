"""Pages by key: nobody is shown twice or left out, whatever the names and whichever way one goes."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from accreditation.people.models import Person
from accreditation.web.paging import By, DamagedPlace, Part, make_token, page_of, page_of_parts, read_token
from tests import factories

ORDER = [By(Person.sort_name, str), By(Person.id, int)]


def by_name(person):
    return (person[0].sort_name, person[0].id)


@pytest.fixture
def everyone(app):
    """Eleven people, six of one name."""
    names = ["Ada Okafor"] * 6 + ["Zoë Żak", "Sean O’Brien", "Ada Adeyemi", "Wei Li", "Tom Jones"]
    people = [factories.person(name=name) for name in names]
    return [person.id for person in sorted(people, key=lambda person: (person.sort_name, person.id))]


def page(place=None, *, size=3, order=ORDER):
    return page_of(select(Person), order, place=place, key=by_name, size=size)


def ids(found):
    return [row[0].id for row in found.rows]


@pytest.mark.parametrize("size", [1, 3, 4, 11, 50])
def test_pages_follow_each_other_without_a_gap(everyone, size):
    seen, place = [], None
    while True:
        found = page(place, size=size)
        seen += ids(found)
        if found.next_token is None:
            break
        place = found.next_token
    assert seen == everyone


def test_the_previous_page_is_the_one_before(everyone):
    first = page()
    second = page(first.next_token)
    third = page(second.next_token)
    assert ids(page(third.previous_token)) == ids(second)
    back = page(second.previous_token)
    assert ids(back) == ids(first)
    assert back.previous_token is None
    assert ids(page(back.next_token)) == ids(second)


def test_the_last_page_ends(everyone):
    last = page(make_token(("okafor, ada", everyone[-2])))
    assert last.next_token is None
    assert last.previous_token is not None


def test_descending_is_the_other_way_round(everyone):
    down = [By(Person.sort_name, str, descending=True), By(Person.id, int, descending=True)]
    first = page(order=down)
    assert ids(first) + ids(page(first.next_token, order=down)) == everyone[::-1][:6]


def test_mixed_directions_lose_nobody(everyone):
    mixed = [By(Person.sort_name, str, descending=True), By(Person.id, int)]
    seen, place = [], None
    while True:
        found = page(place, order=mixed)
        seen += ids(found)
        if not (place := found.next_token):
            break
    assert sorted(seen) == sorted(everyone)
    assert len(seen) == len(everyone)


@pytest.mark.parametrize("moment", ["2027-02-02T10:00:00", "0001-01-01T00:00:00+23:59", "2027-13-02T10:00:00+00:00", 5])
def test_a_moment_that_is_none_is_a_damaged_place(moment):
    with pytest.raises(DamagedPlace):
        read_token(make_token((moment, 1)), [[By(Person.id, datetime), By(Person.id, int)]])


def test_a_moment_comes_back_as_it_was():
    moment = datetime(2027, 7, 2, 10, 0, 0, 123456, tzinfo=UTC)
    _, _, values = read_token(make_token((moment, 1)), [[By(Person.id, datetime), By(Person.id, int)]])
    assert values == (moment, 1)


def test_a_list_in_parts_goes_on_in_the_next_part_and_back(everyone):
    half = everyone[:5]
    parts = [
        Part(select(Person).where(Person.id.in_(half)), ORDER, by_name),
        Part(select(Person).where(Person.id.not_in(half)), [By(Person.id, int)], lambda row: (row[0].id,)),
    ]
    rest = sorted(set(everyone) - set(half))
    seen, place, places = [], None, [None]
    while True:
        found = page_of_parts(parts, place=place, size=3)
        seen.append(ids(found))
        if not (place := found.next_token):
            break
        places.append(place)
    assert [number for chunk in seen for number in chunk] == half + rest
    last = page_of_parts(parts, place=places[-1], size=3)
    for expected in reversed(seen[:-1]):
        last = page_of_parts(parts, place=last.previous_token, size=3)
        assert ids(last) == expected
    assert last.previous_token is None


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "!!!",
        make_token(("okafor",)),
        make_token((1, 1)),
        make_token(("a", "b")),
        make_token(("a", 1), part=1),
        make_token(("a", True)),
        make_token(("a\0", 1)),
        make_token(("a", 2**70)),
        "W10",
        "e30",
        "a" * 5000,
    ],
)
def test_a_damaged_place_is_refused_in_words(token):
    with pytest.raises(DamagedPlace) as refusal:
        read_token(token, [ORDER])
    assert "first page" in refusal.value.reasons[0]
