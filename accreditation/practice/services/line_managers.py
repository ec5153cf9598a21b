"""Line managers confirm what was logged: named by the office, asked by letter, heard through a link or their account.

Callers hold the transaction.
"""

import secrets
from collections.abc import Collection, Sequence
from datetime import date, datetime

from flask import current_app
from sqlalchemy import select

from accreditation.core import outbox
from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError, NotAllowed
from accreditation.core.tokens import link_id_of, link_token, same
from accreditation.people.models import Person
from accreditation.people.queries import lock_person
from accreditation.people.services import lock_records
from accreditation.practice.models import ConfirmationLink, LineManager, PracticeEntry
from accreditation.practice.queries.confirming import confirmer_of, details_of
from accreditation.practice.queries.line_managers import (
    entries_for_line_manager,
    find_line_manager,
    last_asked,
    line_managers_of,
    own_addresses,
    people_to_ask_about,
)
from accreditation.practice.rules.line_managers import (
    LINE_MANAGER,
    LINK_PATH,
    Answer,
    due_to_be_asked,
    link_ends,
    mark_of,
    reasons_not_to_name,
)
from accreditation.practice.services.cases import renew_cases
from accreditation.practice.services.entries import (
    CHANGED,
    OWN,
    decide_against,
    declare_confirmed,
    lock_entry,
    refuse_own,
)
from accreditation.standing.services import declaring_many

ROOM = "practice confirmation"
PURPOSE = "confirm"
ASKED = "email/practice/confirm_asked.txt"


class DeadLink(DomainError):
    """In the same words whether it was used, replaced, too old, or never one of ours."""

    def __init__(self) -> None:
        super().__init__("This link has been used, has expired or has been replaced by a newer one.")


def name_line_manager(person_id: int, *, name: str, address: str, at: datetime, named_by: int) -> LineManager:
    """Who confirms what this mediator logs. Whoever was named before is asked no more, and their link stops working.

    Naming the same again changes nothing. Raises NotAllowed for one's own, DomainError with every reason.
    """
    person = _locked(person_id)
    refuse_own(person.id, named_by)
    reasons = reasons_not_to_name(name, address, mediator=person.own_name, own_addresses=own_addresses(person.id))
    if reasons:
        raise DomainError(*reasons)
    name, address = " ".join(name.split()), address.strip()
    now = find_line_manager(person.id)
    if now and (now.name, now.address) == (name, address):
        return now
    if now:
        _end(now, at)
    named = LineManager(person_id=person.id, name=name, address=address, named_at=at, named_by=named_by)
    db.session.add(named)
    db.session.flush()
    return named


def end_line_manager(person_id: int, *, at: datetime, ended_by: int) -> None:
    """Nobody is asked about this mediator any more, until somebody is named again. Doing it twice does it once."""
    person = _locked(person_id)
    refuse_own(person.id, ended_by)
    if now := find_line_manager(person.id):
        _end(now, at)


def _locked(person_id: int) -> Person:
    """The record that counts, with nobody else deciding about any of this person's until the transaction ends."""
    return db.session.get_one(Person, lock_records(person_id)[-1])


def _end(line_manager: LineManager, at: datetime) -> None:
    line_manager.ended_at = at
    if link := _open_link(line_manager.id):
        link.revoked_at = at
    db.session.flush()


def ask_line_manager(person_id: int, *, on: date, at: datetime, again: bool = False) -> bool:
    """A letter with a link to whoever confirms for this mediator, if anything waits for them; whether one goes.

    At most one in ASK_AGAIN_DAYS, or one a day where the office asks `again`. The link they have goes on working.
    """
    person = _locked(person_id)
    line_manager = find_line_manager(person.id)
    if line_manager is None or not entries_for_line_manager(person.id, on):
        return False
    asked_on = last_asked([line_manager.id]).get(line_manager.id)
    if not due_to_be_asked(asked_on, on) and not (again and asked_on != on):
        return False
    link = _open_link(line_manager.id)
    if link is None or link.expires_at <= at:
        if link is not None:
            link.revoked_at = at
            db.session.flush()
        link = ConfirmationLink(line_manager_id=line_manager.id, nonce=secrets.token_hex(32), made_at=at)
        db.session.add(link)
    link.asked_on, link.expires_at = on, link_ends(on)
    db.session.flush()
    outbox.queue(person.id, ASKED, about_id=link.id, key=f"confirm-asked:{link.id}:{on.isoformat()}")
    return True


def people_due_to_be_asked_about(on: date) -> list[int]:
    """Whose line managers may be asked today, for a loop that gives each a transaction of its own."""
    named = line_managers_of(people_to_ask_about(on))
    asked = last_asked([line_manager.id for line_manager in named.values()])
    return sorted(who for who, line_manager in named.items() if due_to_be_asked(asked.get(line_manager.id), on))


# --- the link --------------------------------------------------------------------------------------------------------


def token_of(link: ConfirmationLink) -> str:
    return link_token(str(current_app.config["SECRET_KEY"]), ROOM, PURPOSE, link.id, link.nonce)


def address_of(link: ConfirmationLink) -> str:
    """What the letter says to open. From the configured address of the site, never from what a request claims."""
    return f"{current_app.config['BASE_URL']}{LINK_PATH}{token_of(link)}"


def find_link(token: str, *, now: datetime) -> ConfirmationLink:
    """The link that a token belongs to, if it works now (`expires_at` exclusive). Raises DeadLink."""
    link_id = link_id_of(token)
    link = db.session.get(ConfirmationLink, link_id, populate_existing=True) if link_id is not None else None
    if link is None or not same(token, token_of(link)) or not still_works(link, now):
        raise DeadLink
    return link


def still_works(link: ConfirmationLink, now: datetime) -> bool:
    """Whether it opens anything: not used, not expired, and its line manager still the one named."""
    return link.revoked_at is None and now < link.expires_at and link.line_manager.ended_at is None


def open_link(person_id: int) -> ConfirmationLink | None:
    """The link that works for whoever is named for this mediator, once they were asked; None once it was used."""
    named = find_line_manager(person_id)
    return _open_link(named.id) if named else None


def _open_link(line_manager_id: int) -> ConfirmationLink | None:
    found = select(ConfirmationLink).where(
        ConfirmationLink.line_manager_id == line_manager_id, ConfirmationLink.revoked_at.is_(None)
    )
    return db.session.scalar(found)


# --- the answer ------------------------------------------------------------------------------------------------------


def answer_by_link(
    token: str, answers: Sequence[Answer], *, on: date, at: datetime, on_page: Collection[int] | None = None
) -> int:
    """What the line manager says through the link; how many entries they confirmed.

    `on_page`: the entries that stood on the page they sent, None being all that wait. The link stops working once
    nothing waits but what they have left for later on that page.

    All or none. Raises DeadLink; Conflict where an entry has changed or does not wait for them; DomainError without any
    answer, or for a query without words.
    """
    person_id = find_link(token, now=at).line_manager.person_id
    lock_records(person_id)
    link = find_link(token, now=at)  # once more, under the lock: of two answers at once the first counts
    theirs = {entry.id for entry in entries_for_line_manager(person_id, on)}
    confirmed = _answer(answers, theirs, on=on, by=None, word=link.line_manager.name, link_id=link.id)
    if on_page is None or theirs <= set(on_page):
        link.revoked_at = at
    db.session.flush()
    return confirmed


def say_not_theirs(token: str, *, at: datetime) -> None:
    """Whoever got the letter is not the line manager: nobody is, until the office names somebody. Raises DeadLink.

    It waits for the office on its first page while entries wait for somebody to be named.
    """
    lock_records(find_link(token, now=at).line_manager.person_id)
    named = find_link(token, now=at).line_manager
    _end(named, at)
    named.not_theirs_at = at
    db.session.flush()


def answer_as_line_manager(
    answers: Sequence[Answer], allowed: Collection[int], *, on: date, answered_by: int, name: str
) -> int:
    """The same of somebody with an account. `allowed`: the entries that they may know of and that wait for them."""
    return _answer(answers, allowed, on=on, by=answered_by, word=name, link_id=None)


def _answer(
    answers: Sequence[Answer],
    allowed: Collection[int],
    *,
    on: date,
    by: int | None,
    word: str,
    link_id: int | None,
) -> int:
    if not answers:
        raise DomainError("Confirm or query at least one entry.")
    if not {answer.entry_id for answer in answers} <= set(allowed):
        raise Conflict(CHANGED)
    found = [db.session.get_one(PracticeEntry, answer.entry_id) for answer in answers]
    for person_id in sorted({entry.person_id for entry in found}):
        if lock_person(person_id).counted.id == by:
            raise NotAllowed(OWN)
    keys = []
    with declaring_many():
        for answer in sorted(answers, key=lambda each: each.entry_id):
            entry = lock_entry(answer.entry_id)
            details = details_of(entry)
            if (entry.state, confirmer_of(details, on)) != ("logged", LINE_MANAGER) or answer.seen != mark_of(details):
                raise Conflict(CHANGED)
            if not answer.confirms:
                decide_against(
                    entry.id,
                    "returned",
                    reason=answer.words,
                    on=on,
                    decided_by=by,
                    on_word_of=word,
                    link_id=link_id,
                )
                continue
            entry.on_word_of, entry.by_link_id = word, link_id
            declare_confirmed(entry, on=on, confirmed_by=by)
            keys.append(entry.case_key)
    renew_cases(keys)
    return sum(answer.confirms for answer in answers)
