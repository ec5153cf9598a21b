"""Preparing a change to a scheme."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError, NotFound
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.standing.forms import drafts as forms
from accreditation.standing.models import SchemeDraft
from accreditation.standing.queries.drafts import find_open_draft, get_open_draft
from accreditation.standing.queries.editions import find_edition_beside
from accreditation.standing.queries.schemes import history_of, scheme_in
from accreditation.standing.rules import drafting
from accreditation.standing.rules.contract.scheme_json import rule_as_json
from accreditation.standing.rules.figures import differences
from accreditation.standing.rules.scheme import CERTAINTIES
from accreditation.standing.rules.wording import rule_in_words, settings_in_words
from accreditation.standing.services import drafts
from accreditation.standing.views.blueprint import bp
from accreditation.web.guards import requires

USUAL_NOTICE = timedelta(28)
"""How far ahead the first day of a new draft lies until somebody says otherwise."""


@bp.post("/schemes/<code>/draft")
@requires(Permission.MANAGE_SCHEMES)
def begin_draft(viewer: Viewer, code: str) -> ResponseReturnValue:
    if find_open_draft(code) is None:
        first_day = clock.today() + USUAL_NOTICE
        with transaction():
            drafts.begin_draft(code, effective_from=first_day, by=viewer.person_id, now=clock.now())
        flash("The draft says what the rules say now. Change it, rehearse it, and let somebody else activate it.")
    return redirect(url_for("standing.draft", code=code))


@bp.get("/schemes/<code>/draft")
@requires(Permission.ACTIVATE_SCHEME)
def draft(viewer: Viewer, code: str) -> ResponseReturnValue:
    """What the draft says, and what of that is new."""
    found = get_open_draft(code)
    scheme = scheme_in(found.definition)
    newest = history_of(code).versions[-1].scheme
    return render_template(
        "standing/draft.html",
        draft=found,
        scheme=scheme,
        differences=[] if found.retires else differences(newest, scheme),
        rules={requirement.code: rule_in_words(requirement, scheme) for requirement in scheme.requirements},
        settings=settings_in_words(scheme),
        applies_to=dict(forms.APPLIES_TO),
        certainties=CERTAINTIES,
        beside=find_edition_beside(found.id),
        may_manage=viewer.may_somewhere(Permission.MANAGE_SCHEMES),
    )


@bp.route("/schemes/<code>/draft/terms", methods=["GET", "POST"])
@requires(Permission.MANAGE_SCHEMES)
def draft_terms(viewer: Viewer, code: str) -> ResponseReturnValue:
    """From when, for whom, and why."""
    found = get_open_draft(code)
    form = forms.TermsForm(
        on=clock.today(),
        retires=found.retires is not None,
        seen=found.version,
        effective_from=found.effective_from,
        applies_to=found.applies_to,
        reason=found.reason,
    )
    if form.validate_on_submit() and form.effective_from.data:
        try:
            with transaction():
                drafts.change_terms(
                    found.id,
                    effective_from=form.effective_from.data,
                    applies_to=form.applies_to.data if "applies_to" in form else "everyone",
                    reason=form.reason.data or "",
                    seen=form.seen_version,
                    on=clock.today(),
                    by=viewer.person_id,
                    now=clock.now(),
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            return redirect(url_for("standing.draft", code=code))
    return render_template("standing/draft_form.html", form=form, title="From when, and for whom", code=code)


@bp.route("/schemes/<code>/draft/settings", methods=["GET", "POST"])
@requires(Permission.MANAGE_SCHEMES)
def draft_settings(viewer: Viewer, code: str) -> ResponseReturnValue:
    found = get_open_draft(code)
    scheme = scheme_in(found.definition)
    form = forms.SettingsForm(
        seen=found.version,
        name=scheme.name,
        validity_months=scheme.validity_months,
        window_days=scheme.window_days,
        renew_from=scheme.renew_from,
        grace_days=scheme.grace_days,
        leave_cap_days=scheme.leave_cap_days,
        attendance_percent=scheme.attendance_percent,
        notes=scheme.notes,
    )
    if form.validate_on_submit():
        change = partial(drafting.with_settings, values=form.chosen())
        if answer := _changed(viewer, found, form, change):
            return answer
    return render_template("standing/draft_form.html", form=form, title="Settings", code=code)


@bp.route("/schemes/<code>/draft/requirements/<requirement>", methods=["GET", "POST"])
@requires(Permission.MANAGE_SCHEMES)
def draft_requirement(viewer: Viewer, code: str, requirement: str) -> ResponseReturnValue:
    found = get_open_draft(code)
    scheme = scheme_in(found.definition)
    shown = scheme.find(requirement)
    if shown is None:
        raise NotFound("This draft has no such requirement.")
    said = rule_as_json(shown.rule)
    of = said.get("of")
    form = forms.RequirementForm(
        rule=str(said["rule"]),
        seen=found.version,
        of=", ".join(of) if isinstance(of, list) else of,
        **{name: said.get(name) for name in ("every_months", "every_days", "quantity", "per_months")},
        **{name: said.get(name) for name in ("first_due_months", "leave_moves")},
        renew_from=said.get("renew_from", "event"),
        label=shown.label,
        window_days=shown.window_days,
        lead_days=shown.lead_days,
        lead_only=shown.lead_only,
        action=shown.action,
        who_acts=shown.who_acts,
        confirmed_by=shown.confirmed_by,
        source=shown.source,
        certainty=shown.certainty,
    )
    if form.validate_on_submit():
        change = partial(drafting.with_requirement, code=requirement, values=form.chosen(str(said["rule"])))
        if answer := _changed(viewer, found, form, change):
            return answer
    title = shown.label or requirement
    hint = rule_in_words(shown, scheme)
    return render_template("standing/draft_form.html", form=form, title=title, hint=hint, code=code)


@bp.route("/schemes/<code>/draft/requirements", methods=["GET", "POST"])
@requires(Permission.MANAGE_SCHEMES)
def draft_another_requirement(viewer: Viewer, code: str) -> ResponseReturnValue:
    found = get_open_draft(code)
    form = forms.NewRequirementForm(seen=found.version)
    if form.validate_on_submit():
        change = partial(drafting.with_another_requirement, values=form.whole())
        if answer := _changed(viewer, found, form, change):
            return answer
    return render_template("standing/draft_new_requirement.html", form=form, code=code)


@bp.post("/schemes/<code>/draft/requirements/<requirement>/move")
@requires(Permission.MANAGE_SCHEMES)
def move_requirement(viewer: Viewer, code: str, requirement: str) -> ResponseReturnValue:
    """Up or down, or out of the draft."""
    to = request.form.get("to")
    changes: dict[str, Callable[[str], str]] = {
        "up": partial(drafting.with_requirement_moved, code=requirement, by=-1),
        "down": partial(drafting.with_requirement_moved, code=requirement, by=1),
        "out": partial(drafting.without_requirement, code=requirement),
    }
    if to not in changes:
        raise DomainError("Say where the requirement is to go: up, down or out.")
    found = get_open_draft(code)
    form = forms.StateForm()
    if not form.validate_on_submit():
        raise DomainError("The page is too old. Open the draft again.")
    answer = _changed(viewer, found, form, changes[to])
    if answer is None:
        flash(" ".join(form.form_errors), "warning")
    return answer or redirect(url_for("standing.draft", code=code))


@bp.route("/schemes/<code>/draft/text", methods=["GET", "POST"])
@requires(Permission.MANAGE_SCHEMES)
def draft_text(viewer: Viewer, code: str) -> ResponseReturnValue:
    """The whole draft as text, for whatever the other pages do not reach."""
    found = get_open_draft(code)
    form = forms.TextForm(seen=found.version, text=drafting.in_lines(found.definition))
    if form.validate_on_submit():
        change = partial(_replaced_by, text=form.text.data or "", code=code)
        if answer := _changed(viewer, found, form, change):
            return answer
    return render_template("standing/draft_form.html", form=form, title="The draft as text", code=code, wide=True)


def _replaced_by(_: str, *, text: str, code: str) -> str:
    return drafting.replaced(text, code)


@bp.post("/schemes/<code>/draft/discard")
@requires(Permission.MANAGE_SCHEMES)
def discard_draft(viewer: Viewer, code: str) -> ResponseReturnValue:
    found = get_open_draft(code)
    form = forms.StateForm()
    if not form.validate_on_submit():
        raise DomainError("The page is too old. Open the draft again.")
    with transaction():
        drafts.discard_draft(found.id, seen=form.seen_version)
    flash("The draft is discarded. The rules stay as they are.")
    return redirect(url_for("standing.scheme", code=code))


@bp.route("/schemes/<code>/versions/<int:number>/retire", methods=["GET", "POST"])
@requires(Permission.MANAGE_SCHEMES)
def retire(viewer: Viewer, code: str, number: int) -> ResponseReturnValue:
    """Prepare the end of a version; it is rehearsed and activated as a new one is."""
    history_of(code)
    today = clock.today()
    form = forms.RetireForm(on=today, effective_from=today + USUAL_NOTICE)
    if form.validate_on_submit() and form.effective_from.data:
        try:
            with transaction():
                drafts.begin_retirement(
                    code,
                    number,
                    effective_from=form.effective_from.data,
                    reason=form.reason.data or "",
                    by=viewer.person_id,
                    now=clock.now(),
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            return redirect(url_for("standing.draft", code=code))
    return render_template("standing/retire.html", form=form, code=code, number=number)


def _changed(
    viewer: Viewer, found: SchemeDraft, form: forms.StateForm, change: Callable[[str], str]
) -> Response | None:
    """Change the draft and go back to it; None, with the reasons in the form, when it was refused."""
    code = found.scheme
    try:
        with transaction():
            drafts.change_definition(found.id, change, seen=form.seen_version, by=viewer.person_id, now=clock.now())
    except DomainError as refusal:
        form.form_errors.extend(refusal.reasons)
        return None
    return redirect(url_for("standing.draft", code=code))
