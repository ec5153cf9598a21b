"""Cohorts: the list, one of them, planning and changing them, and who is on them."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.calendar import last_good_day
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission, Scope
from accreditation.people.queries import providers
from accreditation.people.rules import Viewer
from accreditation.standing.queries import all_schemes, get_scheme
from accreditation.standing.queries.cleared import cleared
from accreditation.web.filters import Filter, read_filters
from accreditation.web.guards import requires
from cohorts.forms.cohorts import AddPersonForm, CohortForm
from cohorts.forms.results import UploadForm
from cohorts.models import Cohort
from cohorts.queries.appeals import own_appeals
from cohorts.queries.cohorts import (
    CohortRow,
    Wanted,
    cohort_row,
    cohorts_page,
    count_running,
    get_cohort,
    get_cohort_to_manage,
    provider_figures,
    results_outstanding,
)
from cohorts.queries.duties import duties_of
from cohorts.queries.results import former_candidates, released_results_of, roster
from cohorts.queries.waiting import waiting_list
from cohorts.rules import results as result_rules
from cohorts.rules import states
from cohorts.rules.appeals import APPEAL_LABELS, APPEAL_TONES
from cohorts.rules.duties import headline
from cohorts.services.cohorts import change_cohort, plan_cohort, step_cohort, usual_capacity
from cohorts.views.blueprint import bp

STATE_CHOICES = [("running", "Running"), *((state, states.COHORT_LABELS[state]) for state in states.COHORT_STATES)]
RESULT_CHOICES = [
    ("outstanding", "Results outstanding"),
    ("late", "Results overdue"),
    ("to_release", "Results to release"),
]


@bp.get("/cohorts")
@requires(Permission.VIEW_COHORTS)
def cohorts(viewer: Viewer) -> ResponseReturnValue:
    everything = bool(viewer.ids(Scope.SERVICE))
    named = {str(provider.id): provider.name for provider in providers()} if everything else {}
    filters = read_filters(
        request.args,
        [
            Filter("state", lambda state: dict(STATE_CHOICES)[state], STATE_CHOICES),
            Filter("results", lambda results: dict(RESULT_CHOICES)[results], RESULT_CHOICES),
            Filter("provider", lambda provider: named[provider], list(named.items())),
        ],
        path=url_for("cohorts.cohorts"),
    )
    provider = filters.get("provider")
    wanted = Wanted(filters.get("state"), int(provider) if provider else None, filters.get("results"))
    today = clock.today()
    own = bool(viewer.ids(Scope.PROVIDER)) and not everything
    runs = (own or everything) and viewer.may_somewhere(Permission.RUN_COHORT)
    due = results_outstanding(viewer, today) if (runs or own) and not filters.chips else []
    total, running = count_running(viewer, wanted, on=today)
    duties = duties_of(viewer, today, clock.now(), due) if runs and not filters.chips else []
    return render_template(
        "cohorts/cohorts.html",
        page=cohorts_page(
            viewer,
            wanted,
            on=today,
            place=request.args.get("after"),
            address=lambda token: filters.url(after=token),
        ),
        filters=filters,
        total=total,
        duties=duties,
        figures=provider_figures(viewer, today, due, running) if own and not filters.chips else [],
        headline=headline(duties, today),
        own=own,
        today=today,
        state_choices=STATE_CHOICES,
        result_choices=RESULT_CHOICES,
        provider_choices=list(named.items()),
        states=states,
        may_manage=everything and viewer.may_somewhere(Permission.MANAGE_COHORTS),
    )


def _scheme_choices() -> list[tuple[str, str]]:
    return [(scheme.code, scheme.name or scheme.code) for scheme in all_schemes(clock.today())]


def _provider_choices() -> list[tuple[str, str]]:
    return [(str(provider.id), provider.name) for provider in providers()]


@bp.route("/cohorts/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_COHORTS)
def new_cohort(viewer: Viewer) -> ResponseReturnValue:
    form = CohortForm(providers=_provider_choices(), schemes=_scheme_choices(), places=usual_capacity())
    if form.validate_on_submit():
        try:
            with transaction():
                cohort = plan_cohort(
                    provider_id=int(form.provider.data),
                    scheme=form.scheme.data,
                    created_by=viewer.person_id,
                    **form.plan,
                )
                cohort_id, title = cohort.id, cohort.title
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash(f"{title} is planned. Place applicants on it from the list of applications.", "success")
            return redirect(url_for("cohorts.cohort", cohort_id=cohort_id))
    return render_template("cohorts/edit_cohort.html", form=form, cohort=None)


@bp.route("/cohorts/<int:cohort_id>/change", methods=["GET", "POST"])
@requires(Permission.MANAGE_COHORTS, scoped=True)
def edit_cohort(viewer: Viewer, cohort_id: int) -> ResponseReturnValue:
    cohort = get_cohort_to_manage(cohort_id, viewer)
    form = CohortForm(providers=[], schemes=[], cohort=cohort)
    version = request.form.get("version", type=int, default=cohort.version)
    if form.validate_on_submit():
        try:
            with transaction():
                change_cohort(cohort_id, version=version, **form.plan)
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
            cohort, version = get_cohort(cohort_id, viewer), get_cohort(cohort_id, viewer).version
        else:
            flash("The cohort is changed.", "success")
            return redirect(url_for("cohorts.cohort", cohort_id=cohort_id))
    return render_template("cohorts/edit_cohort.html", form=form, cohort=cohort, version=version)


@bp.get("/cohorts/<int:cohort_id>")
@requires(Permission.VIEW_COHORTS, scoped=True)
def cohort(viewer: Viewer, cohort_id: int) -> ResponseReturnValue:
    return show_cohort(viewer, cohort_id)


def show_cohort(
    viewer: Viewer,
    cohort_id: int,
    *,
    upload_form: UploadForm | None = None,
    add_form: AddPersonForm | None = None,
) -> ResponseReturnValue:
    """The page of one cohort; with a form that was refused, the same page with its errors."""
    found = get_cohort(cohort_id, viewer)
    today = clock.today()
    row = cohort_row(cohort_id, viewer, today)
    scheme = get_scheme(found.scheme, found.starts_on)
    candidates = roster(found, viewer)
    whole_service = bool(viewer.ids(Scope.SERVICE))
    whole_cohort = whole_service or found.provider_id in viewer.ids(Scope.PROVIDER)
    takes_results = found.state in states.TAKES_RESULTS
    return render_template(
        "cohorts/cohort.html",
        cohort=found,
        row=row,
        today=today,
        last_day=last_good_day(found.ends_on),
        scheme=scheme,
        candidates=candidates,
        cleared=cleared([who.person.id for who in candidates], scheme, today),
        former=former_candidates(cohort_id) if whole_service else [],
        waiting=waiting_list(cohort_id) if whole_cohort else [],
        free=max(0, found.capacity - row.taken) if found.state in states.TAKES_PEOPLE else 0,
        states=states,
        rules=result_rules,
        fact=_fact(found, row, today),
        upload_form=upload_form or UploadForm(formdata=None),
        add_form=add_form or AddPersonForm(formdata=None),
        form=next((form for form in (upload_form, add_form) if form and form.errors), None),
        may_record=whole_cohort
        and takes_results
        and viewer.may_somewhere(Permission.RECORD_RESULTS)
        and any(who.closed_because is None for who in candidates),
        may_manage=whole_service and viewer.may_somewhere(Permission.MANAGE_COHORTS),
        may_run=whole_cohort and viewer.may_somewhere(Permission.RUN_COHORT),
        may_moderate=viewer.may_somewhere(Permission.MODERATE_RESULTS),
        may_release=viewer.may_somewhere(Permission.RELEASE_RESULTS),
    )


def _fact(cohort: Cohort, row: CohortRow, today: object) -> str:
    """The one sentence under the title: what matters about this cohort now."""
    from_words = f"{row.taken} of {cohort.capacity} places are taken."
    if not row.missing and row.to_release:
        return f"{from_words} Every result is in; {row.to_release} to release."
    if not row.missing and row.taken:
        return f"{from_words} Every result is in."
    return from_words


@bp.post("/cohorts/<int:cohort_id>/state")
@requires(Permission.MANAGE_COHORTS, scoped=True)
def change_state(viewer: Viewer, cohort_id: int) -> ResponseReturnValue:
    title = get_cohort_to_manage(cohort_id, viewer).title
    to = request.form.get("to", "")
    try:
        with transaction():
            step_cohort(cohort_id, to, at=clock.now(), by=viewer.person_id)
    except DomainError as refusal:
        for reason in refusal.reasons:
            flash(reason, "warning")
    else:
        flash(f"{title} is at “{states.COHORT_LABELS[to]}” now.", "success")
    return redirect(url_for("cohorts.cohort", cohort_id=cohort_id))


@bp.get("/my-results")
@requires(Permission.SIGNED_IN)
def my_results(viewer: Viewer) -> ResponseReturnValue:
    return render_template(
        "cohorts/my_results.html",
        results=released_results_of(viewer.person_id),
        appeals=own_appeals(viewer.person_id),
        appeal_labels=APPEAL_LABELS,
        appeal_tones=APPEAL_TONES,
        rules=result_rules,
    )
