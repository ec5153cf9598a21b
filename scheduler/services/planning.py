"""What is to be owed now, and whether a person must look first. Callers hold the transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select, update

from accreditation.core import clock
from accreditation.core.calendar import days_after
from accreditation.core.database import db
from accreditation.core.outbox import Letter
from accreditation.core.settings import get_setting
from scheduler.models import DigestItem, Obligation
from scheduler.queries.ends import missing_reminders
from scheduler.queries.recipients import Recipients
from scheduler.rules.ladders import collapse, too_many
from scheduler.services.marks import find_mark
from scheduler.services.owing import DIGEST_LETTER, FOLDER, Owed, owe_reminders, settle

HELD_BY_BREAKER = "More reminders at once than this service usually sends. Look at them, then release them."

HELD_AFTER_RESTORE = "A backup was restored. Look at what is due, then let reminders go out again on /reminders."
TOO_EARLY = "It is not due yet: the clock was ahead when it was planned. It is owed on its day."
RESTORED = "restored"
"""The mark that stands from a restore until somebody has looked."""


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
    return Plan(owed, len(found) - len(owed), why_held(letters, clock.now()))


def why_held(letters: int, now: datetime) -> str | None:
    """Why so many letters, planned at that moment, would wait for a person; None: they go by themselves."""
    if find_mark(RESTORED):
        return HELD_AFTER_RESTORE
    return HELD_BY_BREAKER if _too_many(letters, now) else None


def plan_reminders(on: date) -> int:
    """Owe every reminder whose day has come and that is not owed yet: the number of letters. In one transaction."""
    plan = what_to_plan(on)
    return owe_reminders(plan.owed, hold=plan.hold)


def settle_reminders(on: date, person_ids: Collection[int], *, reason: str) -> int:
    """Record what is due about these people as known, without letters: how many. Later stages are reminded of as usual.

    For an import of a register: the service knew all this from its spreadsheet, and nobody expects a flood of letters.
    """
    about = [reminder for reminder in missing_reminders(on) if reminder.person_id in person_ids]
    return settle(collapse(about), reason=reason)


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
    if letter.template == DIGEST_LETTER:
        told = select(DigestItem.obligation_id).where(DigestItem.digest_id == letter.about_id)
        supersede_unless_told(list(db.session.scalars(told)), reason, but=letter.person_id)
    sister = select(Letter.id).where(
        Letter.about_id == letter.about_id,
        Letter.template == letter.template,
        Letter.id != letter.id,
        Letter.state.not_in(("superseded", "cancelled")),
    )
    if db.session.scalar(sister.limit(1)) is None:
        _supersede(or_(Obligation.id == letter.about_id, Obligation.lead_id == letter.about_id), reason)


def take_back_too_early(on: date) -> int:
    """Held letters about what is not due yet on the day, because a clock was ahead when they were planned: how many.

    Each is owed anew on its day. What a person still has to look at is left as it is.
    """
    held = (Letter.state == "held") & Letter.template.startswith(FOLDER)
    of_letter = Obligation.id == Letter.about_id
    stages = db.session.scalars(select(Obligation.stage).join(Letter, of_letter).where(held).distinct()).all()
    early = [(Obligation.stage == stage) & (Obligation.basis_date > days_after(on, stage)) for stage in stages]
    if not early:
        return 0
    found = select(Letter).join(Obligation, of_letter).where(held, or_(*early)).order_by(Letter.id)
    letters = db.session.scalars(found.with_for_update(of=Letter)).all()
    for letter in letters:
        letter.state, letter.reason, letter.ended_at = "superseded", TOO_EARLY, clock.now()
    db.session.flush()
    for letter in letters:
        letter_is_superseded(letter, TOO_EARLY)
    return len(letters)


def supersede_reminder(obligation_id: int, reason: str) -> None:
    """One of several reminders in a letter is no longer true; the letter goes with the others."""
    _supersede(Obligation.id == obligation_id, reason)


def supersede_unless_told(lead_ids: Collection[int], reason: str, *, but: int) -> None:
    """The same for reminders that were to stand in a digest, and for those that would have shared a letter with each.

    Not where somebody else than `but` has a letter about it or has it in their digest: they are not told twice.
    """
    letters = select(Letter.about_id).where(
        Letter.about_id.in_(lead_ids),
        Letter.template.startswith(FOLDER),
        Letter.state.not_in(("superseded", "cancelled")),
    )
    items = select(DigestItem.obligation_id).where(DigestItem.obligation_id.in_(lead_ids), DigestItem.person_id != but)
    told = {*db.session.scalars(letters), *db.session.scalars(items)}
    alone = [lead_id for lead_id in lead_ids if lead_id not in told]
    _supersede(or_(Obligation.id.in_(alone), Obligation.lead_id.in_(alone)), reason)


# --- pieces ----------------------------------------------------------------------------------------------------------


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
    ours = Letter.template.startswith(FOLDER) & (Letter.template != DIGEST_LETTER)  # one a week for each manager
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
