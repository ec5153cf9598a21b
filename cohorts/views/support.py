"""What the office does around an application besides deciding: the line manager's word, links, somebody twice."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from cohorts.forms.applications import LineManagerForm, OfficeSupportForm
from cohorts.queries.applications import duplicates_of, get_application
from cohorts.services.applications import withdraw_duplicate
from cohorts.services.applying import make_links_useless
from cohorts.services.support import change_line_manager, record_support, remind_line_manager
from cohorts.views.blueprint import bp


def _back(reference: str) -> ResponseReturnValue:
    return redirect(url_for("cohorts.application", reference=reference))


@bp.post("/applications/<reference>/support")
@requires(Permission.MANAGE_APPLICATIONS, scoped=True)
def note_support(viewer: Viewer, reference: str) -> ResponseReturnValue:
    """What the line manager told the office."""
    application_id, form = get_application(reference, viewer).id, OfficeSupportForm()
    if not form.validate_on_submit():
        flash(" ".join(str(error) for errors in form.errors.values() for error in errors), "warning")
        return _back(reference)
    try:
        with transaction():
            record_support(
                application_id,
                supports=form.answer.data == "yes",
                words=form.words.data or "",
                at=clock.now(),
                by=viewer.person_id,
            )
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        flash("The line manager’s word is recorded.", "success")
    return _back(reference)


@bp.post("/applications/<reference>/remind")
@requires(Permission.MANAGE_APPLICATIONS, scoped=True)
def remind(viewer: Viewer, reference: str) -> ResponseReturnValue:
    application_id = get_application(reference, viewer).id
    try:
        with transaction():
            sent = remind_line_manager(application_id, at=clock.now(), on=clock.today())
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        flash("The line manager gets the letter again." if sent else "They got a letter today already.", "success")
    return _back(reference)


@bp.post("/applications/<reference>/line-manager")
@requires(Permission.MANAGE_APPLICATIONS, scoped=True)
def other_line_manager(viewer: Viewer, reference: str) -> ResponseReturnValue:
    application_id, form = get_application(reference, viewer).id, LineManagerForm()
    if not form.validate_on_submit():
        flash(" ".join(str(error) for errors in form.errors.values() for error in errors), "warning")
        return _back(reference)
    try:
        with transaction():
            change_line_manager(
                application_id,
                name=form.line_manager_name.data or "",
                email=form.line_manager_email.data or "",
                at=clock.now(),
                on=clock.today(),
            )
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        flash("The line manager is changed. The link that went out before does not work any more.", "success")
    return _back(reference)


@bp.post("/applications/<reference>/links")
@requires(Permission.MANAGE_APPLICATIONS, scoped=True)
def new_link(viewer: Viewer, reference: str) -> ResponseReturnValue:
    """For a link that went astray."""
    application_id = get_application(reference, viewer).id
    with transaction():
        make_links_useless(application_id, at=clock.now(), on=clock.today())
    flash("The links that went out do not work any more. The applicant gets a new one.", "success")
    return _back(reference)


@bp.post("/applications/<reference>/duplicate")
@requires(Permission.MANAGE_APPLICATIONS, scoped=True)
def twice(viewer: Viewer, reference: str) -> ResponseReturnValue:
    """The same person applied twice: the other application counts."""
    found = get_application(reference, viewer)
    other = request.form.get("counts", "")
    if other not in {one.reference for one in duplicates_of(found, viewer)}:
        flash("Choose which application counts.", "warning")
        return _back(reference)
    application_id = found.id
    try:
        with transaction():
            withdraw_duplicate(application_id, of=other, at=clock.now(), by=viewer.person_id)
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        flash(f"{reference} is withdrawn; {other} counts.", "success")
    return _back(reference)
