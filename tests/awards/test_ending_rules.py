from datetime import date

import pytest

from accreditation.awards.rules.ending import (
    ANOTHER_MANAGER,
    OWN_PROPOSAL,
    OWN_RECORD,
    REASONS,
    Asked,
    Held,
    reasons_against,
    reasons_not_to_confirm,
    seconders,
    withdrawn_days,
    withdrawn_until,
)
from accreditation.core.calendar import FOREVER, Span

TERM = Span(date(2026, 3, 1), date(2029, 3, 1))
HELD = Held("WPM-2026-0001", TERM)
WITHDRAWN = Held("WPM-2026-0001", TERM, withdrawn_on=date(2027, 2, 2))
BACK = Held("WPM-2026-0001", TERM, withdrawn_on=date(2027, 2, 2), reinstated_on=date(2027, 6, 1))
VOIDED = Held("WPM-2026-0001", TERM, is_voided=True, withdrawn_on=TERM.starts_on)
RENEWED = Held("WPM-2026-0001", TERM, renewed_by="WPM-2029-0004")


@pytest.mark.parametrize(
    ("held", "act", "on", "words"),
    [
        (HELD, "withdraw", date(2026, 2, 28), "in the term"),  # the day before it begins
        (HELD, "withdraw", date(2026, 3, 1), None),
        (HELD, "withdraw", date(2029, 2, 28), None),  # its last good day
        (HELD, "withdraw", date(2029, 3, 1), "in the term"),
        (WITHDRAWN, "withdraw", date(2027, 3, 1), "withdrawn already"),
        (BACK, "withdraw", date(2027, 5, 31), "reinstated after that day"),
        (BACK, "withdraw", date(2027, 6, 1), None),
        (VOIDED, "withdraw", date(2027, 3, 1), "never held"),
        (HELD, "void", date(2026, 3, 1), None),
        (HELD, "void", date(2026, 3, 2), "from its first day"),
        (WITHDRAWN, "void", date(2026, 3, 1), None),
        (VOIDED, "void", date(2026, 3, 1), "never held"),
        (RENEWED, "void", date(2026, 3, 1), "WPM-2029-0004 renews"),
        (HELD, "reinstate", date(2027, 6, 1), "is not withdrawn"),
        (WITHDRAWN, "reinstate", date(2027, 2, 1), "not withdrawn on that day yet"),
        (WITHDRAWN, "reinstate", date(2027, 2, 2), None),  # as if it had never been withdrawn
        (WITHDRAWN, "reinstate", date(2029, 2, 28), None),
        (WITHDRAWN, "reinstate", date(2029, 3, 1), "return to practice"),
        (BACK, "reinstate", date(2027, 6, 2), "is not withdrawn"),
        (VOIDED, "reinstate", date(2027, 6, 2), "never held"),
    ],
)
def test_what_can_be_done_to_an_award_counts_to_the_day(held, act, on, words):
    found = reasons_against(held, Asked(act, on, next(iter(REASONS[act])), "Why"))
    assert [words in reason for reason in found] == ([True] if words else [])


def test_every_act_needs_a_reason_of_its_own_kind_and_words():
    assert len(reasons_against(HELD, Asked("withdraw", date(2027, 1, 1), "result", " "))) == 2
    assert len(reasons_against(HELD, Asked("void", TERM.starts_on, "result", "Why"))) == 0


def test_a_withdrawal_lasts_to_the_end_of_the_last_award_that_goes():
    later = Held("WPM-2029-0001", Span(date(2029, 3, 1), date(2032, 3, 1)))
    assert withdrawn_days([HELD, later], date(2027, 2, 2)) == Span(date(2027, 2, 2), date(2032, 3, 1))


@pytest.mark.parametrize(
    ("terms", "ends_on"),
    [
        ([], date(2027, 2, 2)),  # of nothing
        ([Span(date(2020, 1, 1), date(2027, 2, 2))], date(2027, 2, 2)),  # over by then
        ([Span(date(2024, 3, 1), date(2027, 3, 1))], date(2027, 3, 1)),
        ([Span(date(2024, 3, 1), date(2027, 3, 1)), Span(date(2027, 3, 1), FOREVER)], date(2030, 3, 1)),
    ],
)
def test_a_withdrawal_shrinks_to_what_is_left_for_it_to_take_away(terms, ends_on):
    assert withdrawn_until(Span(date(2027, 2, 2), date(2030, 3, 1)), terms) == ends_on


MANAGERS, ADMINISTRATORS = {1, 2}, {8, 9}


@pytest.mark.parametrize(
    ("by", "managers", "reasons"),
    [
        (2, MANAGERS, []),
        (1, MANAGERS, [OWN_PROPOSAL]),
        (5, MANAGERS | {5}, [OWN_RECORD]),  # a manager whose own accreditation it is
        (8, MANAGERS, [ANOTHER_MANAGER]),  # there is another manager
        (8, {1}, []),  # a service with one manager
        (8, {1, 5}, []),  # the other one is the person concerned
        (1, {1}, [OWN_PROPOSAL]),
        (7, {1}, [ANOTHER_MANAGER]),  # neither manages nor administers
    ],
)
def test_who_may_be_the_second_person(by, managers, reasons):
    found = reasons_not_to_confirm(by, proposed_by=1, concerned=5, managers=managers, administrators=ADMINISTRATORS)
    assert found == reasons


def test_an_administrator_who_proposed_cannot_confirm_even_alone():
    assert reasons_not_to_confirm(8, proposed_by=8, concerned=5, managers=set(), administrators={8}) == [OWN_PROPOSAL]
    assert seconders(1, 5, {1, 2, 5}) == {2}
