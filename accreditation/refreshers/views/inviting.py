"""Inviting those whose refresher runs out, or booking them in one step."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.refreshers import services
from accreditation.refreshers.forms import ConfirmForm
from accreditation.refreshers.queries.days import day_row, get_day
from accreditation.refreshers.queries.due import MOST, people_due
from accreditation.refreshers.queries.prospects import people_in_order, prospects_of
from accreditation.refreshers.views.blueprint import bp
from accreditation.web.guards import requires
from accreditation.web.words import plural

HORIZONS = (("30", "30 days"), ("60", "60 days"), ("90", "90 days"), ("180", "180 days"))
USUAL_DAYS = 60


@bp.route("/refreshers/<int:day_id>/invite", methods=["GET", "POST"])
@requires(Permission.MANAGE_REFRESHERS, scoped=True)
def invite(viewer: Viewer, day_id: int) -> ResponseReturnValue:
    """Who needs this day, the most urgent first, and one letter to each who is chosen."""
    today = clock.today()
    asked = request.args.get("within", "")
    within_days = int(asked) if asked in dict(HORIZONS) else USUAL_DAYS
    row = day_row(day_id)
    due = people_due(row.day, viewer, on=today, within_days=within_days)
    form = ConfirmForm()
    if form.validate_on_submit():
        offered = {one.person.id for one in due}
        chosen = {int(value) for value in request.form.getlist("person") if value.isdecimal()} & offered
        try:
            with transaction():
                letters = services.invite(day_id, chosen, on=today, invited_by=viewer.person_id)
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash(f"{plural(letters, 'invitation').capitalize()} will go out with the next post.")
            return redirect(url_for("refreshers.day", day_id=day_id))
        row = day_row(day_id)
        due = people_due(row.day, viewer, on=today, within_days=within_days)
    return render_template(
        "refreshers/invite.html",
        form=form,
        row=row,
        day=row.day,
        due=due,
        within_days=within_days,
        horizons=HORIZONS,
        today=today,
    )


@bp.post("/refreshers/<int:day_id>/bookings/several")
@requires(Permission.MANAGE_REFRESHERS, scoped=True)
def book_several(viewer: Viewer, day_id: int) -> ResponseReturnValue:
    """First what it would bring each of those chosen, judged at the date of the day; then (`confirmed`) the seats."""
    today = clock.today()
    row = day_row(day_id)
    chosen = [int(value) for value in request.form.getlist("person") if value.isascii() and value.isdecimal()][:MOST]
    people = people_in_order(chosen, viewer, today)
    form = ConfirmForm()
    if not people or not form.validate_on_submit():
        flash("Choose whom to book.", "warning")
        return redirect(url_for("refreshers.invite", day_id=day_id))
    ids = [person.id for person in people]
    if "confirmed" in request.form:
        with transaction():
            seats = services.book_several(ids, day_id, on=today, booked_by=viewer.person_id)
        return render_template("refreshers/booked_several.html", day=get_day(day_id), seats=seats, today=today)
    return render_template(
        "refreshers/book_several.html",
        form=form,
        row=row,
        day=row.day,
        prospects=prospects_of(people, row, viewer, today),
        today=today,
    )
