"""Rehearsing a change of the rules: an edition of the projections built beside the one that pages read, in batches.

While it is there, every fact that is recorded renews both. So what it says of the change is always what activating it
would do, and activating is no more than changing over.
"""

from datetime import date, datetime

from sqlalchemy import func, select

from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.people.models import Person
from accreditation.standing.models import (
    Edition,
    EditionProgress,
    Evidence,
    SchemeDraft,
)
from accreditation.standing.queries.drafts import lock_draft
from accreditation.standing.queries.editions import Beside, find_edition_beside
from accreditation.standing.queries.evidence import AT_ONCE, people_with_evidence
from accreditation.standing.queries.schemes import history_of, rehearsed_history
from accreditation.standing.services.projecting import build_beside
from accreditation.standing.services.sweeping import let_go
from accreditation.web.words import day


def start_rehearsal(draft_id: int, *, on: date, now: datetime) -> Edition:
    """Begin to build what the draft would bring; `rehearse_next` does the work.

    Raises DomainError for a draft whose first day has passed, or one that is rehearsed already.
    """
    draft = lock_draft(draft_id)
    refuse_a_day_gone_by(draft, on)
    if find_edition_beside(draft_id):
        raise DomainError("This draft is rehearsed already.")
    edition = Edition(scheme=draft.scheme, key="", state="building", draft_id=draft.id)
    edition.key = f"{draft.scheme} {draft.id}.{draft.version}"
    db.session.add(edition)
    db.session.flush()
    people = db.session.scalar(select(func.count(Evidence.person_id.distinct()))) or 0
    db.session.add(EditionProgress(edition_id=edition.id, to_do=people, begun_at=now))
    db.session.flush()
    return edition


def refuse_a_day_gone_by(draft: SchemeDraft, on: date) -> None:
    if draft.effective_from < on:
        raise DomainError(
            f"The first day of this draft, {day(draft.effective_from)}, has passed. Rules change from today or a later "
            "day on: give it another first day, then rehearse it."
        )


def rehearse_next(draft_id: int, *, now: datetime) -> bool:
    """Build the next batch of people; whether that was the last. Any number of processes may do this at once."""
    found = find_edition_beside(draft_id)
    if found is None:
        return True
    edition, seen = found
    if seen.built_at is not None:
        return True
    people = people_with_evidence(seen.last_person_id)
    # The people first, as whoever records a fact does; a batch that another process was quicker with is left to it.
    db.session.execute(select(Person.id).where(Person.id.in_(people)).order_by(Person.id).with_for_update())
    progress = db.session.get_one(EditionProgress, seen.id, with_for_update=True, populate_existing=True)
    last = people[-1] if people else 0
    if progress.built_at is not None or (people and progress.last_person_id >= last):
        return progress.built_at is not None
    if people:
        draft = db.session.get_one(SchemeDraft, draft_id)
        current = history_of(edition.scheme)
        beside = Beside(edition, draft, rehearsed_history(current, draft, edition.key), is_built=False)
        build_beside(people, beside, current)
        progress.done += len(people)
        progress.last_person_id = last
        progress.to_do = max(progress.to_do, progress.done)
    if len(people) < AT_ONCE:
        progress.built_at = now
        progress.to_do = progress.done
    db.session.flush()
    return progress.built_at is not None


def drop_rehearsal(draft_id: int) -> None:
    """The draft has changed or is gone: what was built for it is of no use. `sweep` takes the rows away."""
    for edition in db.session.scalars(
        select(Edition).where(Edition.draft_id == draft_id, Edition.state == "building").with_for_update()
    ):
        let_go(edition)
