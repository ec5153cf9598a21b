"""Signing in and out. Every refusal reads alike, whatever was wrong: nobody learns who has an account."""

import hashlib
import logging

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user

from accreditation.accounts.forms import SignInForm
from accreditation.accounts.queries.sessions import find_session
from accreditation.accounts.rules.addresses import normal_email, safe_next
from accreditation.accounts.rules.limits import TRIES_PER_ACCOUNT, TRIES_PER_ADDRESS
from accreditation.accounts.services.accounts import let_in
from accreditation.accounts.services.passwords import may_enter
from accreditation.accounts.services.sessions import end_session
from accreditation.accounts.views.blueprint import bp
from accreditation.accounts.views.devices import known_device, remember_device
from accreditation.accounts.views.login import SignedInUser
from accreditation.core import audit, clock
from accreditation.core.database import transaction
from accreditation.core.permissions import Permission
from accreditation.core.throttle import forget_last_try, forget_tries, may_try, network_of
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires

log = logging.getLogger(__name__)

WRONG = "The e-mail address or the password is not right."
TOO_MANY = "There have been too many tries. Wait five minutes, then try again, or ask for a new password."


@bp.route("/sign-in", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def sign_in(viewer: Viewer) -> ResponseReturnValue:
    onwards = safe_next(request.values.get("next"))
    if current_user.is_authenticated:
        return redirect(onwards or "/")
    form = SignInForm()
    status = 200
    if form.validate_on_submit():
        refusal, status = try_to_sign_in(form.email.data or "", form.password.data or "")
        if refusal is None:
            return remember_device(redirect(onwards or "/"), fingerprint(form.email.data or ""))
        form.form_errors.append(refusal)
    return render_template("accounts/sign_in.html", form=form, next=onwards), status


def try_to_sign_in(email: str, password: str) -> tuple[str | None, int]:
    """Sign this browser in. What to say instead when it may not be, and the status of the page that says it."""
    now = clock.now()
    by_address = f"sign-in:address:{network_of(request.remote_addr)}"
    key = fingerprint(email)
    by_account = f"sign-in:{known_device(key) or 'account'}:{key}"
    with transaction():
        allowed = may_try(by_address, TRIES_PER_ADDRESS, now=now) and may_try(by_account, TRIES_PER_ACCOUNT, now=now)
    if not allowed:
        log.warning("sign-in throttled: account key %s from %s", key, request.remote_addr)
        return TOO_MANY, 429
    token = None
    if entered := may_enter(email, password):
        with transaction():
            token = let_in(*entered, now=now, user_agent=request.user_agent.string)
            forget_tries(by_account, now=now)
            forget_last_try(by_address, now=now)
    found = find_session(token, now) if token else None
    if token is None or found is None:
        log.warning("sign-in refused: account key %s from %s", key, request.remote_addr)
        return WRONG, 200
    session.clear()  # whatever this browser carried before is nobody's now: a new token, a new form token
    login_user(SignedInUser(token, found))
    return None, 200


def fingerprint(email: str) -> str:
    """An address in counters and logs, where it need not be readable."""
    return hashlib.sha256(normal_email(email).encode()).hexdigest()[:16]


@bp.post("/sign-out")
@requires(Permission.PUBLIC)
def sign_out(viewer: Viewer) -> ResponseReturnValue:
    """Ends the session in the database, whatever becomes of the cookie."""
    if current_user.is_authenticated:
        with audit.acting_as(current_user.person_id, "web"), transaction():
            end_session(current_user.session_id, now=clock.now())
    return leave("You have signed out.")


def leave(message: str) -> ResponseReturnValue:
    """To the sign-in page, with nothing left in the browser but the message."""
    session.clear()
    flash(message, "success")
    response = redirect(url_for("accounts.sign_in"))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
