"""Whom the office has named to confirm for a mediator, and whether they have been asked."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.people.queries import get_mediator
from accreditation.people.rules import Viewer
from accreditation.practice.forms.entries import BareForm
from accreditation.practice.forms.line_managers import NameForm
from accreditation.practice.queries.confirming import is_named
from accreditation.practice.queries.line_managers import (
    count_waiting,
    entries_for_line_manager,
    find_line_manager,
    last_asked,
    said_not_theirs,
    waiting_page,
)
from accreditation.practice.rules.line_managers import LINE_MANAGER, LINK_LASTS_DAYS
from accreditation.practice.services.line_managers import ask_line_manager, end_line_manager, name_line_manager
from accreditation.practice.views.blueprint import bp
from accreditation.web.filters import Filter, read_filters
from accreditation.web.guards import requires

SHOW = (("not-theirs", "Who was asked is not their line manager"),)


@bp.get("/practice/line-managers")
@requires(Permission.RECORD_PRACTICE, scoped=True)
def line_managers(viewer: Viewer) -> ResponseReturnValue:
    """Every mediator with entries that wait for a line manager: whom we ask, and since when."""
    today = clock.today()
    filters = read_filters(
        request.args,
        (Filter("show", lambda value: dict(SHOW)[value], SHOW),),
        path=url_for("practice.line_managers"),
    )
    not_theirs = filters.get("show") == "not-theirs"
    page = waiting_page(
        viewer,
        today,
        not_theirs=not_theirs,
        place=request.args.get("place"),
        address=lambda token: filters.url(place=token),
    )
    people, unnamed = count_waiting(viewer, today, not_theirs=not_theirs)
    return render_template(
        "practice/line_managers.html",
        page=page,
        filters=filters,
        offered=SHOW,
        total=people,
        unnamed=unnamed,
        is_named=is_named(LINE_MANAGER, today),
        today=today,
    )


@bp.route("/practice/line-managers/<reference>", methods=["GET", "POST"])
@requires(Permission.RECORD_PRACTICE, scoped=True)
def line_manager(viewer: Viewer, reference: str) -> ResponseReturnValue:
    """Name the line manager of one mediator, or somebody else in their place."""
    mediator, today = get_mediator(reference, viewer), clock.today()
    person_id = mediator.id
    form = NameForm(find_line_manager(person_id))
    if form.validate_on_submit():
        try:
            with transaction():
                name_line_manager(
                    person_id,
                    name=form.name.data or "",
                    address=form.address.data or "",
                    at=clock.now(),
                    named_by=viewer.person_id,
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash("Saved. What waits for them goes out by letter within minutes.", "success")
            return redirect(url_for("practice.line_manager", reference=reference))
    named = find_line_manager(person_id)
    return render_template(
        "practice/line_manager.html",
        form=form,
        bare=BareForm(),
        mediator=get_mediator(reference, viewer),
        named=named,
        asked_on=last_asked([named.id]).get(named.id) if named else None,
        waiting=len(entries_for_line_manager(person_id, today)),
        not_theirs=said_not_theirs().get(person_id),
        own=person_id == viewer.person_id,
        lasts=LINK_LASTS_DAYS,
        today=today,
    )


@bp.post("/practice/line-managers/<reference>/ask")
@requires(Permission.RECORD_PRACTICE, scoped=True)
def ask_now(viewer: Viewer, reference: str) -> ResponseReturnValue:
    """The letter now, not in a week; at most one a day."""
    person_id = get_mediator(reference, viewer).id
    with transaction():
        goes = ask_line_manager(person_id, on=clock.today(), at=clock.now(), again=True)
    if goes:
        flash("The line manager gets the letter now.", "success")
    else:
        flash("No letter goes: nothing waits for them, nobody is named, or they got one today already.", "warning")
    return redirect(url_for("practice.line_manager", reference=reference))


@bp.post("/practice/line-managers/<reference>/end")
@requires(Permission.RECORD_PRACTICE, scoped=True)
def end_naming(viewer: Viewer, reference: str) -> ResponseReturnValue:
    """Nobody is asked about this mediator any more."""
    person_id = get_mediator(reference, viewer).id
    try:
        with transaction():
            end_line_manager(person_id, at=clock.now(), ended_by=viewer.person_id)
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
    else:
        flash("Nobody is asked any more. The link they had has stopped working.", "success")
    return redirect(url_for("practice.line_manager", reference=reference))
