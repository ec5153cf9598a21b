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
from accreditation.practice.models import ConfirmationLink, PracticeEntry
from accreditation.practice.queries.confirming import is_named
from accreditation.practice.queries.line_managers import (
    asked_page,
    confirming_page,
    count_asked,
    count_confirming,
    entries_asked,
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
from accreditation.practice.views.looking import names_in_words
from accreditation.standing.queries.since import names_of
from accreditation.web.guards import requires
from accreditation.web.paging import Page
from accreditation.web.words import plural


@bp.route("/practice/confirm/<token>", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def confirm_by_link(viewer: Viewer, token: str) -> ResponseReturnValue:
    """What waits for the line manager who got the letter, and nothing else of the mediator. Opening it changes nothing.

    Nobody is signed in here: the token is all that counts. Page by page, each answered by what it had when it was sent.
    """
    names: list[str] = []
    try:
        page, form = _behind(find_link(token, now=clock.now()), token)
        if request.method == "GET" and request.args.get("place") and not page.rows:
            return redirect(url_for("practice.confirm_by_link", token=token))  # what stood there has been answered
        if form.validate_on_submit() and not (names := _names_for(find_link(token, now=clock.now()), form)):
            answers, on_page = form.answers(), [entry.id for entry, _ in form.lines]
            try:
                with audit.acting_as(None, "link"), transaction():
                    confirmed = answer_by_link(token, answers, on=clock.today(), at=clock.now(), on_page=on_page)
                return _sent_by_link(token, confirmed, len(answers) - confirmed, page.next_url)
            except DeadLink:
                raise
            except DomainError as refusal:
                page, form = _behind(find_link(token, now=clock.now()), token)
                form.form_errors.extend(refusal.reasons)
        link = find_link(token, now=clock.now())
    except DeadLink:
        return render_template("practice/dead_link.html"), 404
    return render_template(
        "practice/confirm_by_link.html",
        form=form,
        page=page,
        names=names,
        waiting=count_asked(link.line_manager.person_id, clock.today()),
        mediator=link.line_manager.person.counted,
        line_manager=link.line_manager,
        token=token,
        bare=BareForm(),
    )


def _behind(link: ConfirmationLink, token: str) -> tuple[Page[PracticeEntry], AnswersForm]:
    """The page that the address asks for, and the form for it: of what was sent, as far as it still waits."""
    person_id, today = link.line_manager.person_id, clock.today()
    page = asked_page(
        person_id,
        today,
        place=request.args.get("place"),
        address=lambda place: url_for("practice.confirm_by_link", token=token, place=place),
    )
    sent = entries_asked(person_id, today, entries_sent()) if request.method == "POST" else []
    return page, answers_form(sent or page.rows)


def _names_for(link: ConfirmationLink, form: AnswersForm) -> list[str]:
    return names_in_words(form, [link.line_manager.person.counted.name, link.line_manager.name])


def _sent_by_link(token: str, confirmed: int, queried: int, next_url: str | None) -> ResponseReturnValue:
    """What happened, and the way to what still waits, while the link works for it."""
    try:
        person_id = find_link(token, now=clock.now()).line_manager.person_id
    except DeadLink:
        left, next_url = 0, None
    else:
        left = count_asked(person_id, clock.today())
        next_url = next_url or url_for("practice.confirm_by_link", token=token)
    return render_template(
        "practice/confirmed_by_link.html", confirmed=confirmed, queried=queried, left=left, next_url=next_url
    )


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
    return render_template("practice/confirmed_by_link.html", confirmed=0, queried=0, left=0)


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
    names, name = list[str](), names_of([viewer.person_id])[viewer.person_id]
    if form.validate_on_submit() and not (
        names := names_in_words(form, [name, *(entry.person.counted.name for entry in sent)])
    ):
        answers, allowed = form.answers(), [entry.id for entry in sent]
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
        names=names,
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
