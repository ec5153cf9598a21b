"""Who is ready, and awarding several in one step."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.awards.forms import SeveralForm
from accreditation.awards.queries.ready import due_for_renewal, readiness_of, ready_to_award
from accreditation.awards.services import award_several
from accreditation.awards.views.blueprint import bp
from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.standing.queries import main_scheme
from accreditation.web.guards import requires
from accreditation.web.words import plural

AT_ONCE = 500


@bp.get("/awards")
@requires(Permission.VIEW_AWARDS)
def awards(viewer: Viewer) -> ResponseReturnValue:
    return _ready_page(viewer, SeveralForm(on=clock.today()))


def _ready_page(viewer: Viewer, form: SeveralForm) -> str:
    today = clock.today()
    scheme = main_scheme(today)
    return render_template(
        "awards/awards.html",
        form=form,
        scheme=scheme,
        ready=ready_to_award(viewer, today, scheme),
        renewals=due_for_renewal(viewer, today, scheme),
        may_award=viewer.may_somewhere(Permission.AWARD_ACCREDITATION),
    )


def _chosen() -> list[int]:
    return [int(value) for value in request.form.getlist("chosen") if value.isascii() and value.isdecimal()][:AT_ONCE]


@bp.post("/awards/several")
@requires(Permission.AWARD_ACCREDITATION)
def several(viewer: Viewer) -> ResponseReturnValue:
    """First the preview with the dates, then (`confirmed`) the awards, then what became of each."""
    today = clock.today()
    form = SeveralForm(on=today)
    scheme = main_scheme(today)
    if not form.validate_on_submit() or form.awarded_on.data is None:
        return _ready_page(viewer, form)
    on: date = form.awarded_on.data
    judged = readiness_of(_chosen(), viewer, scheme, on)
    if not judged:
        flash("Choose at least one person.", "warning")
        return redirect(url_for("awards.awards"))
    if "confirmed" not in request.form:
        return render_template(
            "awards/preview.html",
            form=form,
            on=on,
            scheme=scheme,
            judged=judged,
            ready=[one for one in judged if not one.reasons],
        )
    ids = [one.person.id for one in judged]
    with transaction():
        answers = award_several(ids, scheme.code, on=on, awarded_by=viewer.person_id)
    numbers = [answer.number for answer in answers if answer.number]
    if numbers:
        verb = "is" if len(numbers) == 1 else "are"
        flash(f"{plural(len(numbers), 'accreditation')} {verb} awarded: {', '.join(numbers)}.", "success")
    for answer in answers:
        if not answer.number:
            flash(f"{answer.name} is not accredited. {' '.join(answer.reasons)}", "warning")
    return redirect(url_for("awards.awards"))
