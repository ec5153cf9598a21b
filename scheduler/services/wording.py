"""What fills the scheduler's own letters, at the moment they are handed over."""

from collections.abc import Collection
from datetime import date

from flask import current_app

from accreditation.core import clock
from accreditation.core.calendar import last_good_day
from accreditation.core.database import db
from accreditation.core.outbox import NoLongerTrue, facts_for
from accreditation.people.models import Person
from scheduler.models import Obligation
from scheduler.queries.owed import read_reminders_of, reminders_of_letter
from scheduler.queries.still_due import why_no_longer_due
from scheduler.services.owing import FOLDER, WEEKLY
from scheduler.services.planning import supersede_reminder


@facts_for(f"{FOLDER}item_due.txt", called="Reminder", in_doubt="resend")
def item_due(obligation_id: int) -> dict[str, object]:
    """To the mediator: when, and how many; the page behind the link says what."""
    return due_facts(obligation_id) | {"link": f"{base_url()}/me"}


@facts_for(WEEKLY, called="Weekly letter", in_doubt="resend")
def weekly(obligation_id: int) -> dict[str, object]:
    """To the mediator who asked for one letter a week: how many early reminders there are, and the first day."""
    return due_facts(obligation_id) | {"link": f"{base_url()}/me"}


@facts_for(f"{FOLDER}item_overdue.txt", called="Reminder to staff", in_doubt="resend")
def item_overdue(obligation_id: int) -> dict[str, object]:
    """To the practice manager: something about somebody, or results that are outstanding, whose day has passed."""
    facts = due_facts(obligation_id)
    owed = db.session.get_one(Obligation, obligation_id)
    person = db.session.get(Person, owed.person_id) if owed.person_id else None
    path = f"/mediators/{person.reference}" if person else "/cohorts"
    return facts | {"reference": person.reference if person else None, "link": base_url() + path}


@facts_for(f"{FOLDER}results_due.txt", called="Reminder of results", in_doubt="resend")
def results_due(obligation_id: int) -> dict[str, object]:
    """To the training provider."""
    return due_facts(obligation_id) | {"link": f"{base_url()}/cohorts"}


@facts_for(f"{FOLDER}follow_up_due.txt", called="Reminder of a helpline follow-up", in_doubt="resend")
def follow_up_due(obligation_id: int) -> dict[str, object]:
    """To the helpline adviser."""
    return due_facts(obligation_id) | {"link": f"{base_url()}/helpline"}


@facts_for(f"{FOLDER}own_day_comes.txt", called="Reminder of a day", in_doubt="resend")
def own_day_comes(obligation_id: int) -> dict[str, object]:
    """To the mediator: on which day something changes; the page behind the link says what."""
    return _day_that_comes(obligation_id) | {"link": f"{base_url()}/me"}


@facts_for(f"{FOLDER}day_comes.txt", called="Reminder of a day, to staff", in_doubt="resend")
def day_comes(obligation_id: int) -> dict[str, object]:
    """To the practice manager: the same about a mediator."""
    facts = _day_that_comes(obligation_id)
    owed = db.session.get_one(Obligation, obligation_id)
    reference = db.session.get_one(Person, owed.person_id).reference
    return facts | {"reference": reference, "link": f"{base_url()}/mediators/{reference}"}


@facts_for(f"{FOLDER}seat_comes.txt", called="Reminder of a refresher day", in_doubt="resend")
def seat_comes(obligation_id: int) -> dict[str, object]:
    """To the mediator: the refresher day on which they have a seat. Raises NoLongerTrue once it is over."""
    facts = _day_that_comes(obligation_id)
    if db.session.get_one(Obligation, obligation_id).basis_date < clock.today():
        raise NoLongerTrue("The refresher day is over.")
    return facts | {"link": f"{base_url()}/me"}


@facts_for(f"{FOLDER}seat_asked.txt", called="Reminder to confirm a seat", in_doubt="resend")
def seat_asked(obligation_id: int) -> dict[str, object]:
    """To the mediator: we wait for their word on a refresher day that was moved."""
    return due_facts(obligation_id) | {"link": f"{base_url()}/me"}


def _day_that_comes(obligation_id: int) -> dict[str, object]:
    """`day`: the first day after what ends; `is_past`: whether it has come. Raises NoLongerTrue."""
    due_facts(obligation_id)
    first = db.session.get_one(Obligation, obligation_id).basis_date
    return {"on": first, "is_past": first <= clock.today()}


def due_facts(obligation_id: int) -> dict[str, object]:
    """`due_by`: the last good day; `items`: how many share it; `is_past`.

    Raises NoLongerTrue when none is true any more.
    """
    on = clock.today()
    owed = looked_at_again(obligation_id, on)
    true = [row for row, reason in owed if reason is None]
    if not true:
        raise NoLongerTrue(next((reason for _, reason in owed if reason), "It is no longer owed."))
    for row, reason in owed:
        if reason:
            supersede_reminder(row.id, reason)
    due_by = last_good_day(min(row.basis_date for row in true))
    return {"due_by": due_by, "items": len(true), "is_past": due_by < on}


def looked_at_again(obligation_id: int, on: date) -> list[tuple[Obligation, str | None]]:
    """Each reminder that shares this letter, with why it has nothing to say on the day any more. Only reads."""
    return [(row, why_no_longer_due(row, on)) for row in reminders_of_letter(obligation_id)]


def still_due_of(obligation_ids: Collection[int], on: date) -> dict[int, int]:
    """Of each of these letters, how many of the reminders that share it will be true on the day, as things stand.

    Only reads, and reads them together.
    """
    kept = read_reminders_of(obligation_ids, on) if obligation_ids else []
    still = {one: sum(reason is None for _, reason in looked_at_again(one, on)) for one in obligation_ids}
    del kept  # until here: what nobody holds is read again
    return still


def base_url() -> str:
    return str(current_app.config["BASE_URL"])
