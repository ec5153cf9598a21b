"""What the helpline is asked about, in sums by month: never who, and no small number."""

from flask import render_template
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.permissions import Permission
from accreditation.core.private_text import FEW
from accreditation.helpline.queries import themes_by_month
from accreditation.helpline.rules import CATEGORIES
from accreditation.helpline.rules.themes import by_month, named, period, themes
from accreditation.helpline.views.blueprint import bp
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires


@bp.get("/helpline/themes")
@requires(Permission.VIEW_THEMES)
def themes_page(viewer: Viewer) -> ResponseReturnValue:
    """The last twelve whole months, each by itself and all together."""
    first, last = period(clock.today())
    months = themes_by_month(viewer, first, last)
    counted = {month: {CATEGORIES[code]: number for code, number in found.items()} for month, found in months.items()}
    together: dict[str, int] = {}
    for found in counted.values():
        for label, number in found.items():
            together[label] = together.get(label, 0) + number
    whole = themes(together)
    return render_template(
        "helpline/themes.html",
        first=first,
        last=last,
        months=by_month(counted),
        whole=whole,
        total=sum(together.values()),
        asked_most=named(whole, CATEGORIES.values()),
        few=FEW,
    )
