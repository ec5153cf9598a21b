"""What an administrator sets on screen for the whole service."""

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
from accreditation.web.guards import requires


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
                set_setting(name, form[name].data or "")
        flash("The settings are saved.", "success")
        return redirect(url_for("accounts.settings"))
    return render_template("accounts/settings.html", form=form)
