"""The first page of each role."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.permissions import Permission, Role
from accreditation.desk.queries.attention import WITHIN, attention_for, next_days
from accreditation.desk.rules.places import HOMES, first_role
from accreditation.desk.rules.sentences import COUNTED, headline
from accreditation.desk.views.blueprint import bp
from accreditation.people.rules import Viewer
from accreditation.standing.queries.explain import TONES
from accreditation.standing.queries.schemes import get_scheme, main_scheme_code
from accreditation.standing.rules.verdict import Verdict
from accreditation.standing.views.pictures import chart_of, herds_of
from accreditation.web.guards import requires
from accreditation.web.tables import Column


@bp.get("/")
@requires(Permission.SIGNED_IN)
def home(viewer: Viewer) -> ResponseReturnValue:
    """What needs attention now, for a practice manager; for everyone else the page they work on."""
    role = first_role(viewer)
    if role is None:
        return render_template("desk/no_role.html")
    if role is not Role.PRACTICE_MANAGER:
        return redirect(HOMES[role])
    viewer = viewer.limited_to(Permission.VIEW_ATTENTION)
    today = clock.today()
    attention = attention_for(viewer, main_scheme_code(), today, clock.now())
    return render_template(
        "desk/attention.html",
        attention=attention,
        cover=chart_of(attention.cover) if attention.cover else None,
        herds=herds_of(attention.cover, get_scheme(main_scheme_code(), today)) if attention.cover else [],
        headline=headline(attention.verdicts.get(Verdict.LAPSED, 0), attention.totals[0], WITHIN[0]),
        everyone=[
            (verdict.value, words, TONES[verdict])
            for verdict, words in COUNTED.items()
            if attention.verdicts.get(verdict) and verdict is not Verdict.LAPSED
        ],
        columns=["Because of", *(Column(f"{days} days", number=True) for days in WITHIN)],
        within=WITHIN,
        days=next_days(today),
        today=today,
        register=url_for("desk.mediators"),
    )
