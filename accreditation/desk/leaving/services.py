"""Somebody leaves, comes back, or never left. One transaction of the caller's; nothing here commits.

Order of locks: the refresher days first, as a booking does, then the records of the person.
"""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select

from accreditation.accounts.models import Account
from accreditation.accounts.services.accounts import enable_account
from accreditation.accounts.services.roles import refuse_without_administrator
from accreditation.core.calendar import LONDON, days_after
from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError, NotAllowed
from accreditation.core.permissions import Role, Scope
from accreditation.desk.leaving.models import Departure
from accreditation.desk.leaving.queries import (
    SOURCE,
    bookings_from,
    find_departure,
    grants_after,
    open_accounts,
)
from accreditation.desk.leaving.rules.following import membership_starts
from accreditation.helpline.services.rota import take_off_leaver
from accreditation.people.models import GrantRow, Person
from accreditation.people.queries import counted_id, records_of
from accreditation.people.services import end_grant, grant_role, lock_records
from accreditation.practice.services import (
    arrange_again,
    ask_again,
    call_off_for_leaver,
    end_requests_of_leaver,
)
from accreditation.refreshers.services import cancel_bookings_of
from accreditation.standing.models import Evidence
from accreditation.standing.queries.effects import facts_now
from accreditation.standing.services import declare, declaring_many, void, void_source
from accreditation.web.words import day
from scheduler.services.leaving import see_off
from vetting.models import Clearance
from vetting.services import lapse_clearances_of, reinstate_clearances_of, take_back_change

OWN = "This is your own record. Ask another practice manager."
BY_MISTAKE = "The leaving was recorded by mistake."


def record_departure(
    person_id: int, *, last_on: date, form_key: str, on: date, at: datetime, recorded_by: int | None
) -> Departure:
    """`last_on` is the last day in the service, past or to come; recorded on `on`. The same form twice is one leaving.

    Membership, clearances and roles end with that day; seats on later refresher days are given up at once, supervision
    arranged for a later day is called off, leave asked for from a later day is asked for no more, and shifts on the
    helpline after that day are off its rota. Accounts, waiting letters and any other leave that nobody has answered
    follow as soon as the day is over. Raises DomainError with the reason, NotAllowed about oneself.
    """
    left_on = days_after(last_on, 1)
    from_day = max(left_on, on)
    seats = [booking.id for booking in bookings_from(person_id, from_day)]
    cancel_bookings_of(person_id, on=from_day)
    person = _locked(person_id, recorded_by)
    if made := db.session.scalar(select(Departure).where(Departure.form_key == form_key)):
        if made.person_id != person.id:
            raise Conflict("This form was used for somebody else. Open it again.")
        return made
    if there := find_departure(person.id):
        raise DomainError(
            f"{person.name} is recorded as leaving already, with {day(there.last_on)} as the last day. "
            "Take that back first if it is wrong."
        )
    departure = Departure(
        person_id=person.id, left_on=left_on, recorded_at=at, recorded_by=recorded_by, form_key=form_key, done={}
    )
    db.session.add(departure)
    db.session.flush()
    records = records_of(person.id)
    with declaring_many():
        done: dict[str, Any] = {"bookings": seats}
        done["memberships"] = _end_membership(person.id, departure, recorded_by)
        done["clearances"] = lapse_clearances_of(person.id, on=left_on, recorded_by=recorded_by)
        done["grants"] = _end_roles([record.id for record in records], left_on, on)
    for record in records:
        record.left_on = left_on
    begins_at = datetime.combine(left_on, time(), LONDON)
    records_left = [record.id for record in records]
    done["shifts"] = [shift.id for shift in take_off_leaver(records_left, from_at=begins_at, at=at, by=recorded_by)]
    done["sessions"] = call_off_for_leaver(person.id, left_on=left_on, at=at, by=recorded_by)
    done["leave"] = end_requests_of_leaver(person.id, left_on=left_on, on=on, at=at, by=recorded_by)
    done["accounts"], done["letters"] = open_accounts([record.id for record in records]), 0
    if left_on <= on:
        done["letters"] = see_off([record.id for record in records], on=on, at=at).letters
    departure.done = done
    db.session.flush()
    return departure


def end_leave_asked_for(departure_id: int, *, on: date, at: datetime) -> int:
    """The last day is over: leave that nobody has answered is asked for no more. How many requests ended.

    Nothing happens before that day, a second time, or once the leaving is no longer in force.
    """
    departure = _lock_departure(departure_id, None)
    if not departure.in_force or departure.left_on > on:
        return 0
    ended = end_requests_of_leaver(departure.person_id, left_on=departure.left_on, on=on, at=at, by=None)
    departure.done = {**departure.done, "leave": [*departure.done.get("leave", ()), *ended]}
    db.session.flush()
    return len(ended)


def cancel_departure(departure_id: int, *, reason: str, at: datetime, cancelled_by: int | None) -> Departure:
    """They never left: membership, clearances, roles, accounts, supervision and leave asked for are as they were.

    Pressing twice does it once. Seats on refresher days stay given up, since others may sit there; a reminder that is
    still due is owed anew.
    """
    departure = _lock_departure(departure_id, cancelled_by)
    if departure.cancelled_at is not None:
        return departure
    if departure.returned_at is not None:
        raise Conflict("They are back already. Record the leaving anew if that is wrong.")
    if not reason.strip():
        raise DomainError("Enter what was wrong.")
    departure.cancelled_at, departure.cancelled_by, departure.cancelled_reason = at, cancelled_by, reason.strip()
    on = at.astimezone(LONDON).date()
    with declaring_many():
        void_source((SOURCE, departure.id), reason=BY_MISTAKE, recorded_by=cancelled_by)
        _membership_again(departure, cancelled_by)
        for clearance_id in departure.done["clearances"]:
            clearance = db.session.get_one(Clearance, clearance_id, populate_existing=True)
            if clearance.state == "lapsed" and clearance.state_on == departure.left_on:
                take_back_change(clearance_id, reason=BY_MISTAKE, on=on, recorded_by=cancelled_by)
    for grant_id, was_ending in departure.done["grants"]:
        grant = db.session.get_one(GrantRow, grant_id, with_for_update=True)
        grant.ends_on = date.fromisoformat(was_ending) if was_ending else None
    arrange_again(departure.done.get("sessions", ()))
    ask_again(departure.done.get("leave", ()))
    _here_again(departure)
    return departure


def record_return(
    departure_id: int, *, back_on: date, reinstate: bool, on: date, at: datetime, returned_by: int | None
) -> list[int]:
    """They are back from `back_on` (the first day), recorded on `on`. `reinstate`: the vetting unit has confirmed it.

    The gap stays a gap. Clearances come back only where reinstate says so and the months since allow it: which did.
    They have their own record again; other roles are given anew by an administrator. Raises DomainError.
    """
    departure = _lock_departure(departure_id, returned_by)
    if departure.cancelled_at is not None:
        raise Conflict("This leaving was taken back in the meantime.")
    if departure.returned_at is not None:
        raise Conflict(f"They are back already, since {day(departure.returned_on or back_on)}.")
    reasons = []
    if back_on < departure.left_on:
        reasons.append(f"They cannot be back before {day(departure.left_on)}, the day after their last.")
    if back_on > on:
        reasons.append("Record the return on the day or later.")
    if reasons:
        raise DomainError(*reasons)
    departure.returned_on, departure.returned_at, departure.returned_by = back_on, at, returned_by
    db.session.flush()
    with declaring_many():
        declare(
            departure.person_id,
            kind="membership",
            starts_on=back_on,
            source=(SOURCE, departure.id),
            recorded_by=returned_by,
        )
        reinstated = (
            reinstate_clearances_of(
                departure.person_id, on=back_on, lapsed_on=departure.left_on, recorded_by=returned_by
            )
            if reinstate
            else []
        )
    for grant_id, _ in departure.done["grants"]:
        ended = db.session.get_one(GrantRow, grant_id)
        if ended.role == Role.MEDIATOR:
            grant_role(ended.person_id, Role.MEDIATOR, Scope.PERSON, ended.scope_id, on=back_on, granted_by=returned_by)
    _here_again(departure)
    return reinstated


# --- pieces ----------------------------------------------------------------------------------------------------------


def _locked(person_id: int, by: int | None) -> Person:
    """The record that counts, locked. Nobody decides about themselves: raises NotAllowed."""
    lock_records(person_id)
    counted = counted_id(person_id)
    if by is not None and counted_id(by) == counted:
        raise NotAllowed(OWN)
    return db.session.get_one(Person, counted)


def _lock_departure(departure_id: int, by: int | None) -> Departure:
    _locked(db.session.get_one(Departure, departure_id).person_id, by)
    return db.session.get_one(Departure, departure_id, with_for_update=True, populate_existing=True)


def _end_membership(person_id: int, departure: Departure, by: int | None) -> list[list[Any]]:
    """Every membership ends on the day, one is declared where there was none. What stood before, to give it back."""
    left_on = departure.left_on
    facts = facts_now(person_id)
    before = []
    starts = [membership_starts(facts, left_on)]
    for fact in facts:
        if fact.kind == "membership" and (fact.ends_on is None or fact.ends_on > left_on):
            row = db.session.get_one(Evidence, fact.id)
            before.append(
                [
                    row.starts_on.isoformat(),
                    row.ends_on.isoformat() if row.ends_on else None,
                    row.source_type,
                    row.source_id,
                ]
            )
            void(row.id, reason=f"Left the service with effect from {day(left_on)}.", recorded_by=by)
            starts = [row.starts_on] if row.starts_on < left_on else []
    for starts_on in starts:
        declare(
            person_id,
            kind="membership",
            starts_on=starts_on,
            ends_on=left_on,
            source=(SOURCE, departure.id),
            recorded_by=by,
        )
    return before


def _membership_again(departure: Departure, by: int | None) -> None:
    for starts_on, ends_on, source_type, source_id in departure.done["memberships"]:
        declare(
            departure.person_id,
            kind="membership",
            starts_on=date.fromisoformat(starts_on),
            ends_on=date.fromisoformat(ends_on) if ends_on else None,
            source=(source_type, source_id),
            recorded_by=by,
        )


def _end_roles(records: list[int], left_on: date, on: date) -> list[tuple[int, str | None]]:
    """Every role ends with the last day. Which, with the end that each had. Raises DomainError: the last administrator.

    One that was to begin later never does.
    """
    for record in records:
        refuse_without_administrator(record, on=on)
    ended = []
    for grant in grants_after(records, left_on):
        ended.append((grant.id, grant.ends_on.isoformat() if grant.ends_on else None))
        end_grant(grant.id, on=max(left_on, grant.starts_on))
    db.session.flush()
    return ended


def _here_again(departure: Departure) -> None:
    """In the service again, with the accounts that were closed because of the leaving."""
    records = records_of(departure.person_id)
    for record in records:
        record.left_on = None
    closed = select(Account.id).where(Account.id.in_(departure.done["accounts"]), Account.disabled_at.is_not(None))
    for account_id in db.session.scalars(closed).all():
        enable_account(account_id)
    db.session.flush()
