"""A manager's weekly digest: one for each week and manager, whatever runs how often, and after a silence one for all.

Callers hold the transaction. A digest is an obligation like another, to the manager, for the week of its Monday: the
same key makes owing it twice harmless, and the same letters carry it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select, update

from accreditation.core import clock, outbox
from accreditation.core.calendar import last_good_day
from accreditation.core.database import db, insert_if_absent
from accreditation.core.outbox import Letter, NoLongerTrue, ToQueue, facts_for
from accreditation.people.models import Person
from accreditation.people.rules import Viewer
from accreditation.web.figures import Figure
from accreditation.web.words import day as day_words
from scheduler.models import DigestItem, Obligation
from scheduler.queries.digest import figures_for, manager, newest_digests, people_of, told_in, waiting_items
from scheduler.queries.hours import sending_hours, weekly_time
from scheduler.queries.owed import read_reminders_of
from scheduler.queries.recipients import Recipients
from scheduler.rules.ladders import DIGEST, OF_THEIR_OWN, deadline_kind
from scheduler.rules.weekly import digest_due, digest_moment
from scheduler.services.marks import find_mark
from scheduler.services.owing import DIGEST_LETTER
from scheduler.services.planning import HELD_AFTER_RESTORE, RESTORED, letter_is_superseded, supersede_unless_told
from scheduler.services.weekly import digests_of, write_digest_choice
from scheduler.services.wording import base_url, due_facts

AUDIENCE = "practice_manager"
WEEK = timedelta(days=7)
LOOKED_BACK = 60
"""So many weeks without a digest are written down one by one, more than a year."""

FIRST = "The first digest goes in the week after."
LATER = "None went that week. The next one speaks for it."
REPLACED = "The digest of a later week took its place."
NOT_THEIRS = "Whoever was to be told in their digest does not manage them any more."


def owe_digests(on: date, now: datetime) -> int:
    """Owe each manager the digest of the newest week whose moment has come, unless they have it: the number of letters.

    Missed weeks are written down and lead to no letter. Who has just become a manager begins with the next week.
    """
    hold = HELD_AFTER_RESTORE if find_mark(RESTORED) else None
    managers = Recipients(on).holders(AUDIENCE)
    waits = waiting_items()
    _let_go_of([item for item in waits if item.person_id not in managers])
    letters = 0
    for one in due_digests(managers, now, waiting_for={item.person_id for item in waits}):
        if one.begins:
            _put_down(one.person_id, one.week, "settled", FIRST)
        else:
            letters += _owe_digest(one.person_id, one.week, one.last, hold, now)
    return letters


@dataclass(frozen=True, slots=True)
class DueDigest:
    """The digest of the week with that Monday is due to somebody. `last`: that of which week they had before."""

    person_id: int
    week: date
    last: date | None
    begins: bool
    """They have only just become a manager: theirs begin with the week after."""


def due_digests(
    managers: Collection[int],
    now: datetime,
    *,
    waiting_for: Collection[int],
    after: Mapping[int, date] | None = None,
) -> list[DueDigest]:
    """Who of them is due the digest of the newest week whose moment has come, and has it not. Only reads.

    `waiting_for`: for whom something waits, who have it even if they want none. `after`: the newest that each will
    have had by then, where that is not what is written down.
    """
    week = digest_due(now, weekly_time(), sending_hours())
    people = sorted(managers)
    newest, wanted = {**newest_digests(people), **(after or {})}, digests_of(people)
    due = []
    for person_id in people:
        last = newest.get(person_id)
        if (last is not None and last >= week) or (wanted[person_id] == "never" and person_id not in waiting_for):
            continue
        due.append(DueDigest(person_id, week, last, begins=last is None and person_id not in waiting_for))
    return due


def digest_after(moment: datetime) -> tuple[date, datetime]:
    """Of what waits for a digest then: the Monday of the week of the next one, and when that goes."""
    when, hours = weekly_time(), sending_hours()
    week = digest_due(moment, when, hours) + WEEK
    return week, digest_moment(week, when, hours)


def choose_digest(person_id: int, digest: str, subjects: Collection[str], *, now: datetime) -> None:
    """From now on. Who had none before begins with the next week."""
    week = digest_due(now, weekly_time(), sending_hours())
    if digest != "never" and newest_digests([person_id]).get(person_id, date.min) < week:
        _put_down(person_id, week, "settled", FIRST)
    write_digest_choice(person_id, digest, subjects)


def _owe_digest(person_id: int, week: date, last: date | None, hold: str | None, now: datetime) -> int:
    new_id = _put_down(person_id, week, "owed", None)
    if new_id is None:
        return 0  # another scheduler was quicker
    missed = week - WEEK
    while last is not None and missed > last and week - missed <= LOOKED_BACK * WEEK:
        _put_down(person_id, missed, "collapsed", LATER)
        missed -= WEEK
    db.session.execute(
        update(DigestItem)
        .where(DigestItem.person_id == person_id, DigestItem.digest_id.is_(None))
        .values(digest_id=new_id)
        .execution_options(synchronize_session=False)
    )
    _replace_waiting(person_id, new_id, now)
    letter = ToQueue(person_id, DIGEST_LETTER, new_id, f"digest:{person_id}:{week.isoformat()}", hold)
    return outbox.queue_many([letter], not_before=sending_hours().next_moment(now))


def _put_down(person_id: int, week: date, state: str, reason: str | None) -> int | None:
    return insert_if_absent(
        Obligation,
        person_id=person_id,
        subject=DIGEST,
        basis_date=week,
        stage=0,
        audience=AUDIENCE,
        state=state,
        reason=reason,
        lead_id=None,
        planned_at=clock.now(),
        turn=1,
    )


def _replace_waiting(person_id: int, new_id: int, now: datetime) -> None:
    """A digest that still waits is not sent beside the new one, and what it was to tell is told by that."""
    waiting = select(Letter).where(
        Letter.person_id == person_id, Letter.template == DIGEST_LETTER, Letter.state.in_(outbox.WAITING)
    )
    for letter in db.session.scalars(waiting.with_for_update()):
        letter.state, letter.reason, letter.ended_at = "superseded", REPLACED, now
        db.session.execute(
            update(DigestItem)
            .where(DigestItem.digest_id == letter.about_id)
            .values(digest_id=new_id)
            .execution_options(synchronize_session=False)
        )
        db.session.flush()
        letter_is_superseded(letter, REPLACED)


def _let_go_of(items: list[DigestItem]) -> None:
    """Whoever was to be told in their digest is no manager any more: it is owed anew, to whoever is one now."""
    for item in items:
        why = "Whoever was to be told in their digest is no manager any more."
        supersede_unless_told([item.obligation_id], why, but=item.person_id)
        db.session.delete(item)


# --- what it says ----------------------------------------------------------------------------------------------------


@facts_for(DIGEST_LETTER, called="Weekly digest", in_doubt="resend")
def digest(obligation_id: int) -> dict[str, object]:
    """To a manager: what needs attention at the moment it goes, in numbers. Raises NoLongerTrue if nothing does."""
    owed = db.session.get_one(Obligation, obligation_id)
    on, now = clock.today(), clock.now()
    viewer = manager(owed.person_id or 0, on)
    if viewer is None:
        raise NoLongerTrue("They do not manage anybody here any more.")
    if newest_digests([owed.person_id or 0]).get(owed.person_id or 0, owed.basis_date) > owed.basis_date:
        raise NoLongerTrue(REPLACED)
    told = told_instead(told_in(obligation_id), viewer, on)
    figures = figures_for(viewer, on, now)
    if is_not_wanted(owed.person_id or 0, len(told) + len(figures)):
        raise NoLongerTrue("Nothing needed their attention.")
    return digest_facts(figures, told, on)


def is_not_wanted(person_id: int, items: int) -> bool:
    """Whether a digest with so many items is one that they have not asked for."""
    return not items and digests_of([person_id])[person_id] != "always"


def digest_facts(figures: list[Figure], told: list[str], on: date) -> dict[str, object]:
    """What fills it: `list` is its text, `items` the number of its entries."""
    lines = [f"{figure.number:,} {figure.label}:\n{base_url()}{figure.url}" for figure in figures]
    return {
        "items": len(lines) + len(told),
        "list": "\n\n".join(lines + told) or "Nothing needs your attention.",
        "on": on,
        "link": f"{base_url()}/reminders/digest",
    }


def told_instead(lead_ids: Collection[int], viewer: Viewer, on: date) -> list[str]:
    """A sentence for each reminder that this digest tells of in place of a letter, as that letter would have said it.

    One that is not true any more is left out, and so is one about somebody who is not theirs now: that is owed anew.
    However many there are, they are read together.
    """
    leads = {row.id: row for row in db.session.scalars(select(Obligation).where(Obligation.id.in_(lead_ids)))}
    theirs = people_of(viewer, {row.person_id for row in leads.values() if row.person_id})
    kept = read_reminders_of(lead_ids, on)
    sentences: list[str] = []
    untold: dict[str, list[int]] = {}
    for owed in (leads[lead_id] for lead_id in lead_ids):
        person = theirs.get(owed.person_id or 0)
        if owed.person_id and person is None:
            untold.setdefault(NOT_THEIRS, []).append(owed.id)
            continue
        try:
            facts = due_facts(owed.id)
        except NoLongerTrue as news:
            untold.setdefault(str(news), []).append(owed.id)
        else:
            sentences.append(_sentence(owed, facts, person, on))
    del kept  # until here: what nobody holds is read again
    for why, gone in untold.items():
        supersede_unless_told(gone, why, but=viewer.person_id)
    return sentences


def _sentence(owed: Obligation, facts: dict[str, object], person: Person | None, on: date) -> str:
    by = day_words(last_good_day(owed.basis_date))
    if person is None:
        return f"Results of a cohort were due by {by} and are not complete:\n{base_url()}/cohorts"
    where = f"{base_url()}/mediators/{person.reference}"
    if deadline_kind(owed.subject) in OF_THEIR_OWN:
        changes = "changed" if owed.basis_date <= on else "changes"
        return f"Something on the record of {person.reference} {changes} on {day_words(owed.basis_date)}:\n{where}"
    items = "An item" if facts["items"] == 1 else f"{facts['items']} items"
    was = ("was" if facts["is_past"] else "is") if facts["items"] == 1 else ("were" if facts["is_past"] else "are")
    return f"{items} on the record of {person.reference} {was} due by {by}:\n{where}"
