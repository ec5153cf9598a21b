"""Why somebody got a letter, or got none: in words."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select

from accreditation.core.calendar import last_good_day
from accreditation.core.database import db
from accreditation.core.outbox import Letter
from accreditation.people.models import Person
from accreditation.people.queries import of_one_person
from accreditation.standing.models import StandingPeriod
from accreditation.standing.queries.schemes import all_schemes
from accreditation.standing.rules.verdict import Verdict
from scheduler.models import DigestItem, Obligation
from scheduler.queries.ends import REMINDED, renewal_is_with_vetting
from scheduler.queries.recipients import Recipients
from scheduler.rules.ladders import DIGEST, UNNAMED, Reminder

STATES = {
    "queued": ("Waiting to go", "soon"),
    "claimed": ("Being handed over", "soon"),
    "handing_over": ("Being handed over", "soon"),
    "retry_wait": ("Waiting to be tried again", "soon"),
    "sent": ("Sent", "good"),
    "written_to_folder": ("Written to the folder", "neutral"),
    "in_doubt": ("In doubt", "bad"),
    "failed": ("Failed", "bad"),
    "undeliverable": ("Could not be delivered", "bad"),
    "superseded": ("No longer needed", "neutral"),
    "cancelled": ("Closed", "neutral"),
    "held": ("Held", "paused"),
}
"""state -> (words, tone)."""

DIGEST_TEMPLATE = "email/scheduler/digest.txt"

AUDIENCE_WORDS = {
    "mediator": "the mediator",
    "practice_manager": "the practice manager",
    "provider": "the training provider",
    "helpline": "the helpline adviser",
    "line_manager": "the line manager",
    "vetting_officer": "the vetting officer",
}

SUBJECT_WORDS = {
    "award": "Accreditation",
    "clearance": "Clearance",
    "refresher": "Refresher day",
    "accumulated": "Practice, supervision and CPD",
    "other": "Other requirements that end",
    "results_outstanding": "Results outstanding",
    "helpline_followup": "Helpline follow-up",
    "return_from_leave": "Return from leave",
    "clearance_review": "Clearance review",
    "clearance_aftercare": "Clearance aftercare",
    "offer_answer": "Answer to an offer of a place",
    "line_manager_support": "A line manager's support",
    "refresher_booking": "Booked refresher day",
    "refresher_confirmation": "Word on a refresher day that was moved",
}


@dataclass(frozen=True)
class OwedLine:
    """One obligation about a person, with the letters it led to; `due_by` the last good day it speaks of."""

    what: str
    due_by: date
    stage: int
    audience: str
    state: str
    reason: str | None
    letters: tuple[Letter, ...]
    waits_for: int = 0
    """So many managers are to be told in their next digest."""

    is_digest: bool = False
    """`due_by` is then the Monday of its week."""


def subject_words(subject: str) -> str:
    """What an obligation is about, for a page whose reader may know: the requirement's own label."""
    kind, _, rest = subject.partition(":")
    if kind == DIGEST:
        return "Weekly digest"
    if kind == "deadline":
        return SUBJECT_WORDS.get(rest.partition(":")[0], "A deadline")
    scheme_code, _, code = rest.rpartition(":")
    scheme = next((found for found in all_schemes() if found.code == scheme_code), None)
    asked = (*scheme.requirements, *scheme.also) if scheme else ()
    return next((requirement.label or code for requirement in asked if requirement.code == code), code)


def obligations_about(person_id: int, *, at_most: int = 100) -> list[OwedLine]:
    """The newest obligations about somebody, but for those of which nobody is to read here that they are about them."""
    query = (
        select(Obligation)
        .where(
            of_one_person(Obligation.person_id, person_id),
            *(~Obligation.subject.startswith(f"deadline:{kind}:") for kind in sorted(UNNAMED)),
        )
        .order_by(Obligation.id.desc())
        .limit(at_most)
    )
    rows = list(db.session.scalars(query))
    rows.sort(key=lambda row: (row.subject, row.stage))
    rows.sort(key=lambda row: row.planned_at.date(), reverse=True)
    leads = {row.lead_id or row.id for row in rows}
    letters: dict[int, list[Letter]] = {}
    ours = select(Letter).where(Letter.about_id.in_(leads), Letter.template.startswith("email/scheduler/"))
    for letter in db.session.scalars(ours.order_by(Letter.id)):
        letters.setdefault(letter.about_id, []).append(letter)
    waiting = Counter[int]()
    in_digests = (
        select(DigestItem.obligation_id, Letter)
        .outerjoin(Letter, and_(Letter.about_id == DigestItem.digest_id, Letter.template == DIGEST_TEMPLATE))
        .where(DigestItem.obligation_id.in_(leads))
        .order_by(DigestItem.id, Letter.id)
    )
    for item in db.session.execute(in_digests):
        if item.Letter is None:
            waiting[item.obligation_id] += 1
        else:
            letters.setdefault(item.obligation_id, []).append(item.Letter)
    return [
        OwedLine(
            subject_words(row.subject),
            row.basis_date if row.subject == DIGEST else last_good_day(row.basis_date),
            row.stage,
            row.audience,
            row.state,
            row.reason,
            tuple(letters.get(row.lead_id or row.id, [])) if row.state in ("owed", "superseded") else (),
            waiting[row.lead_id or row.id] if row.state == "owed" else 0,
            row.subject == DIGEST,
        )
        for row in rows
    ]


def is_judged(person_id: int) -> bool:
    """Whether they are or were a mediator of any scheme, or are to become one."""
    judged = select(StandingPeriod.person_id).where(StandingPeriod.person_id == person_id).limit(1)
    return db.session.scalar(judged) is not None


def why_nothing(person: Person, on: date, *, is_mediator: bool = True) -> list[str]:
    """Whatever keeps reminders from somebody on the day, every reason as a sentence; empty: nothing does.

    `is_mediator` False: of the staff alone, of whom nothing ends.
    """
    if person.left_on is not None and person.left_on <= on:
        return ["They have left the service: nobody is reminded of anything about them."]
    reasons = []
    verdicts = select(StandingPeriod.verdict).where(
        StandingPeriod.person_id == person.id,
        StandingPeriod.edition.in_([scheme.edition for scheme in all_schemes(on)]),
        StandingPeriod.starts_on <= on,
        StandingPeriod.ends_on > on,
    )
    found = set(db.session.scalars(verdicts))
    if is_mediator and not found & set(REMINDED):
        reasons.append(next((WHY_NOT[Verdict(verdict)] for verdict in sorted(found)), WHY_NOT[Verdict.NOT_ACCREDITED]))
    if is_mediator and db.session.scalar(select(renewal_is_with_vetting(person.id, on))):
        reasons.append(WITH_VETTING)
    if person.email is None:
        reasons.append("There is no address to write to.")
    elif any(row.ended_at is None and row.undeliverable_since for row in person.addresses):
        reasons.append("Letters to their address do not arrive.")
    manager = Recipients(on).of(Reminder(person.id, "", on, 0, "practice_manager", unit_id=person.unit_id))
    if is_mediator and not manager:
        reasons.append("Nobody is their practice manager, so what has run out is told to nobody else.")
    return reasons


WITH_VETTING = (
    "An application for their clearance is with the vetting unit: they are not reminded of its end while it is."
)

WHY_NOT = {
    Verdict.LEFT: "They have left the service: nobody is reminded of anything about them.",
    Verdict.NOT_ACCREDITED: "They are not accredited, so nothing of theirs ends.",
    Verdict.WITHDRAWN: "Their accreditation was withdrawn: reminders stop.",
    Verdict.ON_LEAVE: "They are on leave: reminders go on when they are back.",
}
