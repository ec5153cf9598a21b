"""The moderator's page: agree, or send back with a note."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from accreditation.web.words import plural
from cohorts.queries.cohorts import get_cohort
from cohorts.queries.results import roster, said_of_parts
from cohorts.queries.staff import assessors_who_trained
from cohorts.rules import results as result_rules
from cohorts.services.moderation import agree_results, return_results
from cohorts.views.blueprint import bp


@bp.route("/cohorts/<int:cohort_id>/moderate", methods=["GET", "POST"])
@requires(Permission.MODERATE_RESULTS, scoped=True)
def moderate(viewer: Viewer, cohort_id: int) -> ResponseReturnValue:
    cohort = get_cohort(cohort_id, viewer)
    refusals: tuple[str, ...] = ()
    note = request.form.get("note", "")
    if request.method == "POST":
        mine = {who.open.id for who in roster(cohort, viewer) if who.open}
        mine |= {who.released.id for who in roster(cohort, viewer) if who.released}
        chosen = [int(value) for value in request.form.getlist("result") if value.isascii() and value.isdecimal()]
        ids, agrees = [one for one in chosen if one in mine], request.form.get("what") == "agree"
        try:
            with transaction():
                if agrees:
                    count = agree_results(cohort_id, ids, at=clock.now(), moderated_by=viewer.person_id)
                else:
                    count = return_results(cohort_id, ids, note=note, moderated_by=viewer.person_id)
        except DomainError as refusal:
            refusals = refusal.reasons
        else:
            if agrees:
                said = "waits" if count == 1 else "wait"
                flash(f"{plural(count, 'result').capitalize()} {said} for release now.", "success")
            else:
                said = "is a draft" if count == 1 else "are drafts"
                flash(f"{plural(count, 'result').capitalize()} {said} again, with your note.", "success")
            return redirect(url_for("cohorts.cohort", cohort_id=cohort_id))
        cohort = get_cohort(cohort_id, viewer)
    waiting = [who for who in roster(cohort, viewer) if who.open and who.open.state == "in_moderation"]
    involved = [
        who
        for who in waiting
        if who.open and viewer.person_id in (who.open.recorded_by, who.open.submitted_by, who.person.id)
    ]
    page = render_template(
        "cohorts/moderate.html",
        cohort=cohort,
        waiting=waiting,
        involved=involved,
        not_independent=assessors_who_trained(cohort),
        components=cohort.assessment.rules if cohort.assessment else (),
        parts={who.enrolment.id: said_of_parts(who.open) for who in waiting if who.open},
        refusals=refusals,
        has_errors=bool(refusals),
        note=note,
        rules=result_rules,
    )
    return page, 422 if refusals else 200
