"""The first page of each role."""

from collections.abc import Callable

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.permissions import Permission, Role
from accreditation.desk.queries.attention import WITHIN, attention_for, next_days
from accreditation.desk.queries.homes.administrator import administrator_home
from accreditation.desk.queries.homes.auditor import auditor_home
from accreditation.desk.rules.places import HOMES, first_role
from accreditation.desk.rules.sentences import headline
from accreditation.desk.views.blueprint import bp
from accreditation.people.rules import Viewer
from accreditation.standing.queries.schemes import get_scheme, main_scheme_code
from accreditation.standing.rules.verdict import Verdict
from accreditation.standing.views.pictures import chart_of, herds_of
from accreditation.web.guards import requires
from accreditation.web.tables import Column


@bp.get("/")
@requires(Permission.SIGNED_IN)
def home(viewer: Viewer) -> ResponseReturnValue:
    """What waits for somebody in this role; for roles that work on one page, that page."""
    role = first_role(viewer)
    if role is None:
        return render_template("desk/no_role.html")
    return PAGES[role](viewer) if role in PAGES else redirect(HOMES[role])


def _attention(viewer: Viewer) -> str:
    viewer = viewer.limited_to(Permission.VIEW_ATTENTION)
    today = clock.today()
    attention = attention_for(viewer, main_scheme_code(), today, clock.now())
    return render_template(
        "desk/attention.html",
        attention=attention,
        cover=chart_of(attention.cover) if attention.cover else None,
        herds=herds_of(attention.cover, get_scheme(main_scheme_code(), today)) if attention.cover else [],
        headline=headline(attention.verdicts.get(Verdict.LAPSED, 0), attention.totals[0], WITHIN[0]),
        columns=["Because of", *(Column(f"{days} days", number=True) for days in WITHIN)],
        within=WITHIN,
        days=next_days(today),
        today=today,
        register=url_for("desk.mediators"),
    )


def _auditor(viewer: Viewer) -> str:
    viewer = viewer.limited_to(Permission.VIEW_AUDIT)
    return render_template("desk/home_auditor.html", home=auditor_home(viewer, clock.today(), clock.now()))


def _administrator(viewer: Viewer) -> str:
    viewer = viewer.limited_to(Permission.MANAGE_ACCOUNTS)
    return render_template("desk/home_administrator.html", home=administrator_home(viewer))


PAGES: dict[Role, Callable[[Viewer], str]] = {
    Role.PRACTICE_MANAGER: _attention,
    Role.AUDITOR: _auditor,
    Role.ADMINISTRATOR: _administrator,
}
