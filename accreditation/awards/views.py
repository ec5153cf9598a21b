"""The pages of the room: who is ready, awarding with the dates shown first, and what was awarded."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.awards.forms import AwardForm, SeveralForm, WithdrawalForm
from accreditation.awards.models import Award
from accreditation.awards.queries import (
    awards_page,
    due_for_renewal,
    get_award,
    readiness_of,
    ready_to_award,
)
from accreditation.awards.rules import KINDS
from accreditation.awards.services import award_accreditation, award_several, withdraw_award
from accreditation.core import clock
from accreditation.core.calendar import FOREVER, Span, last_good_day
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.people.queries import get_mediator
from accreditation.people.rules import Viewer
from accreditation.standing.queries import all_schemes, get_scheme, main_scheme, main_scheme_code
from accreditation.web.guards import requires
from accreditation.web.words import day, plural, short_day

bp = Blueprint("awards", __name__)
AT_ONCE = 500
NO_BREAK = "\u00a0"


def span_words(span: Span | None) -> str:
    """ "3 March 2027 to 2 March 2030", both days good; nothing for none."""
    if span is None:
        return ""
    if span.ends_on == FOREVER:
        return f"from {day(span.starts_on)}, without end"
    return f"{day(span.starts_on)} to {day(last_good_day(span.ends_on))}"


def span_cell(span: Span | None) -> str:
    """ "3 Mar 2027 to 2 Mar 2030", for tables: a line breaks between the days and not within one."""
    if span is None:
        return ""
    first = short_day(span.starts_on).replace(" ", NO_BREAK)
    if span.ends_on == FOREVER:
        return f"from {first}, without end"
    return f"{first} to {short_day(last_good_day(span.ends_on)).replace(' ', NO_BREAK)}"


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
        kinds=KINDS,
        span_cell=span_cell,
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
            kinds=KINDS,
            span_words=span_words,
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
                    number = award_accreditation(mediator.id, code, on=on, awarded_by=viewer.person_id).number
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
        kinds=KINDS,
        span_words=span_words,
    )


@bp.get("/awards/history")
@requires(Permission.VIEW_AWARDS)
def history(viewer: Viewer) -> ResponseReturnValue:
    page = awards_page(
        viewer,
        place=request.args.get("after"),
        address=lambda token: url_for("awards.history", after=token),
    )
    return render_template("awards/history.html", page=page, span_cell=span_cell, span_of=span_of)


def span_of(award: Award) -> Span:
    """The days it holds, or held: until it was withdrawn."""
    return Span(award.starts_on, award.withdrawn_on or award.ends_on or FOREVER)


@bp.get("/awards/record/<int:award_id>")
@bp.get("/awards/<number>")
@requires(Permission.VIEW_AWARDS, scoped=True)
def award(viewer: Viewer, number: str | None = None, award_id: int | None = None) -> ResponseReturnValue:
    found = get_award(viewer, number=number, award_id=award_id)
    if number is None:
        return redirect(url_for("awards.award", number=found.number))
    return _award_page(viewer, found, WithdrawalForm(starts_on=found.starts_on, on=clock.today()))


def _award_page(viewer: Viewer, found: Award, form: WithdrawalForm) -> str:
    today = clock.today()
    return render_template(
        "awards/award.html",
        award=found,
        form=form,
        today=today,
        scheme=get_scheme(found.scheme, found.starts_on),
        last_day=last_good_day(found.ends_on) if found.ends_on else None,
        may_withdraw=found.withdrawn_on is None
        and (found.ends_on is None or today < found.ends_on)
        and viewer.may_somewhere(Permission.AWARD_ACCREDITATION),
    )


@bp.post("/awards/<number>")
@requires(Permission.AWARD_ACCREDITATION, scoped=True)
def withdraw(viewer: Viewer, number: str) -> ResponseReturnValue:
    found = get_award(viewer, number=number)
    form = WithdrawalForm(starts_on=found.starts_on, on=clock.today())
    if form.validate_on_submit() and form.withdrawn_on.data:
        try:
            with transaction():
                withdraw_award(
                    found.id,
                    withdrawn_on=form.withdrawn_on.data,
                    reason=form.reason.data or "",
                    at=clock.now(),
                    withdrawn_by=viewer.person_id,
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash(f"{number} is withdrawn from {day(form.withdrawn_on.data)}.", "success")
            return redirect(url_for("awards.award", number=number))
    return _award_page(viewer, get_award(viewer, number=number), form)
