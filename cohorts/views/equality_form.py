"""The applicant's own answers, by the link in their letter: see, change, delete. No letter ever leads here."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import audit, clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.core.settings import get_setting
from accreditation.people.rules import Viewer
from accreditation.web.forms import BaseForm
from accreditation.web.guards import requires
from cohorts.forms.equality import equality_form
from cohorts.queries.equality import questions
from cohorts.rules.links import APPLICANT
from cohorts.services.equality.forms import NotSentYet, TieIsCut, delete_answers, find_answers, save_answers
from cohorts.services.links import DeadLink
from cohorts.views.blueprint import bp


@bp.route("/apply/mine/<token>/equality", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def equality_answers(viewer: Viewer, token: str) -> ResponseReturnValue:
    try:
        given = find_answers(token, at=clock.now())
        form = equality_form(questions(), given)
        if form.validate_on_submit():
            with audit.acting_as(None, "link"), transaction():
                save_answers(token, form.answers, at=clock.now())
            flash("Your answers are saved, apart from your application. Thank you.", "success")
            return redirect(url_for("cohorts.equality_answers", token=token))
    except (DeadLink, NotSentYet, TieIsCut) as refusal:
        return _refused(refusal)
    except DomainError as refusal:
        form.form_errors.extend(refusal.reasons)
    return render_template(
        "cohorts/equality/form.html",
        form=form,
        questions=questions(),
        returned=given is not None,
        token=token,
        cut_months=get_setting("equality_cut_months"),
        keep_months=get_setting("equality_keep_months"),
    )


@bp.route("/apply/mine/<token>/equality/delete", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def delete_equality_answers(viewer: Viewer, token: str) -> ResponseReturnValue:
    form = BaseForm()
    try:
        given = find_answers(token, at=clock.now())
        if form.validate_on_submit():
            with audit.acting_as(None, "link"), transaction():
                delete_answers(token, at=clock.now())
            flash("Your answers are deleted.", "success")
            return redirect(url_for("cohorts.mine", token=token))
    except (DeadLink, NotSentYet, TieIsCut) as refusal:
        return _refused(refusal)
    if given is None:
        return redirect(url_for("cohorts.equality_answers", token=token))
    return render_template("cohorts/equality/delete.html", token=token)


def _refused(refusal: DomainError) -> ResponseReturnValue:
    if isinstance(refusal, DeadLink):
        return render_template("cohorts/dead_link.html", kind=APPLICANT), 404
    return render_template("cohorts/equality/closed.html", refusal=refusal), 404
