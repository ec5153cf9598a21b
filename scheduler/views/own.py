"""One's own letters: how early reminders come."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from scheduler.forms.own import OwnLettersForm
from scheduler.queries.hours import sending_hours, weekly_time
from scheduler.queries.own import own_record_id
from scheduler.rules.weekly import WEEKDAYS, next_weekly
from scheduler.services.weekly import choose_weekly, who_wants_weekly
from scheduler.views.blueprint import bp


@bp.route("/me/letters", methods=["GET", "POST"])
@requires(Permission.VIEW_OWN, scoped=True)
def own_letters(viewer: Viewer) -> ResponseReturnValue:
    """One by one, or together in one letter a week. What is due soon comes by itself either way."""
    person_id = own_record_id(viewer)
    form = OwnLettersForm(data={"weekly": "yes" if who_wants_weekly([person_id]) else "no"})
    if form.validate_on_submit():
        with transaction():
            choose_weekly(person_id, form.weekly.data == "yes")
        flash("Saved.", "success")
        return redirect(url_for("scheduler.own_letters"))
    when = weekly_time()
    _, moment = next_weekly(clock.now(), when, sending_hours())
    return render_template("scheduler/own_letters.html", form=form, weekday=WEEKDAYS[when.weekday], moment=moment)
