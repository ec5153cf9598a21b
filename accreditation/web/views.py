"""Pages about the product itself, which anyone may read."""

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from accreditation.core.permissions import Permission
from accreditation.web.guards import requires

bp = Blueprint("pages", __name__)


@bp.get("/help", endpoint="help")
@requires(Permission.PUBLIC)
def help_page(viewer: Any) -> ResponseReturnValue:
    """What each role does here, and the words that are used."""
    return render_template("pages/help.html")


@bp.get("/privacy")
@requires(Permission.PUBLIC)
def privacy(viewer: Any) -> ResponseReturnValue:
    """What is kept about people, why, and who sees it."""
    return render_template("pages/privacy.html")


@bp.get("/accessibility")
@requires(Permission.PUBLIC)
def accessibility(viewer: Any) -> ResponseReturnValue:
    """How the pages are made usable, how that was tried, and what is not known."""
    return render_template("pages/accessibility.html")
