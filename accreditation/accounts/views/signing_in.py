"""Signing in and out."""

from flask.typing import ResponseReturnValue

from accreditation.accounts.views.blueprint import bp
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires


@bp.get("/sign-in")
@requires(Permission.PUBLIC)
def sign_in(viewer: Viewer) -> ResponseReturnValue:
    return "Sign in"
