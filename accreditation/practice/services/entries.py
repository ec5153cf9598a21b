"""Logging, confirming, returning, correcting, striking out. Callers hold the transaction; nothing here commits."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from accreditation.core import outbox
from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError, NotAllowed
from accreditation.people.queries import lock_person
from accreditation.practice.models import PracticeEntry
from accreditation.practice.queries.confirming import confirmer_of, details_of
from accreditation.practice.rules.entries import Details, case_key, reasons_to_refuse
from accreditation.practice.rules.line_managers import mark_of, word_holds
from accreditation.practice.services.arranging import move_to, note_logged
from accreditation.practice.services.cases import renew_cases
from accreditation.standing.rules.confirmers import BY_WORD
from accreditation.standing.services import declare, declaring_many, void_source

SOURCE = "practice_entry"
DECIDED = "email/practice/entry_decided.txt"
OWN = "You cannot decide on an entry of your own. A colleague has to."
CHANGED = "An entry was changed after you opened this page. Look at it again."


def log_entry(
    person_id: int, details: Details, *, on: date, recorded_by: int | None, arranged_id: int | None = None
) -> PracticeEntry:
    """An entry for somebody to confirm: no evidence yet, unless the schemes take the mediator's own word.

    `arranged_id`: the supervision that was arranged and is logged by this. Raises DomainError with every reason.
    """
    lock_person(person_id)
    entry = _add(person_id, details, on=on, recorded_by=recorded_by)
    note_logged(arranged_id, entry)
    _take_own_word(entry, details, on)
    return entry


def record_entry(
    person_id: int,
    *,
    kind: str,
    done_on: date,
    quantity: Decimal | int = 1,
    code: str | None = None,
    note: str | None = None,
    case_reference: str | None = None,
    hours: Decimal | None = None,
    outcome: str | None = None,
    ends_on: date | None = None,
    recorded_by: int | None,
    on: date | None = None,
    arranged_id: int | None = None,
    on_word_of: str | None = None,
) -> PracticeEntry:
    """An entry that is confirmed as it is recorded: by the office, or from its records. Declares evidence.

    Where the schemes have a line manager, a supervisor or a provider confirm it, it waits for them like any other, the
    office's word being not theirs, unless it is recorded `on_word_of` one of them, by name. `quantity` is hours for CPD
    and supervision, 1 for a case and a declaration; `on` the day of recording, the day it was done unless given. Raises
    DomainError with every reason; NotAllowed when somebody would confirm their own.
    """
    refuse_own(person_id, recorded_by)
    details = Details(kind, done_on, Decimal(quantity), code, case_reference, note, hours, outcome, ends_on)
    entry = _add(person_id, details, on=on or done_on, recorded_by=recorded_by)
    note_logged(arranged_id, entry)
    if by_word := confirmer_of(details, on or done_on) in BY_WORD:
        entry.on_word_of = (on_word_of or "").strip() or None
    if entry.on_word_of or not by_word:
        declare_confirmed(entry, on=on or done_on, confirmed_by=recorded_by)
        renew_cases([entry.case_key])
    return entry


def amend_entry(entry_id: int, details: Details, *, person_id: int, on: date) -> PracticeEntry:
    """The mediator puts right what they logged, while nobody has confirmed it, or what was returned to them.

    It waits to be confirmed again. Raises DomainError with every reason, Conflict once it has been decided on.
    """
    entry = lock_entry(entry_id)
    if entry.person_id != person_id or entry.state not in ("logged", "returned"):
        raise Conflict("This entry has been decided on. Ask the practice manager to correct it.")
    _refuse(details, on)
    _write(entry, details)
    entry.state, entry.decided_on, entry.reason, entry.recorded_on = "logged", None, None, on
    entry.on_word_of = entry.by_link_id = None
    db.session.flush()
    _take_own_word(entry, details, on)
    return entry


def confirm_entries(
    entry_ids: Iterable[int],
    *,
    on: date,
    confirmed_by: int,
    on_word_of: str | None = None,
    seen: Mapping[int, str] | None = None,
) -> int:
    """Confirm these entries, each declared as evidence of the day it was done. How many were not confirmed before.

    Where the schemes name a line manager, a supervisor or a provider, the office confirms `on_word_of` a person, whose
    name is kept. `seen`: the marks of what the office read, by entry; None: it read them in this transaction. All or
    none: raises NotAllowed for one of the confirmer's own, DomainError for one that was turned down, and when it is not
    said on whose word; Conflict for one that says something else by now.
    """
    found = [db.session.get_one(PracticeEntry, entry_id) for entry_id in sorted(set(entry_ids))]
    for person_id in sorted({entry.person_id for entry in found}):
        lock_person(person_id)
    confirmed, keys = 0, []
    with declaring_many():
        for entry_id in [entry.id for entry in found]:
            entry = lock_entry(entry_id)
            if entry.state == "confirmed":
                continue
            if entry.person.counted.id == confirmed_by:
                raise NotAllowed("You cannot confirm an entry of your own. A colleague has to.")
            if entry.state != "logged":
                raise DomainError("An entry that was returned, turned down or struck out cannot be confirmed.")
            if seen is not None and seen.get(entry_id) != mark_of(details_of(entry)):
                raise Conflict(CHANGED)
            if (named := confirmer_of(details_of(entry), on)) in BY_WORD:
                if not (on_word_of or "").strip():
                    raise DomainError(f"The scheme has the {named} confirm this. Say on whose word you confirm it.")
                entry.on_word_of = (on_word_of or "").strip()
            declare_confirmed(entry, on=on, confirmed_by=confirmed_by)
            keys.append(entry.case_key)
            confirmed += 1
    renew_cases(keys)
    return confirmed


def return_entry(entry_id: int, *, reason: str, on: date, decided_by: int) -> PracticeEntry:
    """Back to the mediator, who reads the reason and puts the entry right. Raises DomainError unless it waits."""
    return decide_against(entry_id, "returned", reason=reason, on=on, decided_by=decided_by)


def turn_down_entry(entry_id: int, *, reason: str, on: date, decided_by: int) -> PracticeEntry:
    """Not confirmed, for a reason that the mediator reads. Raises DomainError unless it waits to be confirmed."""
    return decide_against(entry_id, "turned_down", reason=reason, on=on, decided_by=decided_by)


def strike_out_entry(entry_id: int, *, reason: str, on: date, recorded_by: int) -> PracticeEntry:
    """A confirmed entry was wrong: its evidence is struck out. The right one is recorded anew.

    Raises DomainError unless it is confirmed.
    """
    entry = lock_entry(entry_id)
    if entry.state != "confirmed":
        raise DomainError("Only a confirmed entry can be struck out.")
    refuse_own(entry.person_id, recorded_by)
    _strike_out(entry, reason=reason, on=on, recorded_by=recorded_by)
    renew_cases([entry.case_key])
    return entry


def correct_entry(
    entry_id: int, details: Details, *, reason: str, on: date, recorded_by: int, on_word_of: str | None = None
) -> PracticeEntry:
    """Strike out a confirmed entry and record the right one in its place, both in one act; the new entry.

    The office confirms it where the schemes let it. Where they name a line manager, a supervisor or a provider, what
    these have said holds while nothing but the note changes; any other correction counts once they have confirmed it
    anew, at once if the office has it `on_word_of` them. Raises DomainError with every reason, and unless the entry is
    confirmed.
    """
    entry = lock_entry(entry_id)
    if entry.state != "confirmed":
        raise DomainError("Only a confirmed entry can be corrected.")
    refuse_own(entry.person_id, recorded_by)
    with declaring_many():
        _strike_out(entry, reason=reason, on=on, recorded_by=recorded_by)
        right = _add(entry.person_id, details, on=on, recorded_by=recorded_by)
        right.replaces_id = entry.id
        move_to(entry, right)
        if confirmer_of(details, on) in BY_WORD:
            if word := (on_word_of or "").strip():
                right.on_word_of = word
            elif word_holds(details_of(entry), details):
                right.on_word_of, right.by_link_id = entry.on_word_of, entry.by_link_id
        if right.on_word_of or confirmer_of(details, on) not in BY_WORD:
            declare_confirmed(right, on=on, confirmed_by=recorded_by)
    renew_cases([entry.case_key, right.case_key])
    return right


def take_back_entry(entry_id: int, *, person_id: int) -> None:
    """The mediator takes back what they logged, while nobody has decided on it. Raises DomainError otherwise."""
    entry = lock_entry(entry_id)
    if entry.person_id != person_id or entry.state not in ("logged", "returned"):
        raise DomainError("This entry has been decided on. Ask the practice manager to correct it.")
    move_to(entry, None)
    outbox.call_back(entry.person_id, DECIDED, about_id=entry.id, reason="The mediator has taken the entry back.")
    db.session.delete(entry)
    db.session.flush()


def decide_against(
    entry_id: int,
    state: str,
    *,
    reason: str,
    on: date,
    decided_by: int | None,
    on_word_of: str | None = None,
    link_id: int | None = None,
) -> PracticeEntry:
    """Return it or turn it down, for a reason; the mediator is owed a letter that says where to read it.

    `on_word_of`: who queried it, where that was not the office.
    """
    entry = lock_entry(entry_id)
    if entry.state != "logged":
        raise DomainError("Only an entry that waits to be confirmed can be returned or turned down.")
    if not reason.strip():
        raise DomainError("Enter the reason, as the mediator will read it.")
    refuse_own(entry.person_id, decided_by)
    entry.state, entry.decided_on, entry.reason = state, on, reason.strip()
    entry.on_word_of, entry.by_link_id = on_word_of, link_id
    db.session.flush()
    _tell(entry)
    return entry


def _tell(entry: PracticeEntry) -> None:
    """One letter for each decision: only an entry that waits is decided on, and one put right may be decided on again.

    A letter that has not gone yet is about the newest decision when it goes, so that nobody gets two that say the same.
    """
    if not outbox.waits(entry.person_id, DECIDED, about_id=entry.id):
        key = f"entry-decided:{entry.id}:{secrets.token_hex(8)}"
        outbox.queue(entry.person_id, DECIDED, about_id=entry.id, key=key)


def _take_own_word(entry: PracticeEntry, details: Details, on: date) -> None:
    if confirmer_of(details, on) == "mediator":
        declare_confirmed(entry, on=on, confirmed_by=None)
        renew_cases([entry.case_key])


def refuse_own(person_id: int, by: int | None) -> None:
    """Raises NotAllowed where somebody would decide on their own, whichever of their records it stands with."""
    if lock_person(person_id).counted.id == by:
        raise NotAllowed(OWN)


def _refuse(details: Details, on: date) -> None:
    reasons = reasons_to_refuse(details)
    if details.done_on > on:
        reasons.append(
            "The first day of a declaration cannot be in the future."
            if details.kind == "declaration"
            else "The day it was done cannot be in the future."
        )
    if reasons:
        raise DomainError(*reasons)


def _write(entry: PracticeEntry, details: Details) -> None:
    entry.kind, entry.code, entry.done_on, entry.ends_on = details.kind, details.code, details.done_on, details.ends_on
    entry.quantity, entry.hours, entry.outcome = details.quantity, details.hours, details.outcome
    entry.case_reference, entry.note = details.case_reference, details.note
    entry.case_key = case_key(details.case_reference) if details.kind == "case" else None


def _add(person_id: int, details: Details, *, on: date, recorded_by: int | None) -> PracticeEntry:
    _refuse(details, on)
    entry = PracticeEntry(person_id=person_id, state="logged", recorded_by=recorded_by, recorded_on=on)
    _write(entry, details)
    db.session.add(entry)
    db.session.flush()
    return entry


def _strike_out(entry: PracticeEntry, *, reason: str, on: date, recorded_by: int) -> None:
    entry.state, entry.decided_on, entry.reason = "struck_out", on, reason
    db.session.flush()
    void_source((SOURCE, entry.id), reason=reason, recorded_by=recorded_by)


def declare_confirmed(entry: PracticeEntry, *, on: date, confirmed_by: int | None) -> None:
    """From now on it counts: evidence of the day it was done. The caller renews what follows for its case."""
    entry.state, entry.decided_on, entry.confirmed_by = "confirmed", on, confirmed_by
    db.session.flush()
    is_declared = entry.kind == "declaration"
    declare(
        entry.person_id,
        kind=entry.kind,
        code=entry.code,
        starts_on=entry.done_on,
        ends_on=entry.ends_on,
        quantity=None if is_declared else entry.quantity,
        source=(SOURCE, entry.id),
        recorded_by=confirmed_by,
    )


def lock_entry(entry_id: int) -> PracticeEntry:
    """The entry for writing, under the lock of its person."""
    lock_person(db.session.get_one(PracticeEntry, entry_id).person_id)
    return db.session.get_one(PracticeEntry, entry_id, with_for_update=True, populate_existing=True)
