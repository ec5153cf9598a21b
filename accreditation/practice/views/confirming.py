"""Entries to confirm, for line managers: behind a link in a letter, or with an account."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import audit, clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.practice.forms.entries import BareForm
from accreditation.practice.forms.line_managers import AnswersForm, answers_form, entries_sent
from accreditation.practice.models import ConfirmationLink
from accreditation.practice.queries.confirming import is_named
from accreditation.practice.queries.line_managers import (
    confirming_page,
    count_confirming,
    entries_for_line_manager,
    entries_of_their_people,
)
from accreditation.practice.rules.line_managers import LINE_MANAGER
from accreditation.practice.services.line_managers import (
    DeadLink,
    answer_as_line_manager,
    answer_by_link,
    find_link,
    say_not_theirs,
)
from accreditation.practice.views.blueprint import bp
from accreditation.standing.queries.since import names_of
from accreditation.web.guards import requires
from accreditation.web.words import plural

MOST = 50
"""Entries behind one link; the rest come in the next letter."""


@bp.route("/practice/confirm/<token>", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def confirm_by_link(viewer: Viewer, token: str) -> ResponseReturnValue:
    """What waits for the line manager who got the letter, and nothing else of the mediator. Opening it changes nothing.

    Nobody is signed in here: the token is all that counts.
    """
    try:
        form = _form(find_link(token, now=clock.now()))
        if form.validate_on_submit():
            try:
                answers = form.answers()
                with audit.acting_as(None, "link"), transaction():
                    confirmed = answer_by_link(token, answers, on=clock.today(), at=clock.now())
                return render_template(
                    "practice/confirmed_by_link.html", confirmed=confirmed, queried=len(answers) - confirmed
                )
            except DeadLink:
                raise
            except DomainError as refusal:
                form = _form(find_link(token, now=clock.now()))
                form.form_errors.extend(refusal.reasons)
        link = find_link(token, now=clock.now())
    except DeadLink:
        return render_template("practice/dead_link.html"), 404
    return render_template(
        "practice/confirm_by_link.html",
        form=form,
        mediator=link.line_manager.person.counted,
        line_manager=link.line_manager,
        token=token,
        bare=BareForm(),
        most=MOST,
    )


def _form(link: ConfirmationLink) -> AnswersForm:
    waiting = entries_for_line_manager(link.line_manager.person_id, clock.today())
    return answers_form(waiting[:MOST])


@bp.post("/practice/confirm/<token>/not-mine")
@requires(Permission.PUBLIC)
def not_their_line_manager(viewer: Viewer, token: str) -> ResponseReturnValue:
    """Whoever got the letter is not their line manager."""
    if not BareForm().validate_on_submit():
        abort(400)
    try:
        with audit.acting_as(None, "link"), transaction():
            say_not_theirs(token, at=clock.now())
    except DeadLink:
        return render_template("practice/dead_link.html"), 404
    return render_template("practice/confirmed_by_link.html", confirmed=0, queried=0)


@bp.route("/practice/confirming", methods=["GET", "POST"])
@requires(Permission.CONFIRM_PRACTICE, scoped=True)
def confirming(viewer: Viewer) -> ResponseReturnValue:
    """What waits for a line manager of the people in one's grants, page by page, never anything of one's own."""
    today, place = clock.today(), request.args.get("place")
    page = confirming_page(
        viewer, today, place=place, address=lambda token: url_for("practice.confirming", place=token)
    )
    if place and not page.rows:
        return redirect(url_for("practice.confirming"))  # what stood there has been answered
    # What is answered is what the page had that was sent: others may have come, or gone, on that page since.
    sent = entries_of_their_people(viewer, today, entries_sent()) if request.method == "POST" else []
    form = answers_form(sent or page.rows)
    if form.validate_on_submit():
        answers, allowed = form.answers(), [entry.id for entry in sent]
        name = names_of([viewer.person_id])[viewer.person_id]
        try:
            with transaction():
                confirmed = answer_as_line_manager(answers, allowed, on=today, answered_by=viewer.person_id, name=name)
        except DomainError as refusal:
            form = answers_form(entries_of_their_people(viewer, today, entries_sent()))
            form.form_errors.extend(refusal.reasons)
        else:
            flash(_what_happened(confirmed, len(answers) - confirmed), "success")
            return redirect(url_for("practice.confirming", place=place))
    entries, people = count_confirming(viewer, today)
    return render_template(
        "practice/confirming.html",
        form=form,
        page=page,
        waiting=entries,
        people=people,
        is_named=is_named(LINE_MANAGER, today),
    )


def _what_happened(confirmed: int, queried: int) -> str:
    said = []
    if confirmed:
        said.append(f"{plural(confirmed, 'entry', 'entries').capitalize()} confirmed: evidence from now on.")
    if queried:
        said.append(f"{plural(queried, 'entry', 'entries').capitalize()} queried: back with the mediator.")
    return " ".join(said)
