"""Choosing the role to work in."""

from flask import flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from accreditation.core.permissions import Permission, Role
from accreditation.desk.queries.viewers import every_role
from accreditation.desk.views.blueprint import bp
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires


@bp.post("/role")
@requires(Permission.SIGNED_IN)
def choose_role(viewer: Viewer) -> ResponseReturnValue:
    """From now on the pages are asked with the grants of this role alone; nothing chosen: with all of them."""
    role = request.form.get("role", "")
    if role in every_role(viewer):
        session["role"] = role
        flash(f"You are working as {Role(role).label.lower()}.")
    else:
        session.pop("role", None)
        flash("You are working with all your roles.")
    return redirect(url_for("desk.home"))
