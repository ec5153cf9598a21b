"""Two records of one person: suggested pairs, side by side, merged, and separated again."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import audit, clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError, NotFound
from accreditation.core.permissions import Permission
from accreditation.desk.merging.forms import KeepForm, MergeForm, PairForm, UndoForm
from accreditation.desk.merging.queries.comparing import compared
from accreditation.desk.merging.queries.leaving import leaving_in_the_way
from accreditation.desk.merging.queries.merges import merge_row, merges_page, undoing
from accreditation.desk.merging.queries.suggesting import reasons_for, suggested_pairs
from accreditation.desk.merging.rules.following import what_follows, what_undoing_brings
from accreditation.desk.merging.rules.suggesting import WORDS
from accreditation.desk.merging.services import NOT_ONES_OWN, merge_people, separate_people
from accreditation.people.models import Person
from accreditation.people.queries import find_not_same, get_person, subject_of
from accreditation.people.rules import Viewer
from accreditation.people.services import reopen_pair, say_two_people
from accreditation.web.filters import Filter, read_filters
from accreditation.web.guards import requires

bp = Blueprint("merging", __name__)

STATES = (("in_force", "In force"), ("undone", "Undone"))


@bp.get("/people/duplicates")
@requires(Permission.MERGE_PEOPLE)
def duplicates(viewer: Viewer) -> ResponseReturnValue:
    """Pairs of records that may be one person's, the most certain first, each with the reasons."""
    offered = [
        Filter("reason", lambda value: WORDS[value], [(reason.value, words) for reason, words in WORDS.items()]),  # type: ignore[index]
        Filter("show", lambda _: "Said to be two people", [("two", "Said to be two people")]),
    ]
    filters = read_filters(request.args, offered, path=url_for("merging.duplicates"), keep=())
    dismissed = filters.get("show") == "two"
    page = suggested_pairs(viewer, reason=filters.get("reason"), dismissed=dismissed, place=request.args.get("from"))
    return render_template(
        "desk/duplicates.html",
        page=page,
        filters=filters,
        offered={offer.name: offer.choices for offer in filters.offered},
        dismissed=dismissed,
        next_url=filters.url(**{"from": page.next_place}) if page.next_place else None,
        previous_url=filters.url(**{"from": page.previous_place}) if page.previous_place else None,
    )


@bp.get("/people/merge")
@requires(Permission.MERGE_PEOPLE)
def choose(viewer: Viewer) -> ResponseReturnValue:
    """Two references, typed; `reference` fills in the first."""
    form = PairForm(request.args if "one" in request.args else None, data={"one": request.args.get("reference", "")})
    if "one" in request.args and form.validate():
        found = [_typed(field, viewer) for field in (form.one, form.other)]
        if all(found):
            one, other = (str(reference) for reference in found)
            if one != other:
                return redirect(url_for("merging.compare", reference=one, other=other))
            form.other.errors = [*form.other.errors, f"Both lead to {one}. Enter two records that are not merged."]
    return render_template("desk/merge_choose.html", form=form)


def _typed(field: Any, viewer: Viewer) -> str | None:
    """The reference that counts for what was typed; None with an error at the field."""
    for typed in (field.data, field.data.upper()):
        try:
            return get_person(typed, viewer).reference
        except NotFound as refusal:
            missing = refusal
    field.errors = [*field.errors, *missing.reasons]
    return None


@bp.route("/people/merge/<reference>/<other>", methods=["GET", "POST"])
@requires(Permission.MERGE_PEOPLE, scoped=True)
def compare(viewer: Viewer, reference: str, other: str) -> ResponseReturnValue:
    """The two side by side, what one person with the facts of both would be, and the button that makes them one."""
    people = _both(viewer, reference, other)
    if people[0].id == people[1].id:
        flash(f"{reference} and {other} are records of one person already.", "success")
        return redirect(url_for("desk.mediator", reference=people[0].reference))
    if [person.reference for person in people] != [reference, other]:
        return redirect(url_for("merging.compare", reference=people[0].reference, other=people[1].reference))
    form = MergeForm()
    if form.validate_on_submit():
        kept, merged = _chosen(people, form.keep.data)
        names = kept.reference, merged.reference
        try:
            with transaction():
                merge_people(
                    kept.id,
                    merged.id,
                    at=clock.now(),
                    on=clock.today(),
                    merged_by=viewer.person_id,
                    reason=form.reason.data or "",
                    seen=form.digest.data,
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash(f"{names[1]} is merged into {names[0]}. It can be undone from here for 30 days.", "success")
            return redirect(url_for("desk.mediator", reference=names[0]))
    return _side_by_side(viewer, reference, other, form)


def _both(viewer: Viewer, reference: str, other: str) -> list[Person]:
    return [get_person(asked, viewer) for asked in (reference, other)]


def _chosen(people: list[Person], keep: str | None) -> tuple[Person, Person]:
    """The record that is kept, and the other. Unless somebody chose: the one that came into the register first."""
    kept = next((person for person in people if person.reference == keep), min(people, key=lambda person: person.id))
    return kept, next(person for person in people if person.id != kept.id)


def _side_by_side(viewer: Viewer, reference: str, other: str, form: MergeForm) -> ResponseReturnValue:
    for person in _both(viewer, reference, other):
        if viewer.may(Permission.VIEW_CLEARANCE, subject_of(person)) and person.id != viewer.person_id:
            audit.sensitive_read("the record with its clearance", about_id=person.id)
    people, today = _both(viewer, reference, other), clock.today()
    kept, merged = _chosen(people, form.keep.data if form.is_submitted() else request.args.get("keep"))
    comparison = compared(kept, merged, viewer, today)
    form.keep.data, form.digest.data = kept.reference, comparison.digest
    form.submit.label.text = f"Merge {merged.reference} into {kept.reference}"
    choices = [(person.reference, f"{person.reference}: {person.own_name}") for person in sorted(people, key=_age)]
    said = find_not_same(kept.id, merged.id)
    return render_template(
        "desk/merge.html",
        form=form,
        keep_form=KeepForm(choices=choices, keep=kept.reference),
        comparison=comparison,
        sides=[comparison.kept, comparison.merged],
        pair=reasons_for(kept.id, merged.id),
        follows=what_follows(comparison.situation, today),
        said=said,
        refused=NOT_ONES_OWN
        if viewer.person_id in (kept.id, merged.id)
        else leaving_in_the_way(kept, merged, undoing=False),
        reference=reference,
        other=other,
        today=today,
    )


def _age(person: Person) -> int:
    return person.id


@bp.post("/people/merge/<reference>/<other>/two-people")
@requires(Permission.MERGE_PEOPLE, scoped=True)
def two_people(viewer: Viewer, reference: str, other: str) -> ResponseReturnValue:
    """Nobody is asked about this pair again, until somebody reopens it."""
    one, second = _both(viewer, reference, other)
    names = f"{one.reference} and {second.reference}"
    with transaction():
        say_two_people(one.id, second.id, at=clock.now(), said_by=viewer.person_id)
    flash(f"{names} stay two people. They are under “Said to be two people”, should that be wrong.", "success")
    return redirect(url_for("merging.duplicates"))


@bp.post("/people/merge/<reference>/<other>/reopen")
@requires(Permission.MERGE_PEOPLE, scoped=True)
def reopen(viewer: Viewer, reference: str, other: str) -> ResponseReturnValue:
    one, second = _both(viewer, reference, other)
    with transaction():
        reopen_pair(one.id, second.id, at=clock.now(), reopened_by=viewer.person_id)
    flash("This pair is open again.", "success")
    return redirect(url_for("merging.compare", reference=reference, other=other))


@bp.get("/people/merges")
@requires(Permission.MERGE_PEOPLE)
def merges(viewer: Viewer) -> ResponseReturnValue:
    """Every merge, the newest first, and how long each can be undone."""
    offered = [Filter("state", lambda value: dict(STATES)[value], STATES)]
    filters = read_filters(request.args, offered, path=url_for("merging.merges"), keep=())
    page = merges_page(
        viewer,
        filters.get("state"),
        place=request.args.get("place"),
        address=lambda place: filters.url(place=place),
    )
    return render_template("desk/merges.html", page=page, filters=filters, states=STATES, today=clock.today())


@bp.route("/people/merges/<int:merge_id>", methods=["GET", "POST"])
@requires(Permission.MERGE_PEOPLE, scoped=True)
def merge(viewer: Viewer, merge_id: int) -> ResponseReturnValue:
    """One merge: who, when, why; and what undoing it brings, with the button that does it."""
    row, today = merge_row(merge_id, viewer), clock.today()
    if row is None:
        raise NotFound("There is no such merge of records.")
    form = UndoForm()
    if form.validate_on_submit():
        names = row.kept.reference, row.merged.reference
        try:
            with transaction():
                separate_people(
                    merge_id,
                    at=clock.now(),
                    on=today,
                    unmerged_by=viewer.person_id,
                    reason=form.reason.data or "",
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash(f"{names[1]} and {names[0]} are two people again.", "success")
            return redirect(url_for("merging.merge", merge_id=merge_id))
        row = merge_row(merge_id, viewer)
        assert row is not None
    may_undo = row.undone is None and row.too_late(today) is None
    if may_undo and viewer.may(Permission.VIEW_CLEARANCE, subject_of(row.kept)):
        audit.sensitive_read("the record with its clearance", about_id=row.kept.counted.id)
        row = merge_row(merge_id, viewer)
        assert row is not None
    prospect = undoing(row, viewer, today) if may_undo else None
    return render_template(
        "desk/merge_undo.html",
        row=row,
        form=form if may_undo or form.errors else None,
        prospect=prospect,
        brings=what_undoing_brings(prospect.situation, since=prospect.facts_since) if prospect else [],
        refused=NOT_ONES_OWN
        if viewer.person_id == row.kept.counted.id
        else leaving_in_the_way(row.kept, row.merged, undoing=True),
        too_late=row.too_late(today) if row.undone is None else None,
        today=today,
    )
