"""Units and training providers: lists of names, with a form to add one and one to change each."""

from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accreditation.core.database import transaction
from accreditation.core.errors import DomainError, NotAllowed, NotFound
from accreditation.core.permissions import Permission, Scope
from accreditation.people.forms import NameForm
from accreditation.people.models import Provider, Unit
from accreditation.people.queries import find_provider, find_unit, people_by_unit
from accreditation.people.queries import providers as all_providers
from accreditation.people.queries import units as all_units
from accreditation.people.rules import Viewer
from accreditation.people.services import add_provider, add_unit, rename_provider, rename_unit
from accreditation.people.views.blueprint import bp
from accreditation.web.guards import requires


def for_the_whole_service(viewer: Viewer) -> None:
    """Units and providers are everybody's: a grant for one unit does not reach them. Raises NotAllowed."""
    if not viewer.ids(Scope.SERVICE):
        raise NotAllowed("Units and training providers are changed by somebody with a role for the whole service.")


@bp.route("/units", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def units(viewer: Viewer) -> ResponseReturnValue:
    form = NameForm()
    if form.validate_on_submit():
        for_the_whole_service(viewer)
        try:
            with transaction():
                add_unit(form.tidy_name)
        except DomainError as refusal:
            form.name.errors = [*form.name.errors, *refusal.reasons]
        else:
            flash(f"{form.tidy_name} is added.", "success")
            return redirect(url_for("people.units"))
    return render_template("people/units.html", form=form, units=all_units(), people=people_by_unit())


@bp.route("/units/<int:unit_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def unit(viewer: Viewer, unit_id: int) -> ResponseReturnValue:
    for_the_whole_service(viewer)
    found = find_unit(unit_id)
    if found is None:
        raise NotFound("There is no such unit.")
    return _rename(found, lambda name: rename_unit(unit_id, name), url_for("people.units"), "unit")


@bp.route("/providers", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def providers(viewer: Viewer) -> ResponseReturnValue:
    form = NameForm()
    if form.validate_on_submit():
        for_the_whole_service(viewer)
        try:
            with transaction():
                add_provider(form.tidy_name)
        except DomainError as refusal:
            form.name.errors = [*form.name.errors, *refusal.reasons]
        else:
            flash(f"{form.tidy_name} is added.", "success")
            return redirect(url_for("people.providers"))
    return render_template("people/providers.html", form=form, providers=all_providers())


@bp.route("/providers/<int:provider_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def provider(viewer: Viewer, provider_id: int) -> ResponseReturnValue:
    for_the_whole_service(viewer)
    found = find_provider(provider_id)
    if found is None:
        raise NotFound("There is no such training provider.")
    return _rename(found, lambda name: rename_provider(provider_id, name), url_for("people.providers"), "provider")


def _rename(found: Unit | Provider, rename: Callable[[str], None], back_url: str, noun: str) -> ResponseReturnValue:
    form, before = NameForm(data={"name": found.name}), found.name
    if form.validate_on_submit():
        try:
            with transaction():
                rename(form.tidy_name)
        except DomainError as refusal:
            form.name.errors = [*form.name.errors, *refusal.reasons]
        else:
            flash(f"{before} is called {form.tidy_name} from now on.", "success")
            return redirect(back_url)
    return render_template("people/rename.html", form=form, name=before, back_url=back_url, noun=noun)
