"""The whole service: units, providers, cohorts with their candidates, refresher days, applicants, helpline contacts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import TypeVar

from accreditation.core.permissions import Role
from accreditation.desk.demo.names import Mailboxes, names
from accreditation.desk.demo.plan.applicants import MOTIVATIONS, TO_A_PLACE, Applicant, dated_route, routes
from accreditation.desk.demo.plan.careers import FULL_HISTORY, live
from accreditation.desk.demo.plan.cohorts import (
    SIZE,
    Candidate,
    CohortPlan,
    Titles,
    assessment_days,
    closed_cohorts,
    running_cohorts,
)
from accreditation.desk.demo.plan.contacts import Contact, contacts
from accreditation.desk.demo.plan.days import refresher_dates
from accreditation.desk.demo.plan.equality import HOW_MANY, PastApplicant, past_applicant
from accreditation.desk.demo.plan.parts import cast
from accreditation.desk.demo.plan.people import Mediator, Somebody
from accreditation.desk.demo.plan.vetting import vet
from accreditation.standing.rules.scheme import Scheme

S = TypeVar("S", bound=Somebody)

UNITS = (
    "Croydon", "Barnet", "Lambeth", "Tower Hamlets", "Camden", "Ealing", "Human Resources", "Specialist Crime",
    "Roads and Transport Policing", "Digital, Data and Technology", "Hackney", "Newham", "Southwark", "Lewisham",
    "Greenwich", "Bexley", "Bromley", "Sutton", "Merton", "Kingston upon Thames", "Richmond upon Thames", "Hounslow",
    "Hillingdon", "Harrow", "Brent", "Kensington and Chelsea", "Westminster", "Islington", "Haringey", "Enfield",
    "Waltham Forest", "Redbridge", "Havering", "Barking and Dagenham", "Forensic Services",
    "Royalty and Specialist Protection",
)  # fmt: skip
FEW_UNITS = 10
PROVIDERS = ("Northgate Mediation Training", "Fairway Conflict Resolution", "Marlowe & Bridge Associates")
PROVIDER_DOMAIN = "northgate.example.org"

STAFF: tuple[tuple[Role, str, str, str], ...] = (
    (Role.ADMINISTRATOR, "Rhiannon", "Achterberg", "admin@example.police.uk"),
    (Role.PRACTICE_MANAGER, "Siobhán", "O'Rourke", "manager@example.police.uk"),
    (Role.PRACTICE_MANAGER, "Marcus", "Adeyemi-Clarke", "second.manager@example.police.uk"),
    (Role.VETTING_OFFICER, "Elspeth", "Drummond", "vetting@example.police.uk"),
    (Role.HELPLINE_ADVISER, "Gurdeep", "Sandhu", "helpline@example.police.uk"),
    (Role.LINE_MANAGER, "Thérèse", "Holloway", "line.manager@example.police.uk"),
    (Role.AUDITOR, "Iwan", "ap Rhys", "auditor@example.police.uk"),
    (Role.TRAINING_PROVIDER, "Jo", "Whitcombe", f"courses@{PROVIDER_DOMAIN}"),
    (Role.HELPLINE_ADVISER, "Niamh", "Castellano", "second.helpline@example.police.uk"),
)
"""Those who sign in. Two practice managers: results are released by a second person. Two advisers swap their shifts."""

HOPEFULS = 24
"""Who apply to the two intakes."""

MEDIATOR_ADDRESS = "mediator@example.police.uk"


@dataclass
class Plan:
    """A service on the morning of `on`. Lists in the order in which things are numbered."""

    seed: int
    on: date
    units: list[str]
    providers: list[str]
    staff: list[tuple[Role, Somebody]]
    cohorts: list[CohortPlan]
    mediators: list[Mediator]
    refresher_days: list[date]
    applicants: list[Applicant]
    contacts: list[Contact]
    past_applicants: list[PastApplicant]
    hopefuls: list[Somebody]  # who apply to an intake, and bring themselves along

    @property
    def everybody(self) -> Iterator[Somebody]:
        """Who stands in the register from the start. Applicants bring themselves along."""
        yield from (person for _, person in self.staff)
        yield from self.mediators
        for cohort in self.cohorts:
            yield from (candidate.person for candidate in cohort.candidates if not candidate.is_mediator)


class Census:
    """Makes people: each with the next key, a name, an address, a unit, and mostly a pay number."""

    def __init__(self, random: Random, units: int) -> None:
        self._random = random
        self._names = names(random)
        self._mailboxes = Mailboxes()
        self._units = units
        self._last = 0

    def person(self, kind: type[S]) -> S:
        random, name = self._random, next(self._names)
        self._last += 1
        contractor = random.random() < 0.12
        return kind(
            key=self._last,
            given=name.given,
            family=name.family,
            email=self._mailboxes.address(name),
            unit=min(int(random.triangular(0, self._units, 0)), self._units - 1),
            holder_kind="contractor" if contractor else "employee",
            pay_number=None if contractor or random.random() < 0.03 else f"{200000 + self._last * 7}",
        )

    def staff(self, given: str, family: str, email: str) -> Somebody:
        self._last += 1
        return Somebody(self._last, given, family, email, unit=0)


def make_plan(*, seed: int, mediators: int, on: date, scheme: Scheme) -> Plan:
    """A service with so many mediators as it stands on the morning of `on`; the same seed and day, the same service."""
    random = Random(f"{seed} {on.isoformat()}")  # noqa: S311 -- names of a demo, no secrets
    census, titles = Census(random, FEW_UNITS), Titles()
    staff = [(role, census.staff(given, family, email)) for role, given, family, email in STAFF]
    days = refresher_dates(on)
    people = train(census, random, on, mediators, days)
    cast(people, scheme, random, on)
    choose_who_signs_in(people, on)
    cohorts = _closed(people, census, random, on, titles) + _running(census, random, on, titles)
    return Plan(
        seed=seed,
        on=on,
        units=list(UNITS[:FEW_UNITS]),
        providers=list(PROVIDERS),
        staff=staff,
        cohorts=cohorts,
        mediators=people,
        refresher_days=days,
        applicants=_applicants(cohorts, census, random, on),
        contacts=contacts(people, random, on),
        past_applicants=[
            past_applicant(census.person(Somebody), census.person(Somebody), random, on) for _ in range(HOW_MANY)
        ],
        hopefuls=[census.person(Somebody) for _ in range(HOPEFULS)],
    )


def train(
    census: Census, random: Random, on: date, count: int, days: list[date], *, months: int = FULL_HISTORY
) -> list[Mediator]:
    """So many mediators with steady careers, in cohorts of nine to eleven over three years."""
    sizes: list[int] = []
    while (missing := count - sum(sizes)) > 0:
        sizes.append(missing if missing <= SIZE - 1 else random.randint(9, SIZE - 1))
    people = []
    for number, (size, assessed_on) in enumerate(zip(sizes, assessment_days(len(sizes), on), strict=True)):
        for _ in range(size):
            mediator = census.person(Mediator)
            mediator.cohort, mediator.passed_on = number, assessed_on
            live(mediator, random, on, days, months=months)
            people.append(mediator)
    return people


def choose_who_signs_in(people: list[Mediator], on: date) -> None:
    """The mediator of the demo: works, but must renew something within two months, and can do it themselves."""

    def interest(mediator: Mediator) -> tuple[bool, int]:
        period = mediator.result.period_on(on) if mediator.result else None
        if period is None or period.limiting != "refresher" or period.limiting_end is None:
            return (False, 0)
        days = (period.limiting_end - on).days
        return (20 <= days <= 60, -days)

    max(people, key=interest).email = MEDIATOR_ADDRESS


def _closed(people: list[Mediator], census: Census, random: Random, on: date, titles: Titles) -> list[CohortPlan]:
    """The cohorts of those who passed, each with one or two who did not."""
    count = max(mediator.cohort for mediator in people) + 1
    cohorts = list(closed_cohorts(count, on, titles, len(PROVIDERS)))
    for mediator in people:
        cohorts[mediator.cohort].candidates.append(Candidate(mediator))
    for cohort in cohorts:
        for _ in range(min(random.choice((0, 1, 1, 2)), SIZE - len(cohort.candidates))):
            outcome, note = random.choice(NOT_PASSED)
            cohort.candidates.append(Candidate(census.person(Somebody), outcome, note, is_mediator=False))
    return cohorts


NOT_PASSED = (
    ("fail", "Gave advice instead of asking; interrupted repeatedly"),
    ("refer", "Second role play to be repeated: private meetings ran without an agreed purpose"),
    ("refer", "Written assignment outstanding"),
    ("absent", None),
    ("deferred", "Illness on the assessment day"),
)


def _running(census: Census, random: Random, on: date, titles: Titles) -> list[CohortPlan]:
    cohorts = running_cohorts(on, titles, random)
    late, waiting, due, training, upcoming, *_ = cohorts
    for cohort, size in ((late, 12), (waiting, 12), (due, 12), (training, 9), (upcoming, 3)):
        for _ in range(size):
            cohort.candidates.append(Candidate(census.person(Somebody), None, is_mediator=False))
    late.candidates[0].outcome = "pass"
    for number, candidate in enumerate(waiting.candidates):
        candidate.outcome = "pass" if number % 6 else "refer"
        candidate.note = None if number % 6 else "Opening statement to be repeated"
    for candidate in due.candidates[:10]:
        candidate.outcome = "pass"
    vet((late, waiting, due, training), random, on)
    return cohorts


def _applicants(cohorts: list[CohortPlan], census: Census, random: Random, on: date) -> list[Applicant]:
    found = []
    for route, reason in routes(random, on):
        found.append(_applicant(census, random, route, reason))
    for cohort in cohorts:
        for _ in range(cohort.places_for):
            placed_by = min(on - timedelta(2), cohort.starts_on - timedelta(10))
            applicant = _applicant(census, random, dated_route(TO_A_PLACE, random, placed_by), None)
            applicant.cohort = cohort.title
            found.append(applicant)
    return sorted(found, key=lambda applicant: applicant.route[0][1])


def _applicant(census: Census, random: Random, route: list[tuple[str, date]], reason: str | None) -> Applicant:
    person, manager = census.person(Somebody), census.person(Somebody)
    return Applicant(person, random.choice(MOTIVATIONS), manager, route, reason)
