"""Awards, and who is ready for one, for somebody."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from accreditation.awards.rules.dates import Dates, award_dates, awards_held, reasons_to_refuse, withdrawals
from accreditation.core.database import db
from accreditation.people.models import Person
from accreditation.people.queries import subject_of, visible_to
from accreditation.people.rules import Viewer
from accreditation.standing.models import RequirementPeriod
from accreditation.standing.queries import facts_of_all, history_of, main_scheme, standing_from
from accreditation.standing.rules.awards import award_requirement, award_window_days
from accreditation.standing.rules.evidence import Fact, known
from accreditation.standing.rules.history import History
from accreditation.standing.rules.requirements import Held, Once, Recurring
from accreditation.standing.rules.scheme import Scheme


@dataclass(frozen=True)
class Readiness:
    """Whether somebody can be awarded on a day: with which dates, or for which reasons not."""

    person: Person
    dates: Dates
    reasons: tuple[str, ...] = ()


def readiness(person: Person, facts: Sequence[Fact], history: History, on: date) -> Readiness:
    """What if: the standing on the day with the award supposed. `facts` are the person's, voided ones among them.

    The dates are those of the version in effect on the day; the version that would judge the new award decides.
    """
    stand = known(facts, None)
    scheme = history.version_on(on).scheme
    dates = award_dates(scheme, on, awards_held(stand, scheme.code), withdrawals(stand, scheme.code))
    fact = Fact("award", scheme.code, dates.span.starts_on, dates.ends_on)
    standing = standing_from(history, subject_of(person), [*stand, fact], on)
    reasons = reasons_to_refuse(standing.scheme, dates, standing.verdict, standing.failing)
    return Readiness(person, dates, tuple(reasons))


def readiness_of(person_ids: Collection[int], viewer: Viewer, scheme: Scheme, on: date) -> list[Readiness]:
    """Of those of these people whom the viewer may see, by name. A few statements for any number of them."""
    people = db.session.scalars(
        select(Person)
        .options(joinedload(Person.unit))
        .where(Person.id.in_(person_ids), visible_to(viewer))
        .order_by(Person.sort_name, Person.id)
    ).all()
    return list(_judged(people, scheme, on))


def _judged(people: Sequence[Person], scheme: Scheme, on: date) -> Iterator[Readiness]:
    facts, history = facts_of_all(person.id for person in people), history_of(scheme.code)
    for person in people:
        yield readiness(person, facts.get(person.id, ()), history, on)


def _holds(scheme: Scheme, requirement: str, met: bool, on: date) -> ColumnElement[bool]:
    period = RequirementPeriod
    return Person.id.in_(
        select(period.person_id).where(
            period.edition == scheme.edition,
            period.requirement == requirement,
            period.met == met,
            period.starts_on <= on,
            period.ends_on > on,
        )
    )


def _everything_else(scheme: Scheme, on: date) -> list[ColumnElement[bool]]:
    """What the projections say of the other requirements. Sums are left to the engine: an award begins them anew."""
    award = award_requirement(scheme).code
    return [
        _holds(scheme, requirement.code, True, on)
        for requirement in scheme.requirements
        if requirement.code != award
        and not requirement.lead_only
        and isinstance(requirement.rule, Once | Held | Recurring)
    ]


def _found(viewer: Viewer, scheme: Scheme, on: date, *conditions: ColumnElement[bool]) -> list[Readiness]:
    people = db.session.scalars(
        select(Person)
        .options(joinedload(Person.unit))
        .where(visible_to(viewer), *conditions, *_everything_else(scheme, on))
        .order_by(Person.sort_name, Person.id)
    ).all()
    return [judged for judged in _judged(people, scheme, on) if not judged.reasons]


def ready_to_award(viewer: Viewer, on: date, scheme: Scheme | None = None) -> list[Readiness]:
    """Everybody who meets everything but the award, by name. The scheme: the one this service works by.

    A few statements and one judgement for each who is nearly there, however many the register holds.
    """
    scheme = scheme or main_scheme(on)
    return _found(viewer, scheme, on, _holds(scheme, award_requirement(scheme).code, False, on))


def due_for_renewal(viewer: Viewer, on: date, scheme: Scheme | None = None) -> list[Readiness]:
    """Everybody accredited whose award can be renewed in its window now, by name."""
    scheme = scheme or main_scheme(on)
    period = RequirementPeriod
    ending = select(period.person_id).where(
        period.edition == scheme.edition,
        period.requirement == award_requirement(scheme).code,
        period.met,
        period.starts_on <= on,
        period.ends_on > on,
        period.ends_on <= on + timedelta(award_window_days(scheme)),
    )
    return _found(viewer, scheme, on, Person.id.in_(ending))
