"""Which version of a scheme judges whom on which day: in tables, and against a model that goes day by day."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from accreditation.core.calendar import FOREVER
from accreditation.standing.queries.presets import preset
from accreditation.standing.rules.engine import evaluate
from accreditation.standing.rules.evidence import Fact
from accreditation.standing.rules.history import History, Version, days_judged
from accreditation.standing.rules.judging import judge
from accreditation.standing.rules.rehearsal import effect_of, first_difference
from accreditation.standing.rules.requirements.rule import Step
from accreditation.standing.rules.scheme import Scheme
from accreditation.standing.rules.verdict import Verdict

CODE = "INHOUSE-WPM"
CHANGED = date(2027, 7, 1)
DAY = timedelta(1)


def refresher_every(months: int, scheme: Scheme | None = None) -> Scheme:
    scheme = scheme or preset(CODE)
    changed = tuple(
        replace(each, rule=replace(each.rule, every=Step(months, None))) if each.code == "refresher" else each
        for each in scheme.requirements
    )
    return replace(scheme, requirements=changed)


def only(scheme: Scheme, *codes: str) -> Scheme:
    return replace(scheme, requirements=tuple(each for each in scheme.requirements if each.code in codes))


SHORT = only(preset(CODE), "trained", "award", "refresher")
OLD, NEW = refresher_every(12, SHORT), refresher_every(6, SHORT)


def history(*later: Version) -> History:
    return History((Version(OLD, 1, date.min), *later), CODE)


def award(starts_on: date, ends_on: date | None = None) -> Fact:
    return Fact("award", CODE, starts_on, ends_on)


def version_on(found: History, facts: list[Fact], on: date) -> int:
    return next(version.number for days, version in days_judged(found, facts) if on in days)


@pytest.mark.parametrize(
    ("applies_to", "facts", "on", "number"),
    [
        ("everyone", [award(date(2026, 1, 1))], CHANGED - DAY, 1),
        ("everyone", [award(date(2026, 1, 1))], CHANGED, 2),
        ("everyone", [], CHANGED, 2),
        ("new_awards", [], CHANGED - DAY, 1),
        ("new_awards", [], CHANGED, 2),
        # an award that began the day before keeps the old rules until it ends, one of that day does not
        ("new_awards", [award(CHANGED - DAY, date(2030, 6, 30))], CHANGED, 1),
        ("new_awards", [award(CHANGED - DAY, date(2030, 6, 30))], date(2030, 6, 29), 1),
        ("new_awards", [award(CHANGED - DAY, date(2030, 6, 30))], date(2030, 6, 30), 2),
        ("new_awards", [award(CHANGED, date(2030, 7, 1))], CHANGED, 2),
        # renewed where the old one ends, or before: the new award brings the new rules
        ("new_awards", [award(date(2025, 1, 1), date(2028, 1, 1)), award(date(2028, 1, 1))], date(2027, 12, 31), 1),
        ("new_awards", [award(date(2025, 1, 1), date(2028, 1, 1)), award(date(2028, 1, 1))], date(2028, 1, 1), 2),
        ("new_awards", [award(date(2025, 1, 1), date(2028, 1, 1)), award(date(2027, 9, 1))], date(2027, 9, 1), 2),
        # another scheme's award, or one meant for another scheme, keeps nothing
        ("new_awards", [Fact("award", "MPS-L1-HT", date(2026, 1, 1))], CHANGED, 2),
        ("new_awards", [Fact("award", CODE, date(2026, 1, 1), scheme="MPS-L1-HT")], CHANGED, 2),
    ],
)
def test_a_version_judges_from_its_day_on_whom_it_is_meant_for(applies_to, facts, on, number):
    assert version_on(history(Version(NEW, 2, CHANGED, applies_to)), facts, on) == number


@pytest.mark.parametrize(("on", "number"), [(CHANGED, 2), (date(2027, 8, 31), 2), (date(2027, 9, 1), 1)])
def test_a_retired_version_gives_back_to_the_one_before(on, number):
    assert version_on(history(Version(NEW, 2, CHANGED, "everyone", date(2027, 9, 1))), [], on) == number


def test_a_version_retired_before_it_began_judges_nobody():
    assert [
        version.number for _, version in days_judged(history(Version(NEW, 2, CHANGED, "everyone", CHANGED)), [])
    ] == [1]


FACTS = [Fact("training", CODE, date(2027, 2, 2)), award(date(2027, 2, 2), date(2030, 2, 2))]


@pytest.mark.parametrize(
    ("version", "last_good_day"),
    [
        (Version(NEW, 2, CHANGED), date(2027, 8, 1)),  # everyone: six months from the training
        (Version(NEW, 2, CHANGED, "new_awards"), date(2028, 2, 1)),  # the award began before: twelve
        (Version(NEW, 2, date(2027, 2, 2), "new_awards"), date(2027, 8, 1)),  # it began on that very day
        (Version(NEW, 2, date(2027, 9, 1)), date(2027, 8, 31)),  # in force until the stricter rule begins
        (Version(NEW, 2, CHANGED, "everyone", CHANGED), date(2028, 2, 1)),
    ],
)
def test_the_last_good_day_moves_as_the_rules_say(version, last_good_day):
    period = judge(history(version), FACTS).period_on(date(2027, 3, 1))
    assert (period.verdict, period.valid_through, period.limiting) == ("deployable", last_good_day, "refresher")


def test_what_a_new_version_asks_for_besides_fails_from_its_day_and_not_before():
    with_clearance = only(preset(CODE), "trained", "award", "refresher", "ctc")
    found = judge(history(Version(with_clearance, 2, CHANGED)), FACTS)
    before, after = found.period_on(CHANGED - DAY), found.period_on(CHANGED)
    assert (before.verdict, before.failing, before.limiting, before.limiting_end) == ("deployable", (), "ctc", CHANGED)
    assert (after.verdict, after.failing) == ("lapsed", ("ctc",))
    assert [span.ends_on for span in found.requirements["ctc"]] == [CHANGED]


def test_what_a_new_version_no_longer_asks_for_ends_nothing():
    lean = only(preset(CODE), "trained", "award")
    found = judge(history(Version(lean, 2, CHANGED)), FACTS)
    assert found.period_on(date(2027, 3, 1)).valid_through == date(2030, 2, 1)
    assert found.requirements["refresher"][-1].ends_on == FOREVER


def test_one_version_is_what_the_engine_says():
    assert judge(History.of(OLD), FACTS) == evaluate(OLD, FACTS)


def random_facts(rng: random.Random) -> list[Fact]:
    first = date(2026, 1, 1)

    def some_day(within: int = 900) -> date:
        return first + timedelta(rng.randrange(within))

    facts = [Fact("training", CODE, some_day(400))]
    for _ in range(rng.randrange(4)):
        starts_on = some_day()
        facts.append(award(starts_on, starts_on + timedelta(rng.randrange(1, 700)) if rng.random() < 0.8 else None))
    facts += [Fact("refresher", "SKILLS", some_day()) for _ in range(rng.randrange(3))]
    if rng.random() < 0.4:
        starts_on = some_day()
        facts.append(
            Fact(rng.choice(["leave", "suspension"]), None, starts_on, starts_on + timedelta(rng.randrange(1, 200)))
        )
    return facts


def random_history(rng: random.Random) -> History:
    found, day = [Version(rng.choice([OLD, NEW]), 1, date.min)], date(2026, 3, 1)
    for number in range(2, 2 + rng.randrange(4)):
        day += timedelta(rng.randrange(0, 300))
        scheme = rng.choice([OLD, NEW, refresher_every(24, SHORT), only(SHORT, "trained", "award")])
        until = day + timedelta(rng.randrange(0, 400)) if rng.random() < 0.3 else FOREVER
        found.append(Version(scheme, number, day, rng.choice(["everyone", "new_awards"]), until))
    return History(tuple(found), CODE)


def slow_version(found: History, facts: list[Fact], on: date) -> Version:
    """From the newest to the oldest: the first that is meant for the day and for this person."""
    held = [fact for fact in facts if fact.kind == "award" and on in fact.span]
    began = max((fact.starts_on for fact in held), default=None)
    for version in reversed(found.versions[1:]):
        if not version.effective_from <= on < version.effective_until:
            continue
        if version.applies_to == "everyone" or began is None or began >= version.effective_from:
            return version
    return found.versions[0]


@pytest.mark.parametrize("seed", range(60))
def test_every_day_is_judged_as_the_version_of_that_day_alone_would(seed):
    rng = random.Random(seed)
    facts, found = random_facts(rng), random_history(rng)
    result = judge(found, facts)
    alone = {version.number: evaluate(version.scheme, facts) for version in found.versions}
    first = min(fact.starts_on for fact in facts)
    days = [first + timedelta(n) for n in range(1500)]
    verdicts = []
    for day in days:
        version = slow_version(found, facts, day)
        expected, said = alone[version.number].period_on(day), result.period_on(day)
        assert (said.verdict, said.failing) == (expected.verdict, expected.failing), day
        verdicts.append(expected)
    for day, period in zip(days, verdicts, strict=True):
        if period.verdict is Verdict.DEPLOYABLE:
            rest = verdicts[(day - first).days :]
            end = next(
                (day + timedelta(n) for n, later in enumerate(rest) if later.verdict is not Verdict.DEPLOYABLE), None
            )
            if end:
                assert result.period_on(day).limiting_end == end, day


@pytest.mark.parametrize("seed", range(40))
def test_an_effect_is_the_first_day_on_which_two_histories_disagree(seed):
    rng = random.Random(seed)
    facts, found = random_facts(rng), random_history(rng)
    changed = found.versions[-1].effective_from
    without = History(found.versions[:-1] or found.versions, CODE)
    if len(found.versions) == 1:
        changed = date(2026, 6, 1)
    before, after = judge(without, facts), judge(found, facts)
    days = [changed + timedelta(n) for n in range(1500)]
    said = [(a, b) for a, b in ((before.period_on(day), after.period_on(day)) for day in days)]
    differing = [
        day
        for day, (a, b) in zip(days, said, strict=True)
        if a and b and (a.verdict, a.failing) != (b.verdict, b.failing)
    ]
    assert first_difference(before, after, changed) == (differing[0] if differing else None)
    effect = effect_of(before, after, changed)
    assert (effect is None) == (not differing)
    old, new = said[0]
    if effect and old and new:
        assert (effect.change == "loses") == (old.verdict == "deployable" != new.verdict)
        assert (effect.change == "gains") == (new.verdict == "deployable" != old.verdict)
        if effect.change in ("earlier", "later"):
            assert ((new.limiting_end or FOREVER) < (old.limiting_end or FOREVER)) == (effect.change == "earlier")
