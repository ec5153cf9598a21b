"""Undoing: the preview, the button, and the page about what was undone, which has an address of its own."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError, NotAllowed
from accreditation.core.permissions import Permission
from accreditation.desk.undoing.forms import UndoForm
from accreditation.desk.undoing.queries.prospects import prospects_of
from accreditation.desk.undoing.queries.undoings import correction_letters, get_undoing, undoings_of
from accreditation.desk.undoing.rules.told import sentences
from accreditation.desk.undoing.services import confirm_letters, drop_letters, undo
from accreditation.people.rules import Subject, Viewer
from accreditation.web.guards import requires
from accreditation.web.words import plural
from cohorts.models import Cohort, ResultAct
from cohorts.queries.acts import get_act
from cohorts.queries.cohorts import get_cohort_to_record
from cohorts.rules.acts import DOORS

bp = Blueprint("undoing", __name__)


def _act_to_undo(act_id: int, viewer: Viewer) -> tuple[ResultAct, Cohort]:
    """Raises NotFound for a stranger's, NotAllowed for a release that this viewer could not have made."""
    act = get_act(act_id, viewer)
    cohort = get_cohort_to_record(act.cohort_id, viewer)
    if act.kind == "released" and not viewer.may(Permission.RELEASE_RESULTS, Subject(provider_id=cohort.provider_id)):
        raise NotAllowed("Only somebody who may release results can undo a release.")
    return act, cohort


@bp.route("/undo/<int:act_id>", methods=["GET", "POST"])
@requires(Permission.RECORD_RESULTS, scoped=True)
def preview(viewer: Viewer, act_id: int) -> ResponseReturnValue:
    """What undoing this act would do for each person, and the button that does it."""
    _act_to_undo(act_id, viewer)
    form, status = UndoForm(), 200
    if form.validate_on_submit():
        try:
            with transaction():
                undoing_id = undo(
                    act_id,
                    reason=form.reason.data or "",
                    seen=form.digest.data or "",
                    at=clock.now(),
                    undone_by=viewer.person_id,
                ).id
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
            status = 409
        else:
            return redirect(url_for("undoing.undone", undoing_id=undoing_id))
    act, cohort = _act_to_undo(act_id, viewer)
    prospects = prospects_of(act, cohort, by=viewer.person_id)
    form.digest.data = prospects.digest
    page = render_template(
        "desk/undo.html",
        act=act,
        cohort=cohort,
        form=form,
        prospects=prospects,
        earlier=undoings_of(act_id),
        doors=DOORS,
        sentences=sentences,
    )
    return page, status


@bp.get("/undone/<int:undoing_id>")
@requires(Permission.RECORD_RESULTS, scoped=True)
def undone(viewer: Viewer, undoing_id: int) -> ResponseReturnValue:
    """What was undone, what was not and why, and the letters that wait for a word."""
    row = get_undoing(undoing_id, viewer)
    get_cohort_to_record(row.cohort.id, viewer)
    letters = correction_letters(row.undoing)
    return render_template(
        "desk/undone.html",
        row=row,
        doors=DOORS,
        sentences=sentences,
        letters=letters,
        waiting=sum(letter.state == "held" for letter in letters),
        may_release=viewer.may(Permission.RELEASE_RESULTS, Subject(provider_id=row.cohort.provider_id)),
    )


@bp.post("/undone/<int:undoing_id>/letters")
@requires(Permission.RELEASE_RESULTS, scoped=True)
def letters(viewer: Viewer, undoing_id: int) -> ResponseReturnValue:
    """The letters of correction go, or are dropped."""
    row = get_undoing(undoing_id, viewer)
    get_cohort_to_record(row.cohort.id, viewer)
    goes = request.form.get("letters") == "send"
    with transaction():
        settled = (confirm_letters if goes else drop_letters)(undoing_id, at=clock.now(), by=viewer.person_id)
    if not settled:
        flash("No letter was waiting any more.", "success")
    elif goes:
        flash(f"{plural(settled, 'letter')} of correction {'goes' if settled == 1 else 'go'} out.", "success")
    else:
        flash(f"{plural(settled, 'letter')} of correction will not go out.", "success")
    return redirect(url_for("undoing.undone", undoing_id=undoing_id))
