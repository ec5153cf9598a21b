"""Owing reminders. Callers hold the transaction.

The keys make it harmless to do this twice, late, or in two processes at once.
"""

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import OperationalError

from accreditation.core import clock, outbox
from accreditation.core.database import db, insert_if_absent
from accreditation.core.outbox import Letter
from accreditation.core.settings import get_setting
from scheduler.models import Obligation
from scheduler.queries.ends import missing_reminders
from scheduler.queries.recipients import Recipients
from scheduler.rules.ladders import Bundle, Reminder, collapse, deadline_kind, too_many

log = logging.getLogger(__name__)

FOLDER = "email/scheduler/"
TEMPLATES = {
    "mediator": f"{FOLDER}item_due.txt",
    "practice_manager": f"{FOLDER}item_overdue.txt",
    "provider": f"{FOLDER}results_due.txt",
    "helpline": f"{FOLDER}follow_up_due.txt",
}
TEMPLATES_OF_DEADLINES = {
    ("return_from_leave", "mediator"): f"{FOLDER}own_day_comes.txt",
    ("return_from_leave", "practice_manager"): f"{FOLDER}day_comes.txt",
}
"""By kind of deadline and audience, where the letter of the audience would not fit."""
HELD_BY_BREAKER = "More reminders at once than this service usually sends. Look at them, then release them."


@dataclass(frozen=True)
class Owed:
    """A letter's worth of reminders with the people it goes to."""

    bundle: Bundle
    recipients: tuple[int, ...]


@dataclass(frozen=True)
class Plan:
    """What is to be owed now. `hold`: so much at once that a person must look first. `unaddressed`.

    Nobody holds the role.
    """

    owed: Sequence[Owed]
    unaddressed: int
    hold: str | None

    @property
    def letters(self) -> int:
        return sum(len(one.recipients) for one in self.owed)


def what_to_plan(on: date) -> Plan:
    """Everything that is due by the day and not owed yet. Only reads."""
    recipients = Recipients(on)
    found = [Owed(bundle, tuple(recipients.of(bundle.lead))) for bundle in collapse(missing_reminders(on))]
    owed = [one for one in found if one.recipients]
    letters = sum(len(one.recipients) for one in owed)
    hold = HELD_BY_BREAKER if _too_many(letters, clock.now()) else None
    return Plan(owed, len(found) - len(owed), hold)


def plan_reminders(on: date) -> int:
    """Owe every reminder whose day has come and that is not owed yet: the number of letters. In one transaction."""
    plan = what_to_plan(on)
    return owe_reminders(plan.owed, hold=plan.hold)


def owe_reminders(owed: Iterable[Owed], *, hold: str | None) -> int:
    """Write these down with their letters: the number of letters.

    One that cannot be written costs nobody else theirs.
    """
    letters = 0
    for one in owed:
        try:
            with db.session.begin_nested():
                letters += _owe(one, hold)
        except OperationalError:
            raise  # the database's fault: nothing further can be written either
        except Exception:
            log.exception("no reminder planned about person %s", one.bundle.lead.person_id)
    return letters


def settle_reminders(on: date, person_ids: Collection[int], *, reason: str) -> int:
    """Record what is due about these people as known, without letters: how many. Later stages are reminded of as usual.

    For an import of a register: the service knew all this from its spreadsheet, and nobody expects a flood of letters.
    """
    settled = 0
    about = [reminder for reminder in missing_reminders(on) if reminder.person_id in person_ids]
    for bundle in collapse(about):
        for reminder in bundle.reminders:
            settled += _put_down(reminder, "settled", None, reason) is not None
        _put_down_passed(bundle)
    return settled


def hold_reminders(on: date, person_ids: Collection[int], *, reason: str) -> int:
    """Owe what is due about these people, each letter held until a person releases it: the number of letters.

    For an import of a register: nobody is overlooked, and nothing goes out because of a file.
    """
    recipients = Recipients(on)
    about = [reminder for reminder in missing_reminders(on) if reminder.person_id in person_ids]
    found = [Owed(bundle, tuple(recipients.of(bundle.lead))) for bundle in collapse(about)]
    return owe_reminders([one for one in found if one.recipients], hold=reason)


def letter_is_superseded(letter: Letter, reason: str) -> None:
    """What the letter was about is not true now. If it becomes true again, it is owed anew, with a new letter."""
    if not letter.template.startswith(FOLDER):
        return
    sister = select(Letter.id).where(
        Letter.about_id == letter.about_id,
        Letter.template == letter.template,
        Letter.id != letter.id,
        Letter.state.not_in(("superseded", "cancelled")),
    )
    if db.session.scalar(sister.limit(1)) is None:
        _supersede(or_(Obligation.id == letter.about_id, Obligation.lead_id == letter.about_id), reason)


def supersede_reminder(obligation_id: int, reason: str) -> None:
    """One of several reminders in a letter is no longer true; the letter goes with the others."""
    _supersede(Obligation.id == obligation_id, reason)


# --- pieces ----------------------------------------------------------------------------------------------------------


def _owe(one: Owed, hold: str | None) -> int:
    lead: Obligation | None = None
    for reminder in one.bundle.reminders:
        row = _put_down(reminder, "owed", lead.id if lead else None)
        lead = lead or row
    _put_down_passed(one.bundle)
    if lead is None:
        return 0  # another scheduler was quicker
    letters = 0
    for recipient_id in one.recipients:
        key = f"reminder:{lead.id}:{lead.turn}:{recipient_id}"
        letters += outbox.queue(recipient_id, template_for(lead), about_id=lead.id, key=key, hold=hold) is not None
    return letters


def template_for(lead: Obligation) -> str:
    """The letter that says it."""
    return TEMPLATES_OF_DEADLINES.get((deadline_kind(lead.subject) or "", lead.audience), TEMPLATES[lead.audience])


def _put_down(reminder: Reminder, state: str, lead_id: int | None, reason: str | None = None) -> Obligation | None:
    """The row, new or taken up again; None when it is owed already."""
    key = {name: getattr(reminder, name) for name in ("person_id", "subject", "basis_date", "stage", "audience")}
    now = clock.now()
    new_id = insert_if_absent(Obligation, **key, state=state, reason=reason, lead_id=lead_id, planned_at=now, turn=1)
    if new_id is not None:
        return db.session.get_one(Obligation, new_id)
    row = db.session.scalars(select(Obligation).filter_by(**key).with_for_update()).one()
    if row.state in ("owed", "settled"):
        return None
    _take_back_waiting(row.id, now)
    row.state, row.reason, row.lead_id, row.planned_at, row.turn = state, reason, lead_id, now, row.turn + 1
    db.session.flush()
    return row


def _put_down_passed(bundle: Bundle) -> None:
    for reminder in bundle.passed:
        key = {name: getattr(reminder, name) for name in ("person_id", "subject", "basis_date", "stage", "audience")}
        spoken_by = min(other.stage for other in bundle.reminders if other.subject == reminder.subject)
        insert_if_absent(
            Obligation,
            **key,
            state="collapsed",
            reason=f"A more urgent reminder was due too: {stage_words(spoken_by)}.",
            lead_id=None,
            planned_at=clock.now(),
            turn=1,
        )


def stage_words(stage: int) -> str:
    """ "90 days before", "on the day", "7 days after"."""
    if stage == 0:
        return "on the day"
    days = f"{abs(stage)} day{'s' if abs(stage) != 1 else ''}"
    return f"{days} before" if stage > 0 else f"{days} after"


def _take_back_waiting(lead_id: int, now: datetime) -> None:
    db.session.execute(
        update(Letter)
        .where(Letter.about_id == lead_id, Letter.template.startswith(FOLDER), Letter.state.in_(outbox.WAITING))
        .values(state="superseded", reason="A new letter about the same took its place.", ended_at=now)
        .execution_options(synchronize_session=False)
    )


def _supersede(condition: object, reason: str) -> None:
    db.session.execute(
        update(Obligation)
        .where(condition, Obligation.state == "owed")  # type: ignore[arg-type]
        .values(state="superseded", reason=reason)
        .execution_options(synchronize_session=False)
    )


def _too_many(letters: int, now: datetime) -> bool:
    """Whether this run, with what was planned since yesterday and not looked at by anybody, is more than usual."""
    if not letters:
        return False
    midnight = now.astimezone(clock.LONDON).replace(hour=0, minute=0, second=0, microsecond=0)
    ours = Letter.template.startswith(FOLDER)
    counts = (Letter.state != "superseded") & Letter.released_by.is_(None)
    today = db.session.scalar(select(func.count()).where(ours, counts, Letter.queued_at >= midnight)) or 0
    day = func.date(Letter.queued_at)
    days = (
        select(func.count().label("letters"))
        .where(
            ours,
            Letter.state.not_in(("held", "superseded", "cancelled")),
            Letter.queued_at >= midnight - timedelta(days=28),
            Letter.queued_at < midnight,
        )
        .group_by(day)
        .subquery()
    )
    busiest = db.session.scalar(select(func.max(days.c.letters))) or 0
    return too_many(letters, already_today=today, busiest_day=busiest, at_least=int(get_setting("reminder_breaker")))
