"""The sign-in sheet on the day and the grid after it."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import Conflict, DomainError
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.refreshers import services
from accreditation.refreshers.forms import AttendanceForm
from accreditation.refreshers.models import Booking
from accreditation.refreshers.queries.bookings import bookings_on
from accreditation.refreshers.queries.days import day_row, get_day
from accreditation.refreshers.rules import ENDED, HAS_A_SEAT
from accreditation.refreshers.views.blueprint import bp
from accreditation.web.guards import requires
from accreditation.web.qr import qr_code
from accreditation.web.words import plural


@bp.route("/refreshers/<int:day_id>/attendance", methods=["GET", "POST"])
@requires(Permission.MANAGE_REFRESHERS, scoped=True)
def attendance(viewer: Viewer, day_id: int) -> ResponseReturnValue:
    """A cell for each booking: present, hours if in part, apology in time or late, no-show."""
    get_day(day_id)
    form = AttendanceForm(_lines(day_id, viewer), request.form if request.method == "POST" else None)
    if form.validate_on_submit() and _sound(form):
        marks = form.marks()
        try:
            with transaction():
                changed = services.record_attendance(day_id, marks, on=clock.today(), recorded_by=viewer.person_id)
        except Conflict as stale:
            form = AttendanceForm(_lines(day_id, viewer))
            form.form_errors.extend(stale.reasons)
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash(f"Attendance saved for {plural(changed, 'person', 'people')}.")
            return redirect(url_for("refreshers.day", day_id=day_id))
    _lines(day_id, viewer)  # what a refused transaction let go is fetched again in one go
    row = day_row(day_id)
    return render_template("refreshers/attendance.html", form=form, row=row, day=row.day, today=clock.today())


@bp.get("/refreshers/<int:day_id>/sign-in-sheet")
@requires(Permission.MANAGE_REFRESHERS, scoped=True)
def sign_in_sheet(viewer: Viewer, day_id: int) -> ResponseReturnValue:
    """A sheet to print: a line to sign for each seat, and empty lines for those who come unbooked.

    Its QR code leads to the attendance page, where whoever may record it signs in: it opens nothing by itself.
    """
    bookings = [booking for booking in _lines(day_id, viewer) if booking.state in HAS_A_SEAT]
    address = current_app.config["BASE_URL"] + url_for("refreshers.attendance", day_id=day_id)
    return render_template(
        "refreshers/sign_in_sheet.html",
        day=get_day(day_id),
        bookings=bookings,
        spare=5,
        address=address,
        code=qr_code(address, "QR code of the attendance page"),
    )


def _lines(day_id: int, viewer: Viewer) -> list[Booking]:
    """Live bookings, and late apologies: who gave the seat back late may have come after all."""
    found = bookings_on(day_id, viewer)
    live = {booking.person_id for booking in found if booking.state not in ENDED}
    return [
        booking
        for booking in found
        if booking.state not in ENDED or (booking.state == "late_apologies" and booking.person_id not in live)
    ]


def _sound(form: AttendanceForm) -> bool:
    """Whether every line can be read; if not, each mistake is named beside the person, with a link to its field."""
    sound = form.validate_lines()
    told = Markup('<a href="#{}">{}: {}.</a>')
    for booking, line in form.lines:
        form.form_errors.extend(told.format(line.mark.id, booking.person.name, error) for error in line.mark.errors)
    return sound
