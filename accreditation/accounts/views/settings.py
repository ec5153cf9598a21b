"""What an administrator sets on screen for the whole service."""

from time import monotonic

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accreditation.accounts.forms import SettingsForm
from accreditation.accounts.views.blueprint import bp
from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.permissions import Permission
from accreditation.core.settings import DEFAULTS, get_setting, set_setting
from accreditation.people.rules import Viewer
from accreditation.standing.queries.schemes import all_schemes
from accreditation.standing.services.rebuilding import ask_for_rebuild, rebuild_is_asked_for, rebuild_next
from accreditation.web.guards import requires

SECONDS = 2.0
"""How long saving waits for everybody to be judged anew; the scheduler goes on with what is left."""


@bp.route("/settings", methods=["GET", "POST"])
@requires(Permission.MANAGE_SETTINGS)
def settings(viewer: Viewer) -> ResponseReturnValue:
    names = [name for name in DEFAULTS if name in SettingsForm.__dict__]
    values = {name: get_setting(name) for name in names}
    schemes = {values["main_scheme"]: ""} | {scheme.code: scheme.name for scheme in all_schemes(clock.today())}
    form = SettingsForm(schemes=[(code, name or code) for code, name in schemes.items()], **values)
    if form.validate_on_submit():
        with transaction():
            for name in names:
                set_setting(name, str(form[name].data or ""))
            if form.main_scheme.data != values["main_scheme"]:
                ask_for_rebuild()
        flash("The settings are saved.", "success")
        if rebuild_is_asked_for() and not _rebuilt_soon():
            flash("Everybody is being judged by the new main scheme. Lists are complete in a few minutes.", "warning")
        return redirect(url_for("accounts.settings"))
    return render_template("accounts/settings.html", form=form)


def _rebuilt_soon() -> bool:
    until = monotonic() + SECONDS
    while monotonic() < until:
        with transaction():
            done = rebuild_next()
        if done:
            return True
    return False
