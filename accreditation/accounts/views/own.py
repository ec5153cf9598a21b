"""One's own account: the password, and the browsers in which one is signed in."""

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user

from accreditation.accounts.forms import ChangePasswordForm
from accreditation.accounts.queries.accounts import get_own_account, grants_by_person
from accreditation.accounts.queries.sessions import find_session, open_sessions_of
from accreditation.accounts.rules.browsers import browser_name
from accreditation.accounts.rules.limits import TRIES_PER_ACCOUNT
from accreditation.accounts.services.accounts import WrongPassword, change_password
from accreditation.accounts.services.sessions import end_own_session, end_session, end_sessions_of, open_session
from accreditation.accounts.views.blueprint import bp
from accreditation.accounts.views.login import SignedInUser
from accreditation.accounts.views.signing_in import TOO_MANY, leave
from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.core.throttle import may_try
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires


@bp.get("/account")
@requires(Permission.SIGNED_IN)
def own(viewer: Viewer) -> ResponseReturnValue:
    account = get_own_account(current_user.account_id)
    sessions = [
        (row, browser_name(row.user_agent), row.id == current_user.session_id)
        for row in open_sessions_of(account.id, clock.now())
    ]
    grants = grants_by_person([account.person_id], clock.today()).get(account.person_id, [])
    return render_template("accounts/own.html", account=account, sessions=sessions, grants=grants)


@bp.route("/account/password", methods=["GET", "POST"])
@requires(Permission.SIGNED_IN)
def own_password(viewer: Viewer) -> ResponseReturnValue:
    """The present password is asked for: an unlocked screen is not enough to take an account over."""
    form = ChangePasswordForm()
    if form.validate_on_submit():
        now = clock.now()
        with transaction():
            allowed = may_try(f"present-password:{current_user.account_id}", TRIES_PER_ACCOUNT, now=now)
        if not allowed:
            form.form_errors.append(TOO_MANY)
            return render_template("accounts/own_password.html", form=form), 429
        try:
            with transaction():
                change_password(
                    current_user.account_id,
                    form.present.data or "",
                    form.password.data or "",
                    session_id=current_user.session_id,
                    now=now,
                )
                end_session(current_user.session_id, now=now)
                token = open_session(current_user.account_id, now=now, user_agent=request.user_agent.string)
        except WrongPassword as refusal:
            form.present.errors = [*form.present.errors, *refusal.reasons]
        except DomainError as refusal:
            form.password.errors = [*form.password.errors, *refusal.reasons]
        else:
            _go_on_with(token)
            flash("Your password is changed. You have been signed out everywhere else.", "success")
            return redirect(url_for("accounts.own"))
    return render_template("accounts/own_password.html", form=form)


def _go_on_with(token: str) -> None:
    """A new token, so that the old one is worth nothing to whoever may have it. The role in use stays."""
    found = find_session(token, clock.now())
    role = session.get("role")
    session.clear()
    if role is not None:
        session["role"] = role
    if found:
        login_user(SignedInUser(token, found))


@bp.post("/account/sessions/<int:session_id>/end")
@requires(Permission.SIGNED_IN)
def end_one(viewer: Viewer, session_id: int) -> ResponseReturnValue:
    """Sign out of another browser. Somebody else's session is as if it did not exist."""
    with transaction():
        end_own_session(current_user.account_id, session_id, now=clock.now())
    flash("That browser is signed out.", "success")
    return redirect(url_for("accounts.own"))


@bp.post("/account/sign-out-everywhere")
@requires(Permission.SIGNED_IN)
def sign_out_everywhere(viewer: Viewer) -> ResponseReturnValue:
    with transaction():
        end_sessions_of(current_user.account_id, now=clock.now())
    return leave("You have signed out in every browser.")
