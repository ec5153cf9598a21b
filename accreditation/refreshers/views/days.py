"""Seeing the days, planning one, changing one, calling one off."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.calendar import days_after
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission, Role
from accreditation.people.rules import Viewer
from accreditation.refreshers import services
from accreditation.refreshers.forms import BookSomebodyForm, CancelDayForm, DayForm
from accreditation.refreshers.queries.away import own_reference
from accreditation.refreshers.queries.bookings import bookings_on, count_bookings_on
from accreditation.refreshers.queries.days import coming_days, day_row, get_day, past_days
from accreditation.refreshers.queries.due import lapsing_before, lapsing_by, place_in_line, what_attending_brings
from accreditation.refreshers.rules import ENDED
from accreditation.refreshers.views.blueprint import bp
from accreditation.web.guards import requires
from accreditation.web.words import day as in_words
from accreditation.web.words import plural

SOON_DAYS = 30
"""Whose refresher ends within so many days after a day that is called off needs another seat soon."""


@bp.get("/refreshers")
@requires(Permission.VIEW_REFRESHERS)
def days(viewer: Viewer) -> ResponseReturnValue:
    """The coming days with the seats that are left, and the past ones."""
    today = clock.today()
    past = past_days(
        today,
        place=request.args.get("place"),
        address=lambda token: url_for("refreshers.days", place=token, _anchor="past"),
    )
    return render_template(
        "refreshers/days.html",
        coming=coming_days(today, viewer.person_id),
        past=past,
        may_manage=viewer.may_somewhere(Permission.MANAGE_REFRESHERS),
        my_reference=own_reference(viewer.person_id) if Role.MEDIATOR in viewer.roles else None,
        today=today,
    )


@bp.get("/refreshers/<int:day_id>")
@requires(Permission.VIEW_REFRESHERS)
def day(viewer: Viewer, day_id: int) -> ResponseReturnValue:
    """One day: for a mediator what it is and whether they have a seat, for a manager also who else has."""
    today = clock.today()
    row = day_row(day_id, viewer.person_id)
    manager = viewer.limited_to(Permission.MANAGE_REFRESHERS)
    bookings = bookings_on(day_id, manager) if manager.grants else []
    is_mediator = Role.MEDIATOR in viewer.roles
    bookable = row.day.state == "planned" and row.day.held_on >= today
    return render_template(
        "refreshers/day.html",
        row=row,
        day=row.day,
        live=[booking for booking in bookings if booking.state not in ENDED],
        ended=[booking for booking in bookings if booking.state in ENDED],
        unseen=count_bookings_on(day_id) - len(bookings) if manager.grants else 0,
        effect=what_attending_brings(viewer.person_id, row.day, today) if is_mediator and bookable else None,
        line=place_in_line(row.my_booking_id, day_id, today) if row.my_booking_id else None,
        form=BookSomebodyForm() if manager.grants else None,
        may_manage=bool(manager.grants),
        may_book=is_mediator and bookable,
        may_join=row.mine == "booked" or bool(manager.grants),
        today=today,
    )


@bp.route("/refreshers/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_REFRESHERS)
def new_day(viewer: Viewer) -> ResponseReturnValue:
    """A new day, or with `copy` one like another, for which only the date is missing."""
    copied = request.args.get("copy", "")
    form = DayForm(on=clock.today(), copied=get_day(int(copied)) if copied.isascii() and copied.isdecimal() else None)
    if form.validate_on_submit():
        try:
            with transaction():
                day_id = services.add_day(form.details()).id
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash("The refresher day is planned. Invite the people who need it next.")
            return redirect(url_for("refreshers.day", day_id=day_id))
    return render_template("refreshers/edit.html", form=form, day=None)


@bp.route("/refreshers/<int:day_id>/edit", methods=["GET", "POST"])
@requires(Permission.MANAGE_REFRESHERS)
def edit_day(viewer: Viewer, day_id: int) -> ResponseReturnValue:
    """Change the day. Moved to another date, whom it makes lapse is shown first; `confirmed` moves it."""
    today = clock.today()
    form = DayForm(on=today, day=get_day(day_id))
    found = get_day(day_id)
    details = form.details() if form.validate_on_submit() else None
    if details and details.held_on != found.held_on and "confirmed" not in request.form:
        row = day_row(day_id)
        if row.taken or row.waiting:
            return render_template(
                "refreshers/move.html",
                form=form,
                row=row,
                day=found,
                held_on=details.held_on,
                lapsing=lapsing_before(found, details.held_on, viewer, today),
            )
    if details:
        shown = form.version.data or ""
        version = int(shown) if shown.isdecimal() else 0
        try:
            with transaction():
                services.change_day(day_id, details, version=version, on=today)
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash("The day is changed. If its date, times or place changed, everybody booked gets a letter.")
            return redirect(url_for("refreshers.day", day_id=day_id))
    return render_template("refreshers/edit.html", form=form, day=get_day(day_id))


@bp.route("/refreshers/<int:day_id>/cancel", methods=["GET", "POST"])
@requires(Permission.MANAGE_REFRESHERS)
def cancel_day(viewer: Viewer, day_id: int) -> ResponseReturnValue:
    form = CancelDayForm()
    if form.validate_on_submit():
        try:
            with transaction():
                told = services.cancel_day(day_id, because=form.because.data or None)
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash(f"The day is cancelled. {plural(told, 'letter').capitalize()} will go out.")
            return redirect(url_for("refreshers.day", day_id=day_id))
    row, today = day_row(day_id), clock.today()
    return render_template(
        "refreshers/cancel_day.html",
        form=form,
        row=row,
        day=row.day,
        when=in_words(row.day.held_on),
        lapsing=lapsing_by(row.day, days_after(row.day.held_on, SOON_DAYS), viewer, today),
        soon_days=SOON_DAYS,
        others=[other for other in coming_days(today) if other.day.id != day_id and other.left][:3],
    )
