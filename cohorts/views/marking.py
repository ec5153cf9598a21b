"""For those who sift and interview: what was given to them, and nothing else.

A sifter's pages are made from values without names (queries/marking.py), so there is nothing here to hide.
"""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError, NotFound
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from cohorts.forms.selection import ConflictForm, marks_form
from cohorts.queries.marking import get_to_mark, given_to
from cohorts.services.marking import declare_conflict, give_marks
from cohorts.views.blueprint import bp


@bp.get("/sift")
@requires(Permission.SIFT_APPLICATIONS)
def sift(viewer: Viewer) -> ResponseReturnValue:
    return _list(viewer, "sift")


@bp.get("/interviews")
@requires(Permission.INTERVIEW_APPLICANTS)
def interviews(viewer: Viewer) -> ResponseReturnValue:
    return _list(viewer, "interview")


def _list(viewer: Viewer, step: str) -> ResponseReturnValue:
    lines = given_to(viewer, step)
    marked = sum(line.state == "marked" for line in lines)
    return render_template("cohorts/sift.html", lines=lines, marked=marked, step=step)


@bp.route("/sift/<int:marking_id>", methods=["GET", "POST"])
@requires(Permission.SIFT_APPLICATIONS, scoped=True)
def sift_one(viewer: Viewer, marking_id: int) -> ResponseReturnValue:
    return _mark(viewer, marking_id, "sift")


@bp.route("/interviews/<int:marking_id>", methods=["GET", "POST"])
@requires(Permission.INTERVIEW_APPLICANTS, scoped=True)
def interview_one(viewer: Viewer, marking_id: int) -> ResponseReturnValue:
    return _mark(viewer, marking_id, "interview")


def _mark(viewer: Viewer, marking_id: int, step: str) -> ResponseReturnValue:
    to_mark = get_to_mark(marking_id, viewer, step)
    form = marks_form(to_mark.criteria, to_mark.scale_max)(
        data={"comment": to_mark.comment, **{f"mark_{key}": str(value) for key, value in to_mark.points.items()}}
    )
    if form.validate_on_submit():
        points, comment = form.points, form.comment.data
        try:
            with transaction():
                give_marks(marking_id, points=points, comment=comment, at=clock.now(), by=viewer.person_id)
        except NotFound:
            raise
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
            to_mark = get_to_mark(marking_id, viewer, step)
        else:
            return _next(viewer, step, f"Your marks for {to_mark.reference} are saved.")
    return _show(to_mark, form, ConflictForm(formdata=None), step)


def _show(to_mark: object, form: object, conflict: ConflictForm, step: str) -> ResponseReturnValue:
    return render_template("cohorts/sift_one.html", to_mark=to_mark, form=form, conflict=conflict, step=step)


def _next(viewer: Viewer, step: str, done: str) -> ResponseReturnValue:
    """On to the next one that waits, so that a pile can be read without going back to the list each time."""
    waiting = [line for line in given_to(viewer, step) if line.state == "given"]
    flash(f"{done} {'Here is the next one.' if waiting else 'That was the last one.'}", "success")
    name = "sift" if step == "sift" else "interviews"
    if not waiting or step == "interview":
        return redirect(url_for(f"cohorts.{name}"))
    return redirect(url_for("cohorts.sift_one", marking_id=waiting[0].marking_id))


@bp.post("/sift/<int:marking_id>/conflict")
@requires(Permission.SIFT_APPLICATIONS, scoped=True)
def sift_conflict(viewer: Viewer, marking_id: int) -> ResponseReturnValue:
    return _conflict(viewer, marking_id, "sift")


@bp.post("/interviews/<int:marking_id>/conflict")
@requires(Permission.INTERVIEW_APPLICANTS, scoped=True)
def interview_conflict(viewer: Viewer, marking_id: int) -> ResponseReturnValue:
    return _conflict(viewer, marking_id, "interview")


def _conflict(viewer: Viewer, marking_id: int, step: str) -> ResponseReturnValue:
    to_mark, conflict = get_to_mark(marking_id, viewer, step), ConflictForm()
    if not conflict.validate_on_submit():
        form = marks_form(to_mark.criteria, to_mark.scale_max)(formdata=None)
        return _show(to_mark, form, conflict, step)
    words = conflict.words.data or ""
    with transaction():
        declare_conflict(marking_id, words=words, at=clock.now(), by=viewer.person_id)
    return _next(viewer, step, f"{to_mark.reference} goes to somebody else.")
