"""Which schemes there are, what each asks for by which version, and how sure its figures are."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError, NotFound
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.standing.forms.drafts import APPLIES_TO, ConfirmationForm
from accreditation.standing.queries import all_schemes, history_of, main_scheme_code, preset, preset_codes
from accreditation.standing.queries.confirmations import confirmations_of, figures_to_check
from accreditation.standing.queries.drafts import find_open_draft, open_drafts
from accreditation.standing.queries.schemes import VersionLine, scheme_in, version_lines
from accreditation.standing.rules.figures import FigureLine, differences, figures
from accreditation.standing.rules.scheme import CERTAINTIES
from accreditation.standing.services.drafts import confirm_figure
from accreditation.standing.services.installing import install_and_judge
from accreditation.standing.views.blueprint import bp
from accreditation.web.guards import requires

PARTS = ("requirement", "setting", "recorded")


@bp.get("/schemes")
@requires(Permission.VIEW_SCHEMES)
def schemes(viewer: Viewer) -> ResponseReturnValue:
    in_use = all_schemes(clock.today())
    codes = {scheme.code for scheme in in_use}
    return render_template(
        "standing/schemes.html",
        in_use=in_use,
        to_check=figures_to_check(in_use),
        drafts={draft.scheme for draft in open_drafts()} if viewer.may_somewhere(Permission.ACTIVATE_SCHEME) else set(),
        main=main_scheme_code(),
        available=[preset(code) for code in preset_codes() if code not in codes],
        may_manage=viewer.may_somewhere(Permission.MANAGE_SCHEMES),
    )


@bp.post("/schemes/install")
@requires(Permission.MANAGE_SCHEMES)
def install(viewer: Viewer) -> ResponseReturnValue:
    """One of the presets, for this service from now on."""
    code = request.form.get("code", "")
    try:
        with transaction():
            install_and_judge(code, installed_by=viewer.person_id)
    except DomainError as refusal:
        flash(" ".join(refusal.reasons), "warning")
        return redirect(url_for("standing.schemes"))
    flash(f"{code} is installed. Whoever has evidence that names it is judged by it.", "success")
    return redirect(url_for("standing.scheme", code=code))


@bp.get("/schemes/<code>")
@requires(Permission.VIEW_SCHEMES)
def scheme(viewer: Viewer, code: str) -> ResponseReturnValue:
    """The version in effect today, or another one (`version=2`), and all there are."""
    today = clock.today()
    history = history_of(code)
    lines = version_lines(code)
    asked = request.args.get("version", "")
    number = int(asked) if asked.isascii() and asked.isdecimal() else history.version_on(today).number
    version = next((each for each in history.versions if each.number == number), None)
    if version is None:
        raise NotFound(f"{code} has no version {asked}.")
    lined = figures(version.scheme)
    confirmed = confirmations_of(code)
    return render_template(
        "standing/scheme.html",
        scheme=version.scheme,
        number=number,
        in_effect=history.version_on(today).number,
        lines=lines,
        applies_to=dict(APPLIES_TO),
        main=main_scheme_code(),
        figures={
            part: [line for line in lined if line.part == part] for part in ("requirement", "setting", "recorded")
        },
        unsure=[line for line in lined if _to_check(line, confirmed)],
        confirmed={key: found for key, found in confirmed.items() if _still_says(key, found[0].says, lined)},
        recorded={f"recorded:{figure.key}": figure for figure in version.scheme.recorded},
        certainties=CERTAINTIES,
        draft=find_open_draft(code),
        today=today,
        may_manage=viewer.may_somewhere(Permission.MANAGE_SCHEMES),
        may_see_drafts=viewer.may_somewhere(Permission.ACTIVATE_SCHEME),
    )


def _still_says(key: str, says: str, lines: list[FigureLine]) -> bool:
    return any(line.key == key and line.says == says for line in lines)


def _to_check(line: FigureLine, confirmed: dict[str, tuple]) -> bool:  # type: ignore[type-arg]
    return line.is_unsure and not (line.key in confirmed and confirmed[line.key][0].says == line.says)


@bp.get("/schemes/<code>/compare")
@requires(Permission.VIEW_SCHEMES)
def compare(viewer: Viewer, code: str) -> ResponseReturnValue:
    """Two versions side by side: what the newer one (`new`) says otherwise than the older (`old`)."""
    history_of(code)
    lines = version_lines(code)
    newest = lines[-1].number if lines else 1
    new = _asked_version(lines, "new", newest)
    old = _asked_version(lines, "old", max(new.number - 1, 1))
    return render_template(
        "standing/compare.html",
        code=code,
        lines=lines,
        old=old,
        new=new,
        differences=differences(scheme_in(old.definition), scheme_in(new.definition)),
    )


def _asked_version(lines: list[VersionLine], name: str, usual: int) -> VersionLine:
    asked = request.args.get(name, "")
    number = int(asked) if asked.isascii() and asked.isdecimal() else usual
    found = next((line for line in lines if line.number == number), None)
    if found is None:
        raise NotFound("There is no such version.")
    return found


@bp.route("/schemes/<code>/figures/<path:key>", methods=["GET", "POST"])
@requires(Permission.MANAGE_SCHEMES)
def confirm(viewer: Viewer, code: str, key: str) -> ResponseReturnValue:
    """Somebody has looked a figure up, and says where."""
    today = clock.today()
    shown = history_of(code).version_on(today).scheme
    figure = next((line for line in figures(shown) if line.key == key), None)
    if figure is None:
        raise NotFound("This scheme has no such figure.")
    form = ConfirmationForm(says=figure.says)
    if form.validate_on_submit():
        try:
            with transaction():
                confirm_figure(
                    code,
                    key,
                    says=form.says.data or "",
                    source=form.source.data or "",
                    by=viewer.person_id,
                    on=today,
                    now=clock.now(),
                )
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash(f"{figure.label}: confirmed as the scheme says it.", "success")
            return redirect(url_for("standing.scheme", code=code))
    return render_template(
        "standing/confirm.html", form=form, figure=figure, scheme=shown, certainty=CERTAINTIES.get(figure.certainty, "")
    )
