"""Logging, confirming, turning down, striking out. Callers hold the transaction; nothing here commits."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from accreditation.core.database import db
from accreditation.core.errors import DomainError, NotAllowed
from accreditation.people.queries import lock_person
from accreditation.practice.models import PracticeEntry
from accreditation.practice.rules import Details, reasons_to_refuse
from accreditation.standing.services import declare, declaring_many, void_source

SOURCE = "practice_entry"


def log_entry(person_id: int, details: Details, *, on: date, recorded_by: int | None) -> PracticeEntry:
    """An entry for a manager to confirm: no evidence yet. Raises DomainError with every reason."""
    lock_person(person_id)
    return _add(person_id, details, on=on, recorded_by=recorded_by)


def record_entry(
    person_id: int,
    *,
    kind: str,
    done_on: date,
    quantity: Decimal | int,
    code: str | None = None,
    note: str | None = None,
    case_reference: str | None = None,
    recorded_by: int | None,
    on: date | None = None,
) -> PracticeEntry:
    """An entry that is confirmed as it is recorded: by the office, or from its records. Declares evidence.

    `quantity` is hours for CPD and supervision, 1 for a case; `on` the day of recording, the day it was done unless
    given. Raises DomainError with every reason; NotAllowed when somebody would confirm an entry of their own.
    """
    if lock_person(person_id).counted.id == recorded_by:
        raise NotAllowed("Somebody else has to confirm what you did yourself. Log it, and a colleague confirms it.")
    details = Details(kind, done_on, Decimal(quantity), code, case_reference, note)
    entry = _add(person_id, details, on=on or done_on, recorded_by=recorded_by)
    _confirm(entry, on=on or done_on, confirmed_by=recorded_by)
    return entry


def confirm_entries(entry_ids: Iterable[int], *, on: date, confirmed_by: int) -> int:
    """Confirm these entries, each declared as evidence of the day it was done. How many were not confirmed before.

    All or none: raises NotAllowed for one of the confirmer's own, DomainError for one that was turned down.
    """
    found = [db.session.get_one(PracticeEntry, entry_id) for entry_id in sorted(set(entry_ids))]
    for person_id in sorted({entry.person_id for entry in found}):
        lock_person(person_id)
    confirmed = 0
    with declaring_many():
        for entry_id in [entry.id for entry in found]:
            entry = _locked(entry_id)
            if entry.state == "confirmed":
                continue
            if entry.person.counted.id == confirmed_by:
                raise NotAllowed("You cannot confirm an entry of your own. A colleague has to.")
            if entry.state != "logged":
                raise DomainError("An entry that was turned down or struck out cannot be confirmed.")
            _confirm(entry, on=on, confirmed_by=confirmed_by)
            confirmed += 1
    return confirmed


def turn_down_entry(entry_id: int, *, reason: str, on: date, decided_by: int) -> PracticeEntry:
    """Not confirmed, for a reason that the mediator reads. Raises DomainError unless it waits to be confirmed."""
    entry = _locked(entry_id)
    if entry.state != "logged":
        raise DomainError("Only an entry that waits to be confirmed can be turned down.")
    if entry.person.counted.id == decided_by:
        raise NotAllowed("You cannot decide on an entry of your own. A colleague has to.")
    entry.state, entry.decided_on, entry.reason = "turned_down", on, reason
    db.session.flush()
    return entry


def strike_out_entry(entry_id: int, *, reason: str, on: date, recorded_by: int) -> PracticeEntry:
    """A confirmed entry was wrong: its evidence is struck out. The right one is recorded anew.

    Raises DomainError unless it is confirmed.
    """
    entry = _locked(entry_id)
    if entry.state != "confirmed":
        raise DomainError("Only a confirmed entry can be struck out.")
    if entry.person.counted.id == recorded_by:
        raise NotAllowed("You cannot decide on an entry of your own. A colleague has to.")
    entry.state, entry.decided_on, entry.reason = "struck_out", on, reason
    db.session.flush()
    void_source((SOURCE, entry_id), reason=reason, recorded_by=recorded_by)
    return entry


def take_back_entry(entry_id: int, *, person_id: int) -> None:
    """The mediator takes back what they logged, while nobody has decided on it. Raises DomainError otherwise."""
    entry = _locked(entry_id)
    if entry.person_id != person_id or entry.state != "logged":
        raise DomainError("This entry has been decided on. Ask the practice manager to correct it.")
    db.session.delete(entry)
    db.session.flush()


def _add(person_id: int, details: Details, *, on: date, recorded_by: int | None) -> PracticeEntry:
    reasons = reasons_to_refuse(details)
    if details.done_on > on:
        reasons.append("The day it was done cannot be in the future.")
    if reasons:
        raise DomainError(*reasons)
    entry = PracticeEntry(
        person_id=person_id,
        kind=details.kind,
        code=details.code,
        done_on=details.done_on,
        quantity=details.quantity,
        case_reference=details.case_reference,
        note=details.note,
        state="logged",
        recorded_by=recorded_by,
        recorded_on=on,
    )
    db.session.add(entry)
    db.session.flush()
    return entry


def _confirm(entry: PracticeEntry, *, on: date, confirmed_by: int | None) -> None:
    entry.state, entry.decided_on, entry.confirmed_by = "confirmed", on, confirmed_by
    db.session.flush()
    declare(
        entry.person_id,
        kind=entry.kind,
        code=entry.code,
        starts_on=entry.done_on,
        quantity=entry.quantity,
        source=(SOURCE, entry.id),
        recorded_by=confirmed_by,
    )


def _locked(entry_id: int) -> PracticeEntry:
    lock_person(db.session.get_one(PracticeEntry, entry_id).person_id)
    return db.session.get_one(PracticeEntry, entry_id, with_for_update=True, populate_existing=True)
