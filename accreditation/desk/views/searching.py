"""The search in the masthead."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.permissions import Permission
from accreditation.desk.queries.search import find_people
from accreditation.desk.views.blueprint import bp
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires


@bp.get("/search")
@requires(Permission.VIEW_REGISTER)
def search(viewer: Viewer) -> ResponseReturnValue:
    """People by name, reference or pay number. A whole reference or pay number leads straight to its page."""
    words = " ".join(request.args.get("q", "").replace("\0", " ").split())[:100]
    found = find_people(viewer, words, clock.today())
    if len(found.hits) == 1 and found.hits[0].is_meant:
        return redirect(url_for("desk.mediator", reference=found.hits[0].reference))
    return render_template("desk/search.html", found=found, search_words=words)
