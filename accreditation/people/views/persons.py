"""Adding somebody to the register, and changing what it knows of them."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core.database import transaction
from accreditation.core.errors import Conflict, DomainError
from accreditation.core.permissions import Permission, Scope
from accreditation.people.forms import EditPersonForm, NewPersonForm
from accreditation.people.models import Person
from accreditation.people.queries import get_person, names_of, people_page, units
from accreditation.people.rules import Viewer
from accreditation.people.services import add_person, edit_person
from accreditation.people.views.blueprint import bp
from accreditation.web.filters import Filter, read_filters
from accreditation.web.guards import requires

MERGED = (("merged", "Records that are merged into others"),)


def unit_choices(viewer: Viewer, present: int | None = None) -> list[tuple[str, str]]:
    """The units somebody may be put into: all or none for a role in the whole service, else one's own.

    `present`: where they are now, which may stay.
    """
    if viewer.ids(Scope.SERVICE):
        return [("", "None"), *((str(unit.id), unit.name) for unit in units())]
    return [(str(unit.id), unit.name) for unit in units() if unit.id in viewer.ids(Scope.UNIT) | {present}]


def record_url(viewer: Viewer, reference: str) -> str:
    """Where somebody's record is shown to this viewer: an administrator, who sees no standing, is shown the list."""
    if viewer.may_somewhere(Permission.VIEW_REGISTER):
        return url_for("desk.mediator", reference=reference)
    return url_for("people.people", q=reference)


@bp.get("/people")
@requires(Permission.MANAGE_PEOPLE)
def people(viewer: Viewer) -> ResponseReturnValue:
    filters = read_filters(
        request.args,
        [Filter("q", lambda words: f"“{words}”"), Filter("records", lambda _: "Merged records", MERGED)],
        path=url_for("people.people"),
        keep=(),
    )
    page = people_page(
        viewer,
        words=filters.get("q"),
        merged=filters.get("records") == "merged",
        place=request.args.get("place"),
        address=lambda place: filters.url(place=place),
    )
    return render_template(
        "people/people.html",
        page=page,
        filters=filters,
        merged=MERGED,
        may_edit=viewer.may_somewhere(Permission.EDIT_PERSON),
        may_merge=viewer.may_somewhere(Permission.MERGE_PEOPLE),
    )


@bp.route("/people/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def add(viewer: Viewer) -> ResponseReturnValue:
    form = NewPersonForm(units=unit_choices(viewer))
    if form.validate_on_submit():
        try:
            with transaction():
                details: Any = form.details()
                person = add_person(reference=form.reference.data or None, **details)
                name, reference = person.name, person.reference
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash(f"{name} is added, with the reference {reference}.", "success")
            return redirect(record_url(viewer, reference))
    return render_template("people/new.html", form=form)


@bp.route("/people/<reference>/edit", methods=["GET", "POST"])
@requires(Permission.EDIT_PERSON, scoped=True)
def edit(viewer: Viewer, reference: str) -> ResponseReturnValue:
    """What was changed by somebody else in the meantime is shown beside what was typed, and nothing is overwritten."""
    person = get_person(reference, viewer)
    present = _as_shown(person)
    form = EditPersonForm(units=unit_choices(viewer, person.unit_id), **present)
    theirs: list[tuple[str, str, str]] | None = None
    if form.validate_on_submit():
        try:
            with transaction():
                details: Any = form.details()
                edit_person(person.id, shown_version=form.shown_version, **details)
        except Conflict as refusal:
            form.form_errors.extend(refusal.reasons)
            theirs = differences(form, _as_shown(get_person(reference, viewer)))
            form.version.data = str(get_person(reference, viewer).version)  # whoever has read this may save over it
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash("The record is saved.", "success")
            return redirect(record_url(viewer, reference))
    return render_template(
        "people/edit.html",
        form=form,
        person=person,
        theirs=theirs,
        former=names_of(person.id),
        back_url=record_url(viewer, reference),
    )


def _as_shown(person: Person) -> dict[str, str]:
    """The record as the form shows it."""
    return {
        "given_name": person.given_name,
        "family_name": person.family_name,
        "email": person.email or "",
        "pay_number": person.pay_number or "",
        "unit": str(person.unit_id or ""),
        "holder_kind": person.holder_kind or "",
        "version": str(person.version),
    }


def differences(form: EditPersonForm, saved: dict[str, str]) -> list[tuple[str, str, str]]:
    """Label, what is saved now, what was typed: for each field in which the two are not the same."""
    rows = []
    for name, now in saved.items():
        field = form[name]
        if name != "version" and (field.data or "") != now:
            words = dict(field.choices) if hasattr(field, "choices") else {}
            rows.append((field.label.text, words.get(now, now), words.get(field.data, field.data)))
    return rows
