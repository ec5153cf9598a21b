"""Awarding, renewing, withdrawing. Callers hold the transaction; nothing here commits."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from accreditation.awards.models import Award, AwardBatch
from accreditation.awards.queries.given import find_last_award
from accreditation.awards.queries.ready import readiness
from accreditation.awards.rules.dates import Dates
from accreditation.awards.services.letters import AWARDED
from accreditation.core import outbox
from accreditation.core.calendar import Span
from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.core.numbers import lock_series, next_number
from accreditation.people.queries import lock_person
from accreditation.standing.queries import facts_of, get_scheme, history_of
from accreditation.standing.rules.awards import award_span
from accreditation.standing.services import declare


class NotReady(DomainError):
    """Carries every reason, so that the office writes to the mediator once."""


def award_accreditation(
    person_id: int, scheme_code: str, *, on: date, awarded_by: int | None, seen: Span | None = None
) -> Award:
    """An award decided on that day for the scheme's term, the first or a renewal, declared as evidence.

    Its dates are those of `rules.dates.award_dates`, fixed now; `seen`: those that were shown before. Raises NotReady
    with every reason, and where the dates are no longer those that were seen.
    """
    person = lock_person(person_id)
    judged = readiness(person, facts_of(person_id), history_of(scheme_code), on)
    if judged.reasons:
        raise NotReady(*judged.reasons)
    if seen is not None and seen != judged.dates.span:
        raise NotReady("The dates are no longer those that were shown. Look at the preview again.")
    award = _make(person_id, scheme_code, judged.dates, on=on, awarded_by=awarded_by, kind=judged.dates.kind)
    outbox.queue(person_id, AWARDED, about_id=award.id, key=f"awarded:{award.id}")
    return award


def record_past_award(person_id: int, scheme_code: str, *, on: date, recorded_by: int | None) -> Award:
    """An award from before the register began: from `on` (inclusive) for the scheme's term, asked no questions.

    Raises DomainError when this award is recorded already.
    """
    lock_person(person_id)
    scheme = get_scheme(scheme_code, on)
    before = find_last_award(person_id, scheme_code)
    if before and before.starts_on == on:
        raise DomainError(f"This award is recorded already, as {before.number}.")
    dates = Dates(award_span(scheme, on), "first")
    return _make(person_id, scheme_code, dates, on=on, awarded_by=recorded_by, kind=None)


def _make(
    person_id: int, scheme_code: str, dates: Dates, *, on: date, awarded_by: int | None, kind: str | None
) -> Award:
    before = find_last_award(person_id, scheme_code) if dates.previous else None
    award = Award(
        number=_next_number(scheme_code, on),
        person_id=person_id,
        scheme=scheme_code,
        starts_on=dates.span.starts_on,
        ends_on=dates.ends_on,
        kind=kind,
        renews_id=before.id if before else None,
        awarded_by=awarded_by,
    )
    db.session.add(award)
    db.session.flush()
    declare(
        person_id,
        kind="award",
        code=scheme_code,
        starts_on=award.starts_on,
        ends_on=award.ends_on,
        source=("award", award.id),
        recorded_by=awarded_by,
    )
    return award


def _next_number(scheme_code: str, on: date) -> str:
    """Such as WPM-2027-0001: the last part of the scheme's code, the year of the decision, a number without gaps."""
    series = f"{scheme_code.rpartition('-')[2]}-{on.year}"
    return f"{series}-{next_number(f'award {series}'):04}"


def award_several(
    person_ids: Collection[int],
    scheme_code: str,
    *,
    on: date,
    at: datetime,
    awarded_by: int,
    form_key: str,
    seen: Mapping[int, Span] | None = None,
) -> AwardBatch:
    """Each of them by `award_accreditation`, in order of id, and what became of each.

    One who is not ready does not keep the others from it. The same form sent twice is one decision.
    """
    lock_series(f"award batch {scheme_code}")
    if made := db.session.scalar(select(AwardBatch).where(AwardBatch.form_key == form_key)):
        return made
    outcomes: list[list[Any]] = []
    for person_id in sorted(set(person_ids)):
        try:
            award = award_accreditation(
                person_id, scheme_code, on=on, awarded_by=awarded_by, seen=(seen or {}).get(person_id)
            )
        except NotReady as refusal:
            outcomes.append([person_id, None, list(refusal.reasons)])
        else:
            outcomes.append([person_id, award.id, []])
    batch = AwardBatch(
        scheme=scheme_code,
        awarded_on=on,
        awarded_by=awarded_by,
        awarded_at=at,
        outcomes=outcomes,
        form_key=form_key,
    )
    db.session.add(batch)
    db.session.flush()
    return batch
