"""Planning a day or several, changing one, calling one off. What a move or a series does is shown before it is done."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.calendar import days_after
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.refreshers import services
from accreditation.refreshers.forms import CancelDayForm, EditDayForm, NewDayForm
from accreditation.refreshers.models import RefresherDay
from accreditation.refreshers.queries.days import day_row, get_day, later_of_series, titles_on
from accreditation.refreshers.queries.due import lapsing_before
from accreditation.refreshers.queries.elsewhere import shown_instead
from accreditation.refreshers.queries.prospects import Moment, who_cannot_after
from accreditation.refreshers.queries.suggested import suggested_topics
from accreditation.refreshers.rules import Details, london_moment, reasons_to_refuse_details
from accreditation.refreshers.rules.series import dates_of, what_speaks_against
from accreditation.refreshers.views.blueprint import bp
from accreditation.web.guards import requires
from accreditation.web.words import day as in_words
from accreditation.web.words import plural


@bp.route("/refreshers/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_REFRESHERS)
def new_day(viewer: Viewer) -> ResponseReturnValue:
    """A new day, or with `copy` one like another, for which only the date is missing; or a series, after a preview."""
    today = clock.today()
    copied = request.args.get("copy", "")
    like = get_day(int(copied)) if copied.isascii() and copied.isdecimal() else None
    form = NewDayForm(on=today, copied=like)
    if form.validate_on_submit():
        details, pattern = form.details(), form.pattern()
        if pattern and "confirmed" not in request.form:
            dates = dates_of(details.held_on, pattern)
            proposed = what_speaks_against(dates, titles_on(dates))
            return render_template("refreshers/series.html", form=form, details=details, proposed=proposed)
        chosen = _chosen_dates(dates_of(details.held_on, pattern)) if pattern else [details.held_on]
        try:
            with transaction():
                day_ids = [day.id for day in services.add_series(details, chosen)]
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            if len(day_ids) > 1:
                flash(f"{len(day_ids)} refresher days are planned. Invite the people who need them next.")
                return redirect(url_for("refreshers.days"))
            flash("The refresher day is planned. Invite the people who need it next.")
            return redirect(url_for("refreshers.day", day_id=day_ids[0]))
    return render_template("refreshers/edit.html", form=form, day=None, later=0, suggested=suggested_topics(today))


@bp.route("/refreshers/<int:day_id>/edit", methods=["GET", "POST"])
@requires(Permission.MANAGE_REFRESHERS)
def edit_day(viewer: Viewer, day_id: int) -> ResponseReturnValue:
    """Change the day, alone or with the later ones of its series. A move is shown first; `confirmed` makes it."""
    today = clock.today()
    found = get_day(day_id)
    form = EditDayForm(on=today, day=found)
    details = form.details() if form.validate_on_submit() else None
    together = form.reach.data == "later"
    if details and (reasons := reasons_to_refuse_details(details, seated=day_row(day_id).taken)):
        form.form_errors.extend(reasons)
        details = None
    if details and "confirmed" not in request.form:
        days = [found, *(later_of_series(found) if together else [])]
        if moves := _moves(days, found, details, viewer, today):
            return render_template("refreshers/move.html", form=form, day=found, moves=moves, together=together)
    if details:
        shown = form.version.data or ""
        version = int(shown) if shown.isdecimal() else 0
        change = services.change_this_and_later if together else services.change_day
        try:
            with transaction():
                change(day_id, details, version=version, on=today, at=clock.now())
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash("The change is saved. If the date, times or place changed, everybody booked gets a letter.")
            return redirect(url_for("refreshers.day", day_id=day_id))
    day = get_day(day_id)
    return render_template(
        "refreshers/edit.html",
        form=form,
        day=day,
        later=len(later_of_series(day)),
        suggested=suggested_topics(today),
    )


def _moves(
    days: list[RefresherDay], first: RefresherDay, details: Details, viewer: Viewer, today: date
) -> list[dict[str, object]]:
    """Of the days that would get another date or other times, and on which somebody is booked or waits.

    When they would be, who would lapse, and who could not come then.
    """
    moved = (details.held_on - first.held_on).days
    found = []
    for day in days:
        held_on = days_after(day.held_on, moved)
        then = Moment(held_on, london_moment(held_on, details.starts), london_moment(held_on, details.ends))
        if then == Moment(day.held_on, day.starts_at, day.ends_at):
            continue
        row = day_row(day.id)
        if row.taken or row.waiting:
            lapsing = lapsing_before(day, held_on, viewer, today) if moved else []
            hindered = who_cannot_after(day, then, viewer, together=[one.id for one in days])
            found.append({"row": row, "day": day, "then": then, "lapsing": lapsing, "hindered": hindered})
    return found


def _chosen_dates(offered: list[date]) -> list[date]:
    """The dates that were ticked in the preview; others than it offered are left out."""
    ticked = set(request.form.getlist("date"))
    return [on for on in offered if on.isoformat() in ticked]


@bp.route("/refreshers/<int:day_id>/cancel", methods=["GET", "POST"])
@requires(Permission.MANAGE_REFRESHERS)
def cancel_day(viewer: Viewer, day_id: int) -> ResponseReturnValue:
    form, today = CancelDayForm(), clock.today()
    if form.validate_on_submit():
        try:
            with transaction():
                told = services.cancel_day(day_id, because=form.because.data or None, on=today, at=clock.now())
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash(f"The day is cancelled. {plural(told, 'letter').capitalize()} will go out.")
            return redirect(url_for("refreshers.day", day_id=day_id))
    row = day_row(day_id)
    return render_template(
        "refreshers/cancel_day.html",
        form=form,
        row=row,
        day=row.day,
        when=in_words(row.day.held_on),
        instead=shown_instead(row.day, viewer, today) if row.day.state == "planned" else [],
    )
