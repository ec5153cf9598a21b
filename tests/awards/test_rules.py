from datetime import date, timedelta

import pytest

from accreditation.awards.rules.dates import award_dates, awards_held, reasons_to_refuse
from accreditation.core.calendar import FOREVER, Span
from accreditation.standing.queries import preset
from accreditation.standing.rules.evidence import Fact
from accreditation.standing.rules.verdict import Verdict

SCHEME = preset("INHOUSE-WPM")  # 36 months, a window of 90 days, 30 days of grace
FIRST = Span(date(2024, 3, 1), date(2027, 3, 1))


@pytest.mark.parametrize(
    ("on", "span", "kind"),
    [
        (date(2026, 11, 30), Span(date(2026, 11, 30), date(2029, 11, 30)), "early"),  # 91 days before the end
        (date(2026, 12, 1), Span(date(2027, 3, 1), date(2030, 3, 1)), "renewal"),  # the window's first day
        (date(2027, 2, 28), Span(date(2027, 3, 1), date(2030, 3, 1)), "renewal"),
        (date(2027, 3, 1), Span(date(2027, 3, 1), date(2030, 3, 1)), "late"),
        (date(2027, 3, 30), Span(date(2027, 3, 30), date(2030, 3, 30)), "late"),
        (date(2027, 3, 31), Span(date(2027, 3, 31), date(2030, 3, 31)), "return"),
    ],
)
def test_a_renewal_counts_to_the_day(on, span, kind):
    dates = award_dates(SCHEME, on, [FIRST])
    assert (dates.span, dates.kind, dates.previous) == (span, kind, FIRST)


@pytest.mark.parametrize(
    ("on", "taken_until", "kind"),
    [
        (date(2027, 3, 1), None, "late"),
        (date(2027, 3, 1), date(2027, 3, 1), "return"),  # withdrawn to its last day: no days of grace
        (date(2027, 3, 1), date(2027, 2, 1), "late"),  # reinstated before its end
        (date(2027, 3, 30), date(2027, 3, 1), "return"),
    ],
)
def test_whose_award_was_taken_away_to_its_end_returns_to_practice(on, taken_until, kind):
    withdrawn = [Span(date(2026, 6, 1), taken_until)] if taken_until else []
    assert award_dates(SCHEME, on, [FIRST], withdrawn).kind == kind


def test_a_first_award_counts_from_its_day():
    dates = award_dates(SCHEME, date(2024, 2, 29), [])
    assert (dates.span, dates.kind, dates.previous) == (Span(date(2024, 2, 29), date(2027, 3, 1)), "first", None)


def test_the_anniversary_is_counted_from_the_first_award_of_the_run():
    first = Span(date(2024, 2, 29), date(2027, 3, 1))
    second = Span(date(2027, 3, 1), date(2030, 3, 1))
    third = Span(date(2030, 3, 1), date(2033, 3, 1))
    fourth = award_dates(SCHEME, date(2033, 2, 1), [first, second, third]).span
    assert fourth == Span(date(2033, 3, 1), date(2036, 2, 29))  # 29 February is not lost


def test_what_would_not_last_longer_is_refused():
    renewed = [FIRST, Span(date(2027, 3, 1), date(2030, 3, 1))]
    dates = award_dates(SCHEME, date(2027, 2, 2), renewed)
    assert "already" in reasons_to_refuse(SCHEME, dates, Verdict.DEPLOYABLE, ())[0]
    open_ended = award_dates(SCHEME, date(2027, 2, 2), [Span(date(2024, 3, 1))])
    assert reasons_to_refuse(SCHEME, open_ended, Verdict.DEPLOYABLE, ())


@pytest.mark.parametrize(
    ("verdict", "failing", "refused"),
    [
        (Verdict.DEPLOYABLE, (), 0),
        (Verdict.CO_MEDIATION_ONLY, ("comediation",), 0),
        (Verdict.LAPSED, ("trained", "comediation", "ctc"), 2),
        (Verdict.SUSPENDED, (), 1),
        (Verdict.LEFT, ("ctc",), 2),
        (Verdict.WITHDRAWN, (), 1),
        (Verdict.ON_LEAVE, (), 1),
    ],
)
def test_every_reason_is_given(verdict, failing, refused):
    dates = award_dates(SCHEME, date(2027, 2, 2), [])
    assert len(reasons_to_refuse(SCHEME, dates, verdict, failing)) == refused


def test_only_awards_of_the_scheme_are_counted():
    facts = [
        Fact("award", "OTHER", FIRST.starts_on),
        Fact("training", "INHOUSE-WPM", FIRST.starts_on),
        Fact("award", "INHOUSE-WPM", FIRST.starts_on + timedelta(1)),
    ]
    assert awards_held(facts, "INHOUSE-WPM") == [Span(FIRST.starts_on + timedelta(1), FOREVER)]
