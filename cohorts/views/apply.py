"""The public form: anybody may apply, and learns nothing of who is known already."""

import hashlib
import hmac
import re
import secrets
from datetime import timedelta

from flask import abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.people.queries import units
from accreditation.people.rules import Viewer
from accreditation.standing.queries import main_scheme_code
from accreditation.web.guards import requires
from cohorts.forms.applications import FORM_KEY, ApplicationForm
from cohorts.queries.applications import find_application_by_form, sent_since
from cohorts.rules.throttle import EACH_ADDRESS, EACH_NETWORK, TOO_MANY
from cohorts.services.applications import submit_application
from cohorts.views.blueprint import bp


def unit_choices() -> list[tuple[str, str]]:
    return [(str(unit.id), unit.name) for unit in units()]


@bp.route("/apply", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def apply(viewer: Viewer) -> ResponseReturnValue:
    form = ApplicationForm(units=unit_choices(), form_key=secrets.token_urlsafe(24))
    step = request.form.get("step", "check")
    if step == "change" or not form.validate_on_submit():
        if step == "change":
            form.errors.clear()
        return render_template("cohorts/apply.html", form=form)
    if step != "send":
        return render_template("cohorts/apply_check.html", form=form)
    submission = form.submission
    key, email = submission["form_key"], submission["email"].lower()
    if find_application_by_form(key) is None and too_many(email):
        form.form_errors.append(TOO_MANY)
        return render_template("cohorts/apply.html", form=form), 429
    try:
        with transaction():
            submit_application(
                **submission,
                scheme=main_scheme_code(),
                at=clock.now(),
                sent_from=network_mark(),
            )
    except DomainError as refusal:
        form.form_errors.extend(refusal.reasons)
        return render_template("cohorts/apply.html", form=form)
    return redirect(url_for("cohorts.received", form_key=key))


@bp.get("/apply/received/<form_key>")
@requires(Permission.PUBLIC)
def received(viewer: Viewer, form_key: str) -> ResponseReturnValue:
    application = find_application_by_form(form_key) if re.fullmatch(FORM_KEY, form_key) else None
    if application is None:
        abort(404)
    return render_template("cohorts/received.html", application=application)


def network_mark() -> str:
    """Where the request comes from, as a keyed hash: enough to count by, nothing to find anybody by."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, f"applied from {request.remote_addr}".encode(), hashlib.sha256).hexdigest()[:32]


def too_many(email: str) -> bool:
    now = clock.now()
    return (
        sent_since(now - timedelta(hours=1), sent_from=network_mark()) >= EACH_NETWORK
        or sent_since(now - timedelta(days=1), email=email) >= EACH_ADDRESS
    )
