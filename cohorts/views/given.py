"""For assessors and moderators: the candidates given to them, and nothing else; and for the manager, giving them."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError, NotFound
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from cohorts.forms.given import GivenForm
from cohorts.forms.results import read_grid, shown_grid
from cohorts.queries.cohorts import get_cohort_to_manage
from cohorts.queries.given import Given, get_given, get_given_to_moderate, given_in, given_rows, given_to, stamp_of
from cohorts.queries.plans import frame_of
from cohorts.queries.results import candidates_of, said_of_parts
from cohorts.queries.staff import get_staff, trained_by
from cohorts.rules import results as result_rules
from cohorts.rules.results import Fault
from cohorts.rules.staff import GIVEN_ROLES, STAFF_LABELS, STAFF_VERBS
from cohorts.services.assessing import record_given
from cohorts.services.giving import give_candidates
from cohorts.services.moderation import agree_results, return_results
from cohorts.services.results import ResultsRefused, StaleResults
from cohorts.views.blueprint import bp


@bp.route("/cohorts/<int:cohort_id>/staff/<int:staff_id>/candidates", methods=["GET", "POST"])
@requires(Permission.MANAGE_COHORTS, scoped=True)
def give(viewer: Viewer, cohort_id: int, staff_id: int) -> ResponseReturnValue:
    """Which candidates an assessor or a moderator may open, and until when."""
    cohort = get_cohort_to_manage(cohort_id, viewer)
    member = get_staff(cohort_id, staff_id)
    if member.role not in GIVEN_ROLES:
        raise NotFound("There is no such trainer or assessor.")
    now = given_in(given_rows(cohort_id, clock.today()), member.person_id, member.role)
    form = GivenForm(
        candidates=[
            (who.enrolment.id, f"{who.person.name}, {who.person.reference}") for who in candidates_of(cohort_id)
        ],
        given={row.enrolment_id for row in now},
        ends_on=max((row.ends_on for row in now), default=None),
    )
    if form.validate_on_submit():
        chosen, ends_on, name, verb = form.candidates.data or [], form.ends_on, member.person.name, member.role
        try:
            with transaction():
                give_candidates(staff_id, chosen, ends_on=ends_on, on=clock.today(), given_by=viewer.person_id)
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
            cohort, member = get_cohort_to_manage(cohort_id, viewer), get_staff(cohort_id, staff_id)
        else:
            what = f"is to {STAFF_VERBS[verb]} {len(chosen)} of the candidates" if chosen else "has no candidates now"
            flash(f"{name} {what}. Whoever has no account yet needs an invitation from an administrator.", "success")
            return redirect(url_for("cohorts.staff", cohort_id=cohort_id))
    taught = trained_by(member.person_id, cohort_id) if member.role == "assessor" else set()
    return render_template(
        "cohorts/give.html",
        cohort=cohort,
        member=member,
        form=form,
        verb=STAFF_VERBS[member.role],
        label=STAFF_LABELS[member.role],
        taught=[who.person.name for who in candidates_of(cohort_id) if who.enrolment.id in taught],
    )


@bp.get("/assessing")
@requires(Permission.ASSESS_CANDIDATES)
def assessing(viewer: Viewer) -> ResponseReturnValue:
    return _list(viewer, "assessor")


@bp.get("/moderating")
@requires(Permission.MODERATE_CANDIDATES)
def moderating(viewer: Viewer) -> ResponseReturnValue:
    return _list(viewer, "moderator")


def _list(viewer: Viewer, role: str) -> ResponseReturnValue:
    given = given_to(viewer, role, clock.today())
    return render_template("cohorts/given.html", role=role, given=given, rules=result_rules)


@bp.route("/assessing/<int:given_id>", methods=["GET", "POST"])
@requires(Permission.ASSESS_CANDIDATES, scoped=True)
def assess_one(viewer: Viewer, given_id: int) -> ResponseReturnValue:
    """One candidate, with the parts and their criteria, as the provider's page of one candidate has them."""
    today = clock.today()
    given = get_given(given_id, viewer, "assessor", today)
    if request.method == "GET" or given.candidate.closed_because:
        return _assess_page(given)
    components = given.cohort.assessment.rules if given.cohort.assessment else ()
    [row] = read_grid(request.form, [given.candidate], components)
    if row.faults:
        return _assess_page(given, typed=row.cells, faults=list(row.faults)), 422
    try:
        with transaction():
            done = record_given(
                given_id, row.entry, stamp=request.form.get("stamp", ""), on=today, recorded_by=viewer.person_id
            )
    except ResultsRefused as refusal:
        given = get_given(given_id, viewer, "assessor", today)
        faults = [fault for line in refusal.plan.lines for fault in line.faults]
        return _assess_page(given, typed=row.cells, faults=faults, closed=refusal.plan.closed), 422
    except StaleResults as refusal:
        given = get_given(given_id, viewer, "assessor", today)
        return _assess_page(given, typed=row.cells, stale=refusal.reasons[0]), 409
    said = "is saved as a draft" if done.anything else "was recorded already; nothing was changed"
    flash(f"The result {said}. The training provider submits it.", "success")
    return redirect(url_for("cohorts.assessing"))


def _assess_page(
    given: Given,
    *,
    typed: dict[str, str] | None = None,
    faults: list[Fault] | None = None,
    stale: str | None = None,
    closed: str | None = None,
) -> str:
    who, recorded = given.candidate, shown_grid([given.candidate])
    return render_template(
        "cohorts/result_form.html",
        cohort=given.cohort,
        shown={who.enrolment.id: typed or recorded[who.enrolment.id]},
        recorded=recorded,
        faults={who.person.reference: faults or []},
        has_errors=bool(faults or stale or closed),
        stale=stale,
        closed=closed,
        outcomes=frame_of(given.cohort, clock.today()).outcomes,
        components=given.cohort.assessment.rules if given.cohort.assessment else (),
        one=who,
        rules=result_rules,
        stamp=stamp_of(who),
        back_url=url_for("cohorts.assessing"),
        back_text="All that were given to you",
    )


@bp.route("/moderating/<int:given_id>", methods=["GET", "POST"])
@requires(Permission.MODERATE_CANDIDATES, scoped=True)
def moderate_one(viewer: Viewer, given_id: int) -> ResponseReturnValue:
    """One submitted result: agree with it, or send it back with a note."""
    today = clock.today()
    given = get_given_to_moderate(given_id, viewer, today)
    refusals: tuple[str, ...] = ()
    note = request.form.get("note", "")
    if request.method == "POST":
        assert given.candidate.open is not None
        cohort_id, result_id, agrees = given.cohort.id, given.candidate.open.id, request.form.get("what") == "agree"
        try:
            with transaction():
                if agrees:
                    agree_results(cohort_id, [result_id], at=clock.now(), moderated_by=viewer.person_id)
                else:
                    return_results(cohort_id, [result_id], note=note, moderated_by=viewer.person_id)
        except DomainError as refusal:
            refusals = refusal.reasons
        else:
            done = "waits for release now" if agrees else "is a draft again, with your note"
            flash(f"The result {done}.", "success")
            return redirect(url_for("cohorts.moderating"))
        given = get_given_to_moderate(given_id, viewer, today)
    result = given.candidate.open
    assert result is not None
    page = render_template(
        "cohorts/moderate_one.html",
        given=given,
        result=result,
        components=given.cohort.assessment.rules if given.cohort.assessment else (),
        said=said_of_parts(result),
        refusals=refusals,
        has_errors=bool(refusals),
        note=note,
        rules=result_rules,
    )
    return page, 422 if refusals else 200
