"""What is owed, sent, held, failed or in doubt; the rules behind it; and why somebody got a letter or none."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.permissions import Permission
from accreditation.people.queries import get_person
from accreditation.people.rules import Viewer
from accreditation.web.filters import Filter, read_filters
from accreditation.web.guards import requires
from accreditation.web.words import plural
from scheduler.queries.about import in_short, spoken_of
from scheduler.queries.coming import reminders_to_come
from scheduler.queries.letters import (
    GROUPS,
    LetterFilter,
    counts_by_group,
    held_ids,
    held_letters,
    kinds,
    letters_count,
    letters_of,
    letters_page,
)
from scheduler.queries.why import (
    AUDIENCE_WORDS,
    STATES,
    is_judged,
    obligations_about,
    why_nothing,
)
from scheduler.rules.ladders import stage_words
from scheduler.services.explaining import told_as_staff
from scheduler.services.marks import find_mark
from scheduler.services.operating import release_letters
from scheduler.services.restoring import end_hold
from scheduler.views.blueprint import bp

STATE = Filter("state", lambda value: GROUPS[value][0], [(key, words) for key, (words, _) in GROUPS.items()])
WORDS = Filter("q", lambda value: f"“{value}”")


@bp.get("/reminders")
@requires(Permission.VIEW_REMINDERS)
def letters(viewer: Viewer) -> ResponseReturnValue:
    """Every letter with its state in words, the newest first."""
    offered = kinds()
    kind = Filter("kind", lambda value: dict(offered)[value], offered)
    filters = read_filters(request.args, (STATE, kind, WORDS), path=url_for("scheduler.letters"), keep=())
    wanted = LetterFilter(filters.get("state"), filters.get("q"), filters.get("kind"))
    page = letters_page(viewer, wanted, place=request.args.get("place"), address=lambda token: filters.url(place=token))
    return render_template(
        "scheduler/letters.html",
        page=page,
        spoken_of=spoken_of([row[0] for row in page.rows], viewer),
        in_short=in_short,
        filters=filters,
        total=letters_count(viewer, wanted),
        counts=counts_by_group(viewer),
        groups=STATE.choices,
        kinds=offered,
        states=STATES,
        tick=find_mark("tick"),
        trouble_with_server=find_mark("mail_server"),
        restored=find_mark("restored"),
        may_manage=viewer.may_somewhere(Permission.MANAGE_REMINDERS),
    )


@bp.get("/reminders/held")
@requires(Permission.MANAGE_REMINDERS)
def held(viewer: Viewer) -> ResponseReturnValue:
    """What a release would let go."""
    return render_template(
        "scheduler/held.html",
        held=(found := held_letters(viewer)),
        spoken_of=spoken_of([row[0] for row in found.rows], viewer),
        in_short=in_short,
    )


@bp.post("/reminders/held/release")
@requires(Permission.MANAGE_REMINDERS)
def release_held(viewer: Viewer) -> ResponseReturnValue:
    """Release what was shown, and nothing that was held since."""
    ids = held_ids(viewer, request.form.get("up_to", 0, int))
    with transaction():
        released = release_letters(ids, released_by=viewer.person_id)
    flash(f"{plural(released, 'letter is', 'letters are').capitalize()} on the way.", "success")
    return redirect(url_for("scheduler.letters"))


@bp.post("/reminders/restored")
@requires(Permission.MANAGE_REMINDERS)
def restored(viewer: Viewer) -> ResponseReturnValue:
    """Somebody has looked at what is due after a restore: reminders go out again."""
    with transaction():
        end_hold(ended_by=viewer.person_id)
    flash("Reminders go out again. What was held stays held until you release it.", "success")
    return redirect(url_for("scheduler.letters"))


@bp.get("/reminders/person/<reference>")
@requires(Permission.VIEW_REMINDERS, scoped=True)
def why(viewer: Viewer, reference: str) -> ResponseReturnValue:
    """Why this person got a letter, or got none."""
    person, today = get_person(reference, viewer), clock.today()
    staff = told_as_staff(person, viewer, today, clock.now())
    is_mediator = not staff or is_judged(person.id)
    letters = letters_of(person.id)
    return render_template(
        "scheduler/why.html",
        person=person,
        owed=obligations_about(person.id),
        coming=reminders_to_come(person, today),
        letters=letters,
        spoken_of=spoken_of(letters, viewer),
        in_short=in_short,
        reasons=why_nothing(person, today, is_mediator=is_mediator),
        staff=staff,
        is_mediator=is_mediator,
        today=today,
        states=STATES,
        audience_words=AUDIENCE_WORDS,
        stage_words=stage_words,
    )
