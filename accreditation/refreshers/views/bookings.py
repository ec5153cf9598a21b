"""Booking a seat and giving it back: by the mediator in two taps, or by the office for somebody."""

from datetime import date, datetime
from typing import Protocol

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError, NotAllowed, NotFound
from accreditation.core.permissions import Permission, Role, Scope
from accreditation.people.queries import get_mediator
from accreditation.people.rules import Viewer
from accreditation.refreshers import services
from accreditation.refreshers.forms import BookSomebodyForm, ConfirmForm
from accreditation.refreshers.models import Booking
from accreditation.refreshers.queries.bookings import get_booking
from accreditation.refreshers.queries.days import day_row, get_day
from accreditation.refreshers.queries.due import what_attending_brings
from accreditation.refreshers.queries.offers import late_in_words, would_be_late
from accreditation.refreshers.rules import CANCELLABLE
from accreditation.refreshers.views.blueprint import bp
from accreditation.web.guards import requires
from accreditation.web.words import day as in_words


@bp.route("/refreshers/<int:day_id>/book", methods=["GET", "POST"])
@requires(Permission.BOOK_REFRESHER)
def book(viewer: Viewer, day_id: int) -> ResponseReturnValue:
    """A mediator's own seat: what it brings, and one button."""
    if Role.MEDIATOR not in viewer.roles or viewer.person_id not in viewer.ids(Scope.PERSON):
        raise NotAllowed("Only mediators book a seat for themselves. Book for somebody from the page of the day.")
    today = clock.today()
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            with transaction():
                state = services.book_seat(
                    viewer.person_id, day_id, on=today, booked_by=viewer.person_id, or_wait=form.wait.data == "1"
                ).state
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            _say(state, "Your seat is booked. You will get a letter with the details.", "You are on the waiting list.")
            return redirect(url_for("refreshers.day", day_id=day_id))
    row = day_row(day_id, viewer.person_id)
    return render_template(
        "refreshers/book.html",
        form=form,
        row=row,
        day=row.day,
        over=row.day.state != "planned" or row.day.held_on < today,
        effect=what_attending_brings(viewer.person_id, row.day, viewer, today),
        late=late_in_words(row.day, clock.now()),
        today=today,
    )


@bp.post("/refreshers/bookings/<int:booking_id>/accept")
@requires(Permission.BOOK_REFRESHER, scoped=True)
def accept_offer(viewer: Viewer, booking_id: int) -> ResponseReturnValue:
    """One tap: the offered seat is taken."""
    return _answer(viewer, booking_id, services.accept_offer, "The seat is yours. You get a letter with the details.")


@bp.post("/refreshers/bookings/<int:booking_id>/decline")
@requires(Permission.BOOK_REFRESHER, scoped=True)
def decline_offer(viewer: Viewer, booking_id: int) -> ResponseReturnValue:
    """One tap: the seat goes to whoever is next."""
    return _answer(viewer, booking_id, services.decline_offer, "The seat is declined. It goes to whoever is next.")


@bp.post("/refreshers/bookings/<int:booking_id>/confirm")
@requires(Permission.BOOK_REFRESHER, scoped=True)
def confirm_booking(viewer: Viewer, booking_id: int) -> ResponseReturnValue:
    """One tap: they come on the day, or still come as it was moved."""

    moved = get_booking(booking_id, viewer).moved_from is not None
    words = "Thank you. Your seat on the new date is confirmed." if moved else "Thank you. Your seat is confirmed."

    def confirm(booking_id: int, *, on: date, at: datetime) -> Booking:
        return services.confirm_booking(booking_id, on=on)

    return _answer(viewer, booking_id, confirm, words)


class Answer(Protocol):
    def __call__(self, booking_id: int, *, on: date, at: datetime) -> Booking: ...


def _answer(viewer: Viewer, booking_id: int, answer: Answer, words: str) -> ResponseReturnValue:
    """The mediator's own answer, or the office's for them, told by telephone."""
    booking = get_booking(booking_id, viewer)
    day_id, own, name = booking.day_id, booking.person.counted.id == viewer.person_id, booking.person.name
    try:
        with transaction():
            answer(booking_id, on=clock.today(), at=clock.now())
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        flash(words if own else f"Recorded for {name}.", "success")
    return redirect(url_for("refreshers.day", day_id=day_id, _anchor=None if own else "bookings"))


@bp.post("/refreshers/<int:day_id>/bookings")
@requires(Permission.MANAGE_REFRESHERS, scoped=True)
def book_somebody(viewer: Viewer, day_id: int) -> ResponseReturnValue:
    """The office books a mediator, before the day or, for somebody who came unbooked, after it."""
    today = clock.today()
    form = BookSomebodyForm()
    if not form.validate_on_submit():
        flash("Enter the mediator's reference, such as M0001.", "warning")
        return redirect(url_for("refreshers.day", day_id=day_id, _anchor="book"))
    mediator = get_mediator((form.reference.data or "").upper(), viewer)
    person_id, name = mediator.id, mediator.name
    try:
        with transaction():
            state = services.book_seat(
                person_id, day_id, on=today, booked_by=viewer.person_id, or_wait=True, afterwards=True
            ).state
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        _say(state, f"{name} has a seat.", f"There is no seat left. {name} is on the waiting list.")
    return redirect(url_for("refreshers.day", day_id=day_id, _anchor="bookings"))


@bp.route("/refreshers/bookings/<int:booking_id>/cancel", methods=["GET", "POST"])
@requires(Permission.BOOK_REFRESHER, scoped=True)
def cancel_booking(viewer: Viewer, booking_id: int) -> ResponseReturnValue:
    """A mediator gives back their own seat, or the office gives back somebody's."""
    booking = get_booking(booking_id, viewer)
    day_id, own, name = booking.day_id, booking.person.counted.id == viewer.person_id, booking.person.name
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            with transaction():
                state = services.cancel_booking(
                    booking_id, on=clock.today(), at=clock.now(), by_organiser=not own
                ).state
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            if state == "late_apologies":
                flash("Your booking is cancelled. It is recorded as a late apology.", "warning")
            else:
                flash("Your booking is cancelled." if own else f"The booking of {name} is cancelled: a letter says so.")
            return redirect(url_for("refreshers.day", day_id=day_id))
    booking = get_booking(booking_id, viewer)
    if booking.state not in CANCELLABLE and request.method == "GET":
        raise NotFound("There is no booking here that can be cancelled.")
    day = get_day(day_id)
    return render_template(
        "refreshers/cancel_booking.html",
        form=form,
        booking=booking,
        day=day,
        own=own,
        late=own and would_be_late(booking, clock.now()),
        when=in_words(day.held_on),
    )


def _say(state: str, booked: str, waiting: str) -> None:
    flash(waiting if state == "waitlisted" else booked, "warning" if state == "waitlisted" else "success")
