"""The plan of the demo: the same for the same seed, and on any day a service with everything in it."""

from collections import Counter
from datetime import date, timedelta

import pytest

from accreditation.core.calendar import anniversary
from accreditation.desk.demo.names import Mailboxes, Name, names
from accreditation.desk.demo.plan.parts import PARTS
from accreditation.desk.demo.plan.people import AWARD_MONTHS, CTC_MONTHS, SCHEME
from accreditation.desk.demo.plan.service import MEDIATOR_ADDRESS, make_plan
from accreditation.standing.queries.presets import preset
from accreditation.standing.rules.engine import evaluate
from accreditation.standing.rules.verdict import Verdict
from vetting.rules.levels import HOLDER_KINDS, usual_periods

DAYS = (date(2027, 2, 2), date(2028, 2, 29), date(2026, 8, 31), date(2027, 1, 1), date(2026, 12, 27))


def plan(on=date(2027, 2, 2), *, seed=1, mediators=140):
    return make_plan(seed=seed, mediators=mediators, on=on, scheme=preset(SCHEME))


@pytest.mark.parametrize("on", DAYS)
def test_every_part_is_played_whatever_the_day(on):
    people = plan(on).mediators
    parts = Counter(person.part for person in people)
    assert {part.name for part in PARTS} <= set(parts)
    assert parts["steady"] > len(people) / 2


@pytest.mark.parametrize("on", DAYS)
def test_most_of_them_may_work_and_every_verdict_is_there(on):
    people = plan(on).mediators
    verdicts = Counter(person.result.period_on(on).verdict for person in people)
    assert set(verdicts) == set(Verdict)
    assert verdicts[Verdict.DEPLOYABLE] > 0.7 * len(people)


@pytest.mark.parametrize("days", [30, 60, 90])
def test_several_requirements_end_within_thirty_sixty_and_ninety_days(days):
    on = date(2027, 2, 2)
    ending = {
        period.limiting
        for person in plan(on).mediators
        if (period := person.result.period_on(on)).limiting_end and days - 30 < (period.limiting_end - on).days <= days
    }
    assert {"award", "ctc", "refresher"} <= ending
    assert ending & {"cpd", "supervision", "practice"}


def test_the_engine_was_asked_about_what_the_plan_says_in_the_end():
    for person in plan().mediators:
        assert person.result == evaluate(preset(SCHEME), person.facts())


def test_the_same_seed_and_day_make_the_same_service():
    assert plan(seed=7) == plan(seed=7)
    assert plan(seed=7) != plan(seed=8)


def test_nothing_that_happened_lies_in_the_future():
    on = date(2027, 2, 2)
    for person in plan(on).mediators:
        happened = [person.passed_on, *person.refreshers, *person.missed, *(entry.on for entry in person.entries)]
        happened += [clearance.granted_on for clearance in person.clearances]
        happened += [day for _, day in person.asked.steps] if person.asked else []
        assert max(happened) <= on, person.part


@pytest.mark.parametrize("on", DAYS)
def test_what_has_an_end_ends_after_it_began(on):
    for person in plan(on, seed=5, mediators=900).mediators:
        for fact in person.facts():
            assert fact.ends_on is None or fact.ends_on > fact.starts_on, (person.part, fact)


def test_everybody_has_an_address_of_their_own_at_a_place_that_does_not_exist():
    service = plan()
    addresses = [person.email for person in service.everybody]
    addresses += [applicant.person.email for applicant in service.applicants]
    assert len(set(addresses)) == len(addresses)
    assert MEDIATOR_ADDRESS in addresses
    assert all(address.isascii() for address in addresses)
    assert {address.partition("@")[2] for address in addresses} == {"example.police.uk", "northgate.example.org"}


def test_the_mediator_who_signs_in_has_something_to_do_within_two_months():
    on = date(2027, 2, 2)
    person = next(person for person in plan(on).mediators if person.email == MEDIATOR_ADDRESS)
    period = person.result.period_on(on)
    assert period.limiting == "refresher"
    assert timedelta(20) <= period.limiting_end - on <= timedelta(60)


def test_three_years_of_cohorts_and_each_at_its_step():
    service = plan()
    states = Counter(cohort.state for cohort in service.cohorts)
    assert set(states) == {"closed", "assessment", "moderation", "in_training", "open", "planned", "cancelled"}
    closed = [cohort.assessment_on for cohort in service.cohorts if cohort.state == "closed"]
    assert max(closed) - min(closed) > timedelta(3 * 365)
    assert len({cohort.title for cohort in service.cohorts}) == len(service.cohorts)
    assert all(len(cohort.candidates) + cohort.places_for <= 12 for cohort in service.cohorts)


@pytest.mark.parametrize("mediators", [1, 2, 7, 12, 25])
def test_a_small_service_can_be_made_too(mediators):
    assert len(plan(mediators=mediators).mediators) == mediators


def test_figures_that_the_plan_repeats_are_those_of_the_scheme_and_of_the_clearance():
    assert preset(SCHEME).validity_months == AWARD_MONTHS
    assert {kind: usual_periods()["CTC", kind].months for kind in HOLDER_KINDS} == CTC_MONTHS
    assert anniversary(date(2024, 2, 29), AWARD_MONTHS) == date(2027, 3, 1)


def test_namesakes_get_addresses_of_their_own():
    mailboxes = Mailboxes()
    found = [
        mailboxes.address(name) for name in (Name("Órla", "O'Brien"), Name("Orla", "O’Brien"), Name("Łukasz", "Żuk"))
    ]
    assert found == ["orla.obrien@example.police.uk", "orla.obrien2@example.police.uk", "lukasz.zuk@example.police.uk"]


def test_names_are_many_and_of_many_kinds():
    from random import Random

    some = [str(name) for _, name in zip(range(400), names(Random(3)), strict=False)]
    assert len(set(some)) > 390
    assert any("'" in name for name in some)
    assert any(not name.isascii() for name in some)
    assert max(map(len, some)) > 40
    assert min(map(len, some)) <= 5
