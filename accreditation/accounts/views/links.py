"""What a link from a letter opens, and asking for one. Opening it changes nothing; only sending its form does."""

import logging

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.accounts.forms import ChoosePasswordForm, FirstAdministratorForm, ForgottenPasswordForm
from accreditation.accounts.models import INVITATION, PASSWORD_RESET, AccountLink
from accreditation.accounts.rules.limits import LETTERS_PER_ACCOUNT, LETTERS_PER_ADDRESS
from accreditation.accounts.services.accounts import (
    RefusedPassword,
    ask_for_new_password,
    begin_first_account,
    choose_password,
)
from accreditation.accounts.services.links import SpentLink, find_link
from accreditation.accounts.views.blueprint import bp
from accreditation.accounts.views.signing_in import fingerprint
from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.core.throttle import may_try, network_of
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires

log = logging.getLogger(__name__)


@bp.route("/forgotten-password", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def forgotten_password(viewer: Viewer) -> ResponseReturnValue:
    """The answer is the same whether or not there is such an account."""
    form = ForgottenPasswordForm()
    if form.validate_on_submit():
        email, now = form.email.data or "", clock.now()
        by_address = f"letter:address:{network_of(request.remote_addr)}"
        with transaction():
            if not may_try(by_address, LETTERS_PER_ADDRESS, now=now):
                log.warning("letters throttled: from %s", request.remote_addr)
                form.form_errors.append("Too many letters were asked for. Wait five minutes, then try again.")
            elif may_try(f"letter:account:{fingerprint(email)}", LETTERS_PER_ACCOUNT, now=now):
                ask_for_new_password(email, now=now)
        if form.form_errors:
            return render_template("accounts/forgotten_password.html", form=form), 429
        return redirect(url_for("accounts.letter_on_its_way"))
    return render_template("accounts/forgotten_password.html", form=form)


@bp.get("/forgotten-password/sent")
@requires(Permission.PUBLIC)
def letter_on_its_way(viewer: Viewer) -> ResponseReturnValue:
    return render_template("accounts/letter_on_its_way.html")


@bp.route("/new-password/<token>", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def new_password(viewer: Viewer, token: str) -> ResponseReturnValue:
    return _choose(token, PASSWORD_RESET)


@bp.route("/invitation/<token>", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def invitation(viewer: Viewer, token: str) -> ResponseReturnValue:
    return _choose(token, INVITATION)


def _choose(token: str, purpose: str) -> ResponseReturnValue:
    try:
        link = find_link(token, purpose, now=clock.now())
        if link.account.is_provisional:
            return _begin(token)
        form = ChoosePasswordForm()
        if form.validate_on_submit():
            try:
                with transaction():
                    choose_password(token, purpose, form.password.data or "", now=clock.now())
            except SpentLink:
                raise
            except DomainError as refusal:
                form.password.errors = [*form.password.errors, *refusal.reasons]
                link = find_link(token, purpose, now=clock.now())
            else:
                flash("Your password is saved. Sign in with it.", "success")
                return redirect(url_for("accounts.sign_in"))
        return _page(form, link)
    except SpentLink:
        log.warning("spent link opened: %s, from %s", purpose, request.remote_addr)
        return render_template("accounts/spent_link.html", purpose=purpose), 410


def _page(form: ChoosePasswordForm, link: AccountLink) -> ResponseReturnValue:
    template = f"accounts/{'invitation' if link.purpose == INVITATION else 'new_password'}.html"
    return render_template(template, form=form, name=link.account.person.name, email=link.account.email)


def _begin(token: str) -> ResponseReturnValue:
    """The invitation of a new installation, which asks its holder who they are as well."""
    form = FirstAdministratorForm()
    if form.validate_on_submit():
        try:
            with transaction():
                begin_first_account(
                    token,
                    form.password.data or "",
                    given_name=form.given_name.data or "",
                    family_name=form.family_name.data or "",
                    email=form.email.data or "",
                    now=clock.now(),
                )
        except SpentLink:
            raise
        except RefusedPassword as refusal:
            form.password.errors = [*form.password.errors, *refusal.reasons]
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash("Your account is ready. Sign in with it.", "success")
            return redirect(url_for("accounts.sign_in"))
    return render_template("accounts/first_administrator.html", form=form)
