"""Which schemes there are, and what each asks for."""

from flask import render_template
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.standing.queries import all_schemes, get_scheme, main_scheme_code, preset, preset_codes
from accreditation.standing.rules.scheme import CERTAINTIES
from accreditation.standing.rules.wording import rule_in_words, settings_in_words
from accreditation.standing.views.blueprint import bp
from accreditation.web.guards import requires


@bp.get("/schemes")
@requires(Permission.VIEW_SCHEMES)
def schemes(viewer: Viewer) -> ResponseReturnValue:
    in_use = all_schemes(clock.today())
    codes = {scheme.code for scheme in in_use}
    others = [preset(code) for code in preset_codes() if code not in codes]
    return render_template(
        "standing/schemes.html",
        in_use=in_use,
        main=main_scheme_code(),
        available=[scheme for scheme in others if not scheme.hidden],
    )


@bp.get("/schemes/<code>")
@requires(Permission.VIEW_SCHEMES)
def scheme(viewer: Viewer, code: str) -> ResponseReturnValue:
    shown = get_scheme(code, clock.today())
    return render_template(
        "standing/scheme.html",
        scheme=shown,
        main=main_scheme_code(),
        rules={requirement.code: rule_in_words(requirement, shown) for requirement in shown.requirements},
        settings=settings_in_words(shown),
        certainties=CERTAINTIES,
    )
