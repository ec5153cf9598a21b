"""Awarding one person an accreditation, with the dates shown first."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.awards.forms import AwardForm
from accreditation.awards.queries.ready import readiness_of
from accreditation.awards.services import award_accreditation
from accreditation.awards.views.blueprint import bp
from accreditation.core import clock
from accreditation.core.calendar import Span
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.people.queries import get_mediator
from accreditation.people.rules import Viewer
from accreditation.standing.queries import all_schemes, get_scheme, main_scheme_code
from accreditation.web.guards import requires


@bp.route("/awards/new/<reference>", methods=["GET", "POST"])
@requires(Permission.AWARD_ACCREDITATION, scoped=True)
def new_award(viewer: Viewer, reference: str) -> ResponseReturnValue:
    mediator = get_mediator(reference, viewer)
    today = clock.today()
    schemes = [(scheme.code, scheme.name or scheme.code) for scheme in all_schemes(today)]
    form = AwardForm(schemes=schemes, scheme=main_scheme_code(), on=today)
    judged = None
    if form.validate_on_submit() and form.awarded_on.data:
        on, code = form.awarded_on.data, form.scheme.data
        judged = readiness_of([mediator.id], viewer, get_scheme(code, on), on)[0]
        if "confirmed" in request.form:
            try:
                with transaction():
                    number = award_accreditation(
                        mediator.id, code, on=on, awarded_by=viewer.person_id, seen=_seen()
                    ).number
            except DomainError as refusal:
                form.form_errors.extend(refusal.reasons)
                mediator, judged = get_mediator(reference, viewer), None
            else:
                flash(f"{get_mediator(reference, viewer).name} is accredited, as {number}.", "success")
                return redirect(url_for("awards.award", number=number))
        elif judged.reasons:
            form.form_errors.extend(judged.reasons)
            judged = None
    return render_template(
        "awards/new_award.html",
        form=form,
        mediator=mediator,
        judged=judged,
    )


def _seen() -> Span | None:
    """The dates that the page showed before; None where the form is not from our page."""
    starts_on, _, ends_on = request.form.get("seen", "").partition(" ")
    try:
        return Span(date.fromisoformat(starts_on), date.fromisoformat(ends_on))
    except ValueError:
        return None
