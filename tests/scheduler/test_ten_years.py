"""Day by day for years, with downtime, leap days and dates that move, against a slow model that knows no SQL."""

from collections import defaultdict
from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import insert, select, update

from accreditation.core.database import db, transaction
from accreditation.core.settings import set_setting
from accreditation.people.models import Person
from accreditation.standing.models import RequirementPeriod, StandingPeriod
from accreditation.standing.queries.schemes import main_scheme
from scheduler.jobs import plan_all
from scheduler.models import Obligation
from scheduler.queries import ends
from scheduler.queries.ends import REACH_DAYS, requirement_subject, subject_of_requirement
from scheduler.rules.ladders import USUAL_LADDERS
from scheduler.services.rules import install_usual_rules

BEGAN, LONG_AGO = date(2027, 1, 4), date(2015, 1, 1)


class Years:
    """The register as far as the planner reads it, and beside it what should have been owed by now."""

    def __init__(self, people: int, seed: int) -> None:
        self.chance = Random(seed)
        self.people = range(1, people + 1)
        self.scheme = main_scheme(BEGAN)
        self.kinds = {one.code: subject_of_requirement(one) for one in self.scheme.requirements}
        self.names = {one.code: requirement_subject(self.scheme, one) for one in self.scheme.requirements}
        self.laddered = [code for code, kind in self.kinds.items() if (kind, "mediator") in USUAL_LADDERS]
        self.award = next(code for code, kind in self.kinds.items() if kind == "award")
        self.ends: dict[tuple[int, str], date] = {}
        self.told: dict[tuple[int, str, date], set[int]] = defaultdict(set)

    def fill(self) -> None:
        for person in self.people:
            for code in self.laddered:
                self.ends[person, code] = BEGAN + timedelta(days=self.chance.randrange(20, 1100))
        named = {"given_name": "Ada", "family_name": "X", "sort_name": "x", "search_text": "x", "version": 1}
        whole = {"starts_on": LONG_AGO, "ends_on": date.max, "since": LONG_AGO, "until": date.max, "failing": ()}
        with transaction():
            install_usual_rules()
            set_setting("reminder_breaker", "1000000")
            run = db.session.execute
            run(insert(Person.__table__), [{"id": n, "reference": f"Y{n}", **named} for n in self.people])
            standing = {"edition": self.scheme.edition, "verdict": "deployable", **whole}
            run(insert(StandingPeriod.__table__), [{"person_id": n, **standing} for n in self.people])
            run(insert(RequirementPeriod.__table__), [self._row(*key, end) for key, end in self.ends.items()])

    def _row(self, person: int, code: str, end: date) -> dict[str, object]:
        span = {"starts_on": LONG_AGO, "ends_on": end, "met": True, "edition": self.scheme.edition}
        return {"person_id": person, "requirement": code, **span}

    def edit(self, day: date) -> None:
        """Renewed for years or for a few days, cut short, moved and moved back."""
        with transaction():
            for _ in range(max(1, len(self.people) // 25)):
                key = self.chance.choice(list(self.people)), self.chance.choice(self.laddered)
                days = self.chance.choice((365, 730, 1095, 30, 3, -3, -40))
                self.ends[key] = max(LONG_AGO + timedelta(days=1), self.ends[key] + timedelta(days=days))
                if self.ends[key] < day and self.chance.random() < 0.5:
                    self.ends[key] = day + timedelta(days=self.chance.randrange(1, 1000))
                moved = update(RequirementPeriod.__table__).where(
                    RequirementPeriod.person_id == key[0],
                    RequirementPeriod.requirement == key[1],
                    RequirementPeriod.edition == self.scheme.edition,
                )
                db.session.connection().execute(moved.values(ends_on=self.ends[key]))

    def owe_slowly(self, day: date) -> None:
        """The model: one person, one requirement, one stage after the other."""
        for (person, code), end in self.ends.items():
            if not day - timedelta(days=REACH_DAYS) < end or day < LONG_AGO:
                continue
            if code != self.award and not self.ends[person, self.award] > day:
                continue
            due = [stage for stage in USUAL_LADDERS[self.kinds[code], "mediator"] if (end - day).days <= stage]
            already = self.told[person, self.names[code], end]
            if due and not any(stage <= min(due) for stage in already):
                already.add(min(due))

    def owed(self) -> dict[tuple[int, str, date], set[int]]:
        found: dict[tuple[int, str, date], set[int]] = defaultdict(set)
        columns = (Obligation.person_id, Obligation.subject, Obligation.basis_date, Obligation.stage)
        for person, subject, basis, stage in db.session.execute(select(*columns).where(Obligation.state == "owed")):
            assert stage not in found[person, subject, basis], "owed twice"
            found[person, subject, basis].add(stage)
        db.session.rollback()
        return found

    def live(self, days: int, *, every: int = 1, downtime: float = 0.01) -> int:
        """So many days, the machine down now and then for up to 400: how many reminders were owed."""
        self.fill()
        day, last = BEGAN, BEGAN + timedelta(days=days)
        while day < last:
            if self.chance.random() < 0.3:
                self.edit(day)
            plan_all(day)
            self.owe_slowly(day)
            silent = self.chance.choice((1, 5, 30, 200, 400)) if self.chance.random() < downtime else 0
            day += timedelta(days=every + silent)
        expected = {key: stages for key, stages in self.told.items() if stages}
        found = self.owed()
        missed = {key: stages - found.get(key, set()) for key, stages in expected.items()}
        doubled = {key: stages - expected.get(key, set()) for key, stages in found.items()}
        assert not {key for key, stages in missed.items() if stages}
        assert not {key for key, stages in doubled.items() if stages}
        return sum(len(stages) for stages in found.values())


def test_sixteen_months_in_steps_are_what_the_slow_model_says(app):
    """A small seeded sample: 29 February 2028 and three changes of the clocks are among the days."""
    assert Years(6, seed=4).live(500, every=9, downtime=0.03) > 20


def test_the_model_finds_a_planner_that_forgets(app, monkeypatch):
    """The negative control: a planner that looks for the very day, as many do, misses what falls into a silence."""
    monkeypatch.setattr(
        ends, "due_stages", lambda ladder, ends_on, on: [stage for stage in ladder if (ends_on - on).days == stage]
    )
    with pytest.raises(AssertionError):
        Years(6, seed=4).live(200, every=9, downtime=0.03)


@pytest.mark.soak
def test_ten_years_of_2000_people_day_by_day(app):
    if app.url.startswith("postgresql"):
        pytest.skip("one database is enough for ten years of days; the small sample runs on both")
    owed = Years(2000, seed=10).live(3653)
    print(f"ten years, 2,000 people: {owed:,} reminders owed, 0 missed, 0 double")
    assert owed > 20_000
