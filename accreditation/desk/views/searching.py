"""The search in the masthead."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.errors import NotAllowed
from accreditation.core.permissions import Permission
from accreditation.desk.queries.search import Found, find_people
from accreditation.desk.queries.search_elsewhere import find_elsewhere
from accreditation.desk.rules.places import SEARCHED
from accreditation.desk.views.blueprint import bp
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires


@bp.get("/search")
@requires(Permission.SIGNED_IN)
def search(viewer: Viewer) -> ResponseReturnValue:
    """People by name, reference or pay number; applications, cohorts and refresher days by the words of their names.

    Each part is asked with the grants that open its list. A whole reference or pay number leads straight to its page.
    """
    if not any(map(viewer.may_somewhere, SEARCHED)):
        raise NotAllowed("There is nothing here that you may search in.")
    words = " ".join(request.args.get("q", "").replace("\0", " ").split())[:100]
    register = viewer.limited_to(Permission.VIEW_REGISTER)
    found = find_people(register, words, clock.today()) if register.grants else Found([])
    if len(found.hits) == 1 and found.hits[0].is_meant:
        return redirect(url_for("desk.mediator", reference=found.hits[0].reference))
    return render_template(
        "desk/search.html",
        found=found,
        groups=find_elsewhere(viewer, words),
        search_words=words,
        sees_people=bool(register.grants),
    )
