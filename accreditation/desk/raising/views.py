"""A mediator raises a correction of their own record; the office looks at it and answers."""

import secrets

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.core.settings import get_setting
from accreditation.desk.queries.own import own_person
from accreditation.desk.raising import services
from accreditation.desk.raising.forms import AnswerForm, RaiseForm
from accreditation.desk.raising.queries import (
    corrections_page,
    find_own_fact,
    get_raised_correction,
    in_words,
    own_corrections,
)
from accreditation.desk.raising.rules import ABOUT, OUTCOMES
from accreditation.people.rules import Viewer
from accreditation.web.filters import Filter, read_filters
from accreditation.web.guards import requires

bp = Blueprint("raising", __name__)

SHOW = (("waiting", "Waiting for an answer"),)


@bp.route("/me/corrections/new", methods=["GET", "POST"])
@requires(Permission.VIEW_OWN, scoped=True)
def raise_correction(viewer: Viewer) -> ResponseReturnValue:
    """Something is wrong: with one fact of my record (`fact`, its number), or with something else."""
    person_id = own_person(viewer).id
    fact = find_own_fact(request.args.get("fact", type=int), viewer)
    form = RaiseForm(form_key=secrets.token_urlsafe(24), beside_a_fact=fact is not None)
    fact_id, about = (fact.id, "") if fact else (None, form.about.data or "")
    if form.validate_on_submit():
        try:
            with transaction():
                services.raise_correction(
                    person_id,
                    about=about,
                    text=form.text.data or "",
                    evidence_id=fact_id,
                    form_key=form.form_key.data or "",
                    at=clock.now(),
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash("The office looks at it. The answer will stand on this page.", "success")
            return redirect(url_for("desk.me", _anchor="corrections"))
    fact = find_own_fact(fact_id, viewer)
    return render_template(
        "desk/raising/new.html",
        form=form,
        fact=in_words(fact) if fact else None,
        vetting_unit=get_setting("vetting_contact"),
    )


@bp.get("/me/corrections")
@requires(Permission.VIEW_OWN, scoped=True)
def mine(viewer: Viewer) -> ResponseReturnValue:
    """Everything I raised, with the answers."""
    page = own_corrections(viewer, request.args.get("place"), lambda place: url_for("raising.mine", place=place))
    return render_template("desk/raising/mine.html", page=page)


@bp.get("/corrections")
@requires(Permission.ANSWER_CORRECTION, scoped=True)
def corrections(viewer: Viewer) -> ResponseReturnValue:
    """What mediators say is wrong in their records."""
    offered = [Filter("show", lambda value: dict(SHOW)[value], SHOW)]
    filters = read_filters(request.args, offered, path=url_for("raising.corrections"))
    page = corrections_page(
        viewer,
        waiting=filters.get("show") == "waiting",
        place=request.args.get("place"),
        address=lambda place: filters.url(place=place),
    )
    return render_template("desk/raising/corrections.html", page=page, filters=filters, show=SHOW, about=ABOUT)


@bp.route("/corrections/raised/<int:raised_id>", methods=["GET", "POST"])
@requires(Permission.ANSWER_CORRECTION, scoped=True)
def raised(viewer: Viewer, raised_id: int) -> ResponseReturnValue:
    """One of them: put it right where it stands, then say here what came of it."""
    get_raised_correction(raised_id, viewer)
    form = AnswerForm()
    if form.validate_on_submit():
        try:
            with transaction():
                services.answer_correction(
                    raised_id,
                    outcome=form.outcome.data,
                    answer=form.answer.data or "",
                    at=clock.now(),
                    answered_by=viewer.person_id,
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash("Answered. The mediator reads it on their own page.", "success")
            return redirect(url_for("raising.corrections", show="waiting"))
    one = get_raised_correction(raised_id, viewer)
    return render_template(
        "desk/raising/raised.html",
        form=form,
        one=one,
        fact=in_words(one.fact) if one.fact else None,
        about=ABOUT,
        outcomes=OUTCOMES,
    )
