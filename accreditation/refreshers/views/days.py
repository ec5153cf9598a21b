"""Seeing the days: all of them, and one with who sits there."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.permissions import Permission, Role
from accreditation.people.rules import Viewer
from accreditation.refreshers.forms import BookSomebodyForm
from accreditation.refreshers.queries.away import own_reference
from accreditation.refreshers.queries.bookings import bookings_on, count_bookings_on, get_booking
from accreditation.refreshers.queries.days import coming_days, day_row, later_of_series, past_days
from accreditation.refreshers.queries.due import place_in_line, what_attending_brings
from accreditation.refreshers.queries.offers import late_in_words
from accreditation.refreshers.rules import ENDED
from accreditation.refreshers.views.blueprint import bp
from accreditation.web.guards import requires


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
    own = get_booking(row.my_booking_id, viewer) if row.my_booking_id else None
    is_mediator = Role.MEDIATOR in viewer.roles
    bookable = row.day.state == "planned" and row.day.held_on >= today
    return render_template(
        "refreshers/day.html",
        row=row,
        day=row.day,
        live=[booking for booking in bookings if booking.state not in ENDED],
        ended=[booking for booking in bookings if booking.state in ENDED],
        unseen=count_bookings_on(day_id) - len(bookings) if manager.grants else 0,
        effect=what_attending_brings(viewer.person_id, row.day, viewer, today) if is_mediator and bookable else None,
        own=own,
        late=late_in_words(row.day, clock.now()) if row.mine == "booked" and bookable else None,
        unconfirmed=[booking for booking in bookings if booking.unconfirmed],
        line=place_in_line(row.my_booking_id, day_id, today) if row.my_booking_id else None,
        later=len(later_of_series(row.day)),
        form=BookSomebodyForm() if manager.grants else None,
        may_manage=bool(manager.grants),
        may_book=is_mediator and bookable,
        may_join=row.mine == "booked" or bool(manager.grants),
        today=today,
    )
