"""The presets that ship: readable, complete, and true to the figures they were made from."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from accreditation.core.calendar import FOREVER, Span
from accreditation.standing.queries import preset, preset_codes
from accreditation.standing.queries.presets import preset_text
from accreditation.standing.rules.awards import award_span, is_within_grace
from accreditation.standing.rules.contract.scheme_json import scheme_as_json
from accreditation.standing.rules.contract.schemes import read_scheme
from accreditation.standing.rules.scheme import CERTAINTIES
from accreditation.standing.rules.wording import rule_in_words

SOURCE = json.loads((Path(__file__).parents[1] / "data" / "presets.json").read_text(encoding="utf-8"))
FIGURES = {scheme["code"]: scheme for scheme in SOURCE["schemes"]}


def test_every_scheme_of_the_source_ships():
    assert set(preset_codes()) == set(FIGURES)


@pytest.mark.parametrize("code", sorted(FIGURES))
def test_a_preset_keeps_figures_sources_and_certainties(code):
    scheme, stated = preset(code), FIGURES[code]
    assert (scheme.validity_months, scheme.window_days, scheme.grace_days) == (
        stated["validity_months"],
        stated["renewal_opens_days_before"],
        stated["late_grace_days"],
    )
    assert scheme.certainties["validity_months"] == stated["validity_confidence"]
    kept = {(r.source, r.certainty) for r in scheme.requirements} | {(f.source, f.certainty) for f in scheme.recorded}
    for figure in stated["requirements"]:
        assert (figure["source"], figure["confidence"]) in kept
    assert all(figure.why_not_enforced for figure in scheme.recorded)
    assert all(r.label and r.action and r.who_acts for r in scheme.requirements)
    assert {each.certainty for each in (*scheme.requirements, *scheme.recorded)} <= set(CERTAINTIES)
    assert all(rule_in_words(r, scheme).endswith(".") for r in scheme.requirements)


@pytest.mark.parametrize("code", sorted(FIGURES))
def test_a_preset_is_what_it_prints(code):
    assert read_scheme(json.loads(json.dumps(scheme_as_json(preset(code))))) == preset(code)
    assert json.loads(preset_text(code))["code"] == code


def test_the_main_scheme_has_its_requirements_in_order():
    assert [r.code for r in preset("INHOUSE-WPM").requirements] == [
        "trained",
        "award",
        "ctc",
        "comediation",
        "refresher",
        "practice",
        "supervision",
        "cpd",
    ]
    assert preset("INHOUSE-WPM").find("ctc").lead_days == 63


INHOUSE, OPEN = preset("INHOUSE-WPM"), preset("MPS-L1-HT")
END = date(2027, 3, 1)


@pytest.mark.parametrize(
    ("on", "previous_end", "expected"),
    [
        (date(2024, 2, 29), None, Span(date(2024, 2, 29), date(2027, 3, 1))),
        (END - timedelta(91), END, Span(END - timedelta(91), date(2029, 11, 30))),  # the day before the window
        (END - timedelta(90), END, Span(END, date(2030, 3, 1))),  # its first day
        (END - timedelta(1), END, Span(END, date(2030, 3, 1))),
        (END, END, Span(END, date(2030, 3, 1))),
        (END + timedelta(1), END, Span(date(2027, 3, 2), date(2030, 3, 2))),
    ],
)
def test_an_award_renewed_in_its_window_keeps_the_anniversary(on, previous_end, expected):
    assert award_span(INHOUSE, on, previous_end) == expected


def test_anniversaries_of_awards_are_counted_from_the_first():
    spans = [award_span(INHOUSE, date(2027, 2, 1), END, anchor=date(2024, 2, 29))]
    assert spans == [Span(END, date(2030, 3, 1))]
    yearly = preset("CMC-REG-WP")
    ended = date(2027, 3, 1)
    renewed = award_span(yearly, date(2027, 2, 20), ended, anchor=date(2024, 2, 29))
    assert renewed == Span(ended, date(2028, 2, 29))


def test_a_scheme_without_a_term_awards_for_ever():
    assert award_span(OPEN, date(2026, 5, 1)) == Span(date(2026, 5, 1), FOREVER)


@pytest.mark.parametrize(("late", "within"), [(0, True), (29, True), (30, False)])
def test_days_of_grace(late, within):
    assert is_within_grace(INHOUSE, END + timedelta(late), END) is within
