"""Who answers the helpline when: the week, putting shifts on it, taking them off, asking somebody else to take one."""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.calendar import LONDON, days_after
from accreditation.core.database import transaction
from accreditation.core.dates import NotADay, read_day
from accreditation.core.errors import DomainError, NotAllowed, NotFound
from accreditation.core.permissions import Permission
from accreditation.helpline.forms import ShiftForm, SwapForm, TakeOffForm
from accreditation.helpline.models import Shift
from accreditation.helpline.queries import rota as queries
from accreditation.helpline.queries.advisers import advisers_on
from accreditation.helpline.rules.rota import Stretch
from accreditation.helpline.services import rota as services
from accreditation.helpline.views.blueprint import bp
from accreditation.people.queries import records_of
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from accreditation.web.words import clock_time, day, plural, sentence_list, weekday

WEEK = 7
ANSWERED = {
    "agree": "The shift is yours. They are written to.",
    "decline": "Declined. They are written to.",
    "take_back": "You ask for it no longer.",
}
"""What can be done with a request, and what is said once it is."""


@dataclass(frozen=True)
class Day:
    """A day of the week that is shown, with what begins on it."""

    on: date
    shifts: list[Shift]
    gaps: list[Stretch]


@bp.get("/helpline/rota")
@requires(Permission.VIEW_ROTA, scoped=True)
def rota(viewer: Viewer) -> ResponseReturnValue:
    """A week of the rota with its gaps, those of the next four weeks, and what one was asked."""
    now, today = clock.now(), clock.today()
    monday = _monday(request.args.get("week"), today)
    sunday = days_after(monday, WEEK - 1)
    shifts, holes = queries.shifts_between(viewer, monday, sunday), queries.gaps_between(monday, sunday)
    days = [
        Day(
            one,
            [shift for shift in shifts if _day_of(shift) == one],
            [gap for gap in holes if gap.starts_at.astimezone(LONDON).date() == one],
        )
        for one in (days_after(monday, number) for number in range(WEEK))
    ]
    return render_template(
        "helpline/rota/week.html",
        days=days,
        monday=monday,
        sunday=sunday,
        before=days_after(monday, -WEEK),
        after=days_after(monday, WEEK),
        helpline=queries.helpline_now(now, to_advisers=True),
        has_hours=queries.helpline_hours() is not None,
        gaps=queries.gaps_ahead(today, now),
        unanswered=queries.unanswered(shifts),
        asked=queries.swaps_open(viewer, now),
        me=_records(viewer),
        may_manage=_manages(viewer),
        may_add=bool(_advisers_for(viewer, today)),
        now=now,
        today=today,
    )


@bp.route("/helpline/rota/new", methods=["GET", "POST"])
@requires(Permission.VIEW_ROTA)
def new_shift(viewer: Viewer) -> ResponseReturnValue:
    """A shift, once or every week: of anybody for a manager, of oneself for an adviser."""
    today = clock.today()
    offered = _advisers_for(viewer, today)
    form = ShiftForm(offered, on=today, form_key=secrets.token_urlsafe(24), **_suggested(request.args.get("day")))
    if form.validate_on_submit():
        try:
            with transaction():
                added = services.add_shifts(
                    int(form.adviser.data),
                    form.pattern,
                    on=today,
                    at=clock.now(),
                    form_key=form.form_key.data or "",
                    made_by=viewer.person_id,
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            first = added.shifts[0].starts_at.astimezone(LONDON).date()
            left_out = sentence_list([day(one) for one in added.left_out])
            said = f"{plural(len(added.shifts), 'shift is', 'shifts are')} on the rota."
            flash(f"{said} Left out as bank holidays: {left_out}." if left_out else said, "success")
            return redirect(url_for("helpline.rota", week=first.isoformat()))
    return render_template("helpline/rota/new_shift.html", form=form, nobody=not offered)


@bp.route("/helpline/rota/<int:shift_id>/take-off", methods=["GET", "POST"])
@requires(Permission.VIEW_ROTA, scoped=True)
def take_off(viewer: Viewer, shift_id: int) -> ResponseReturnValue:
    """Off the rota, after a look at what that leaves open."""
    shift = queries.get_shift(shift_id, viewer)
    if not (_manages(viewer) or shift.adviser_id in _records(viewer)):
        raise NotAllowed("This is not your shift. Ask its adviser, or the practice manager.")
    form = TakeOffForm(queries.count_later(shift))
    if form.validate_on_submit():
        week = _day_of(shift).isoformat()
        try:
            with transaction():
                gone = services.take_off(
                    shift_id, later_too=form.which.data == "later", at=clock.now(), by=viewer.person_id
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash(f"{plural(len(gone), 'shift is', 'shifts are')} off the rota.", "success")
            return redirect(url_for("helpline.rota", week=week))
    return render_template("helpline/rota/take_off.html", form=form, shift=queries.get_shift(shift_id, viewer))


@bp.route("/helpline/rota/<int:shift_id>/swap", methods=["GET", "POST"])
@requires(Permission.USE_HELPLINE, scoped=True)
def ask_swap(viewer: Viewer, shift_id: int) -> ResponseReturnValue:
    """Ask another adviser to take one's shift."""
    now, today = clock.now(), clock.today()
    shift = queries.get_shift(shift_id, viewer)
    me = _records(viewer)
    if shift.adviser_id not in me:
        raise NotAllowed("This is not your shift. Its adviser asks.")
    others = [one for one in advisers_on(today) if one.id not in me]
    theirs = [
        (str(one.id), f"{one.adviser.name}: {_in_words(one)}")
        for one in queries.shifts_of_others(shift.adviser_id, now)
    ]
    form = SwapForm([(str(one.id), one.name) for one in others], theirs)
    if form.validate_on_submit():
        try:
            with transaction():
                services.ask_swap(
                    shift_id,
                    of=int(form.of.data),
                    in_return_id=int(form.in_return.data) if form.in_return.data else None,
                    at=now,
                    asked_by=viewer.person_id,
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash("They are asked by letter. The shift stays yours until they agree.", "success")
            return redirect(url_for("helpline.rota", week=_day_of(queries.get_shift(shift_id, viewer)).isoformat()))
    return render_template(
        "helpline/rota/swap.html", form=form, shift=queries.get_shift(shift_id, viewer), nobody=not others
    )


@bp.post("/helpline/rota/swaps/<int:swap_id>/<answer>")
@requires(Permission.USE_HELPLINE, scoped=True)
def answer_swap(viewer: Viewer, swap_id: int, answer: str) -> ResponseReturnValue:
    """Agree to take somebody's shift, decline, or take back what one asked."""
    if answer not in ANSWERED:
        raise NotFound("There is no such answer.")
    queries.get_swap(swap_id, viewer)
    now = clock.now()
    try:
        with transaction():
            if answer == "take_back":
                services.take_back_swap(swap_id, at=now, by=viewer.person_id)
            else:
                services.answer_swap(swap_id, agree=answer == "agree", at=now, answered_by=viewer.person_id)
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        flash(ANSWERED[answer], "success")
    return redirect(url_for("helpline.rota"))


@bp.get("/helpline/rota/swaps")
@requires(Permission.VIEW_ROTA, scoped=True)
def swaps(viewer: Viewer) -> ResponseReturnValue:
    """Who asked whom, and what became of it."""
    page = queries.swaps_page(
        viewer, place=request.args.get("place"), address=lambda token: url_for("helpline.swaps", place=token)
    )
    return render_template("helpline/rota/swaps.html", page=page, state=queries.swap_state, now=clock.now())


def _monday(asked: str | None, today: date) -> date:
    """Of the week in which the day lies that the address asks for; of this one where it asks for none."""
    try:
        on = read_day(asked) if asked else today
    except NotADay:
        on = today
    return on - timedelta(days=on.weekday())


def _suggested(asked: str | None) -> dict[str, object]:
    """The day, and the hours of the helpline, as a start."""
    hours = queries.helpline_hours()
    found: dict[str, object] = {"starts": hours.opens, "ends": hours.closes} if hours else {}
    try:
        return found | ({"first": read_day(asked)} if asked else {})
    except NotADay:
        return found


def _records(viewer: Viewer) -> set[int]:
    """Whose shifts are the viewer's own: every record of theirs."""
    return {person.id for person in records_of(viewer.person_id)}


def _manages(viewer: Viewer) -> bool:
    return viewer.may_somewhere(Permission.MANAGE_ROTA)


def _advisers_for(viewer: Viewer, on: date) -> list[tuple[str, str]]:
    """Whose shifts this viewer puts on the rota: everybody's for a manager, their own for an adviser."""
    advisers = advisers_on(on)
    if not _manages(viewer):
        me = _records(viewer)
        advisers = [one for one in advisers if one.id in me]
    return [(str(one.id), one.name) for one in advisers]


def _day_of(shift: Shift) -> date:
    return shift.starts_at.astimezone(LONDON).date()


def _in_words(shift: Shift) -> str:
    return f"{weekday(_day_of(shift))}, {clock_time(shift.starts_at)} to {clock_time(shift.ends_at)}"
