"""Filters and sorts that live in the address."""

from accreditation.web.filters import Filter, read_filters
from accreditation.web.tables import Sort

OFFERED = [
    Filter("q", lambda words: f"“{words}”"),
    Filter("unit", lambda unit: f"Unit: {unit}", [("1", "Croydon"), ("2", "Lambeth")]),
]


def filters(**arguments):
    return read_filters(arguments, OFFERED, path="/mediators")


def test_each_filter_is_a_chip_that_can_be_taken_away():
    asked = filters(q="ada", unit="2", sort="-ends")
    assert [(chip.label, chip.remove_url) for chip in asked.chips] == [
        ("“ada”", "/mediators?sort=-ends&unit=2"),
        ("Unit: 2", "/mediators?sort=-ends&q=ada"),
    ]
    assert asked.clear_url == "/mediators?sort=-ends"


def test_what_is_not_offered_is_left_out():
    assert filters(unit="3", other="x", q="  ").values == {}


def test_text_is_tidied_and_cut():
    assert filters(q="  ada\0  okafor ").get("q") == "ada okafor"
    assert len(filters(q="a" * 5000).get("q")) == 100


def test_an_address_keeps_the_filters_and_changes_the_sort():
    assert filters(q="o'brien & co", unit="1").url(sort="unit") == "/mediators?q=o%27brien+%26+co&unit=1&sort=unit"


def test_a_header_leads_to_the_other_direction():
    sort = Sort.asked("ends", {"name": 1, "ends": 1}, "name", lambda value: f"?sort={value}")
    assert (sort.direction("ends"), sort.url("ends")) == ("ascending", "?sort=-ends")
    assert (sort.direction("name"), sort.url("name")) == ("none", "?sort=name")
    turned = Sort.asked("-ends", {"name": 1, "ends": 1}, "name", lambda value: f"?sort={value}")
    assert (turned.direction("ends"), turned.url("ends")) == ("descending", "?sort=ends")


def test_an_unknown_sort_is_the_default():
    assert Sort.asked("clearance", {"name": 1}, "name", str).value == "name"
