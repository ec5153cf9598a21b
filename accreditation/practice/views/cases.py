"""Cases by reference, and the figures of the service made of them."""

from collections.abc import Mapping
from datetime import date

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.dates import NotADay, read_day
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.core.sheets import XLSX
from accreditation.people.queries import units
from accreditation.people.rules import Viewer
from accreditation.people.services import note_export
from accreditation.practice.exports import cases_workbook, figures_workbook
from accreditation.practice.forms.cases import OutcomeForm, PeriodForm, ReferralForm
from accreditation.practice.queries.cases import (
    ENDED,
    CasesAsked,
    cases_page,
    count_cases,
    entries_about,
    every_case,
    figures_by_unit,
    get_case,
    total,
)
from accreditation.practice.rules.cases import OPEN, OUTCOMES, usual_period
from accreditation.practice.services.cases import record_referral, state_outcome
from accreditation.practice.views.blueprint import bp
from accreditation.web.filters import Filter, Filters, read_filters
from accreditation.web.guards import requires
from accreditation.web.words import day

LIST_OUTCOMES = [(OPEN, "Open"), (ENDED, "Concluded, whatever the result"), *OUTCOMES.items()]
NO_UNIT = "none"


@bp.get("/practice/cases")
@requires(Permission.RECORD_PRACTICE, scoped=True)
def cases(viewer: Viewer) -> ResponseReturnValue:
    """Every case that counts, by its reference alone, the latest referral first."""
    filters = _filters()
    asked = _asked(filters)
    return render_template(
        "practice/cases.html",
        page=cases_page(viewer, asked, place=request.args.get("place"), address=lambda token: filters.url(place=token)),
        filters=filters,
        total=count_cases(viewer, asked),
        disputed=count_cases(viewer, CasesAsked(disputed=True)),
        list_outcomes=LIST_OUTCOMES,
        units=_unit_choices(),
        export_url=url_for("practice.export_cases") + filters.url().removeprefix(filters.path),
    )


@bp.get("/practice/cases/export.xlsx")
@requires(Permission.RECORD_PRACTICE, scoped=True)
def export_cases(viewer: Viewer) -> ResponseReturnValue:
    """Exactly what the filters show, in the same order. Noted in the audit trail before it is handed out."""
    filters = _filters()
    found = every_case(viewer, _asked(filters))
    chips = [chip.label for chip in filters.chips]
    with transaction():
        notice = note_export("the cases", viewer, rows=len(found), people=0, at=clock.now(), filters=chips)
    content = cases_workbook(every_case(viewer, _asked(filters)), filters=chips, notice=notice)
    return _workbook(content, f"cases-{clock.today().isoformat()}")


@bp.route("/practice/cases/new", methods=["GET", "POST"])
@requires(Permission.RECORD_PRACTICE)
def new_case(viewer: Viewer) -> ResponseReturnValue:
    """A case that was referred, whatever becomes of it: it is the denominator."""
    today = clock.today()
    form = ReferralForm(units=_unit_choices(), on=today)
    if form.validate_on_submit():
        try:
            reference = _record(form, viewer, today)
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash(f"Case {reference} is recorded as referred. Record the next one, or go back to the cases.", "success")
            return redirect(url_for("practice.new_case"))
    return render_template("practice/new_case.html", form=form, case=None)


@bp.route("/practice/cases/<int:case_id>", methods=["GET", "POST"])
@requires(Permission.RECORD_PRACTICE, scoped=True)
def case(viewer: Viewer, case_id: int) -> ResponseReturnValue:
    """What is known of a case; the office says here how it ended."""
    found, today = get_case(case_id, viewer), clock.today()
    form = OutcomeForm(on=today, case=found)
    if form.validate_on_submit():
        try:
            with transaction():
                state_outcome(
                    case_id,
                    outcome=form.outcome.data or None,
                    ended_on=form.ended_on.data,
                    on=today,
                    stated_by=viewer.person_id,
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash("Recorded. The figures of the service say so from now on.", "success")
            return redirect(url_for("practice.case", case_id=case_id))
        found = get_case(case_id, viewer)
    return render_template("practice/case.html", form=form, case=found, entries=entries_about(found))


@bp.route("/practice/cases/<int:case_id>/change", methods=["GET", "POST"])
@requires(Permission.RECORD_PRACTICE, scoped=True)
def change_case(viewer: Viewer, case_id: int) -> ResponseReturnValue:
    """The day of referral and the unit it came from."""
    found, today = get_case(case_id, viewer), clock.today()
    form = ReferralForm(units=_unit_choices(), on=today, case=found)
    form.reference.render_kw = {"readonly": True}
    if form.validate_on_submit():
        form.reference.data = found.reference  # the reference is what the case is
        try:
            _record(form, viewer, today)
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash("Changed.", "success")
            return redirect(url_for("practice.case", case_id=case_id))
        found = get_case(case_id, viewer)
    return render_template("practice/new_case.html", form=form, case=found)


@bp.get("/practice/figures")
@requires(Permission.VIEW_REPORTS)
def figures(viewer: Viewer) -> ResponseReturnValue:
    """Conclusion and resolution rates of a period, each with its numerator and its denominator, by unit."""
    form, first, last = _period()
    parts = figures_by_unit(viewer, first, last) if first and last else []
    return render_template(
        "practice/figures.html",
        form=form,
        parts=parts,
        whole=total(parts),
        first=first,
        last=last,
        may_list=bool(viewer.limited_to(Permission.RECORD_PRACTICE).grants),
        open=OPEN,
        ended=ENDED,
        no_unit=NO_UNIT,
    )


@bp.get("/practice/figures.xlsx")
@requires(Permission.VIEW_REPORTS)
def export_figures(viewer: Viewer) -> ResponseReturnValue:
    """The same as a workbook. Noted in the audit trail before it is handed out."""
    _, first, last = _period()
    if first is None or last is None:
        raise DomainError("Choose the first and the last day of the period.")
    parts = figures_by_unit(viewer, first, last)
    with transaction():
        notice = note_export(
            "the service figures",
            viewer,
            rows=len(parts),
            people=0,
            at=clock.now(),
            cases=total(parts).referred,
            first=first.isoformat(),
            last=last.isoformat(),
        )
    content = figures_workbook(parts, first=first, last=last, notice=notice)
    return _workbook(content, f"service-figures-{first.isoformat()}-to-{last.isoformat()}")


def _period() -> tuple[PeriodForm, date | None, date | None]:
    """The period of the address: by default the twelve months before this one. None for one that cannot be read."""
    first, last = usual_period(clock.today())
    if not request.args.get("first") and not request.args.get("last"):
        return PeriodForm(data={"first": first, "last": last}), first, last
    form = PeriodForm(request.args)
    return (form, form.first.data, form.last.data) if form.validate() else (form, None, None)


def _record(form: ReferralForm, viewer: Viewer, today: date) -> str:
    reference, referred_on = form.reference.data or "", form.referred_on.data
    assert referred_on is not None
    with transaction():
        record_referral(
            reference,
            referred_on=referred_on,
            unit_id=int(form.unit_id.data) if form.unit_id.data else None,
            on=today,
            recorded_by=viewer.person_id,
        )
    return reference


def _unit_choices() -> list[tuple[str, str]]:
    return [(str(one.id), one.name) for one in units()]


def _asked(filters: Filters) -> CasesAsked:
    unit = filters.get("unit")
    return CasesAsked(
        first=_day_of(filters.get("first")),
        last=_day_of(filters.get("last")),
        outcome=filters.get("outcome"),
        unit_id=int(unit) if unit and unit.isdecimal() else None,
        no_unit=unit == NO_UNIT,
        disputed=filters.get("disputed") == "yes",
        from_log=filters.get("from_log") == "yes",
        reference=filters.get("reference") or "",
    )


def _filters() -> Filters:
    choices = [*_unit_choices(), (NO_UNIT, "Unit not recorded")]
    offered = (
        Filter("reference", lambda value: f"Reference {value}", longest=40),
        Filter("outcome", lambda value: dict(LIST_OUTCOMES)[value], LIST_OUTCOMES),
        Filter("unit", lambda value: dict(choices)[value], choices),
        Filter("first", lambda value: f"Referred from {value}", longest=30),
        Filter("last", lambda value: f"Referred through {value}", longest=30),
        Filter("from_log", lambda _: "No referral recorded", [("yes", "Yes")]),
        Filter("disputed", lambda _: "Mediators say different things", [("yes", "Yes")]),
    )
    return read_filters(_readable(request.args), offered, path=url_for("practice.cases"))


def _readable(arguments: Mapping[str, str]) -> dict[str, str]:
    """Days that can be read, in words; any others are left out."""
    found = dict(arguments)
    for name in ("first", "last"):
        on = _day_of(found.pop(name, None))
        if on is not None:
            found[name] = day(on)
    return found


def _day_of(value: str | None) -> date | None:
    if not value:
        return None
    try:
        return read_day(value)
    except NotADay:
        return None


def _workbook(content: bytes, name: str) -> Response:
    return Response(content, mimetype=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"'})
