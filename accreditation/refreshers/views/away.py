"""Dates people cannot make, and how far it is from units to places: what the planner goes by."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.people.queries import get_mediator
from accreditation.people.rules import Viewer
from accreditation.refreshers.forms import DatesAwayForm, WaysForm
from accreditation.refreshers.queries.away import dates_away_of, get_dates_away, units_and_places
from accreditation.refreshers.queries.planning import ways as ways_entered
from accreditation.refreshers.services import planning
from accreditation.refreshers.views.blueprint import bp
from accreditation.web.guards import requires
from accreditation.web.words import plural


@bp.route("/refreshers/dates-away/<reference>", methods=["GET", "POST"])
@requires(Permission.BOOK_REFRESHER, scoped=True)
def dates_away(viewer: Viewer, reference: str) -> ResponseReturnValue:
    """The dates on which this mediator cannot come: entered by themselves, or by the office for them."""
    mediator = get_mediator(reference, viewer)
    person_id, own = mediator.id, mediator.counted.id == viewer.person_id
    form = DatesAwayForm()
    if form.validate_on_submit():
        assert form.first.data
        assert form.last.data
        try:
            with transaction():
                planning.add_dates_away(
                    person_id,
                    first=form.first.data,
                    last=form.last.data,
                    on=clock.today(),
                    now=clock.now(),
                    entered_by=viewer.person_id,
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash(
                "The dates are noted. No refresher day is planned for you on them." if own else "The dates are noted."
            )
            return redirect(url_for("refreshers.dates_away", reference=reference))
    return render_template(
        "refreshers/dates_away.html",
        form=form,
        mediator=get_mediator(reference, viewer),
        own=own,
        dates=dates_away_of(person_id, clock.today()),
    )


@bp.post("/refreshers/dates-away/<int:away_id>/remove")
@requires(Permission.BOOK_REFRESHER, scoped=True)
def remove_dates_away(viewer: Viewer, away_id: int) -> ResponseReturnValue:
    """They can come on these dates after all."""
    reference = get_dates_away(away_id, viewer).person.counted.reference
    with transaction():
        planning.remove_dates_away(away_id)
    flash("The dates are taken back.")
    return redirect(url_for("refreshers.dates_away", reference=reference))


@bp.route("/refreshers/travel", methods=["GET", "POST"])
@requires(Permission.MANAGE_REFRESHERS)
def travel(viewer: Viewer) -> ResponseReturnValue:
    """Minutes from each unit to each place where a day is planned."""
    units, places = units_and_places(clock.today())
    fields = {f"u{unit.id}p{number}": (unit.id, place) for unit in units for number, place in enumerate(places)}
    form = WaysForm()
    mistakes: dict[str, str] = {}
    typed = {name: request.form.get(name, "") for name in fields} if request.method == "POST" else None
    if form.validate_on_submit() and typed is not None:
        minutes, mistakes = WaysForm.read(typed, fields)
        if not mistakes:
            with transaction():
                changed = planning.set_ways({fields[name]: number for name, number in minutes.items()})
            flash(f"{plural(changed, 'travel time').capitalize()} changed.")
            return redirect(url_for("refreshers.travel"))
        units, places = units_and_places(clock.today())
    entered = ways_entered()
    values = typed or {name: str(entered[key]) if (key := fields[name]) in entered else "" for name in fields}
    return render_template(
        "refreshers/travel.html", form=form, units=units, places=places, values=values, mistakes=mistakes
    )
