"""For administrators: who has an account, with which roles; inviting, disabling, and sending links again."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.accounts.forms import InviteForm, RoleForm
from accreditation.accounts.queries.accounts import STATES, accounts_page, get_account, grants_by_person
from accreditation.accounts.queries.sessions import open_sessions_of
from accreditation.accounts.rules.reaches import OWN, reach_value, scope_of
from accreditation.accounts.services.accounts import disable_account, enable_account, send_password_reset
from accreditation.accounts.services.inviting import invite_colleague
from accreditation.accounts.services.roles import give_role, take_role
from accreditation.accounts.services.sessions import end_sessions_of
from accreditation.accounts.views.blueprint import bp
from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission, Role, Scope
from accreditation.people.queries import providers, units
from accreditation.people.rules import Viewer
from accreditation.web.filters import Filter, read_filters
from accreditation.web.guards import requires

ROLES = [(role.value, role.label) for role in Role]
ACCOUNT_STATES = [(state, state.capitalize()) for state in STATES]


def reaches() -> list[tuple[str, str]]:
    """What a role can be given for."""
    return [
        (reach_value(Scope.SERVICE), "The whole service"),
        (OWN, "Their own record"),
        *((reach_value(Scope.UNIT, unit.id), f"Unit: {unit.name}") for unit in units()),
        *((reach_value(Scope.PROVIDER, one.id), f"Training provider: {one.name}") for one in providers()),
    ]


@bp.get("/accounts")
@requires(Permission.MANAGE_ACCOUNTS)
def accounts(viewer: Viewer) -> ResponseReturnValue:
    offered = [
        Filter("q", lambda words: f"“{words}”"),
        Filter("role", lambda role: Role(role).label, ROLES),
        Filter("state", str.capitalize, ACCOUNT_STATES),
    ]
    filters = read_filters(request.args, offered, path=url_for("accounts.accounts"))
    page = accounts_page(
        viewer,
        on=clock.today(),
        role=filters.get("role"),
        state=filters.get("state"),
        words=filters.get("q"),
        place=request.args.get("place"),
        address=lambda place: filters.url(place=place),
    )
    return render_template("accounts/accounts.html", page=page, filters=filters, roles=ROLES, states=ACCOUNT_STATES)


@bp.route("/accounts/invite", methods=["GET", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
def invite_to_account(viewer: Viewer) -> ResponseReturnValue:
    form = InviteForm(roles=ROLES, reaches=reaches())
    if form.validate_on_submit():
        try:
            with transaction():
                account = invite_colleague(
                    form.address,
                    Role(form.role.data),
                    form.reach.data,
                    reference=form.reference.data or None,
                    given_name=form.given_name.data or "",
                    family_name=form.family_name.data or "",
                    now=clock.now(),
                    on=clock.today(),
                    invited_by=viewer.person_id,
                )
                account_id = account.id
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash(f"An invitation is on its way to {form.address}.", "success")
            return redirect(url_for("accounts.account", account_id=account_id))
    return render_template("accounts/invite.html", form=form)


@bp.route("/accounts/<int:account_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_ACCOUNTS, scoped=True)
def account(viewer: Viewer, account_id: int) -> ResponseReturnValue:
    """One account, and the form that gives its owner a further role."""
    found, today = get_account(account_id, viewer), clock.today()
    form = RoleForm(roles=ROLES, reaches=reaches())
    if form.validate_on_submit():
        try:
            with transaction():
                scope, scope_id = scope_of(form.reach.data, found.person_id)
                give_role(found.person_id, Role(form.role.data), scope, scope_id, on=today, granted_by=viewer.person_id)
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            flash(f"{found.person.name} is {Role(form.role.data).label.lower()} from now on.", "success")
            return redirect(url_for("accounts.account", account_id=account_id))
    return render_template(
        "accounts/account.html",
        form=form,
        account=found,
        is_own=found.person.counted.id == viewer.person_id,
        grants=grants_by_person([found.person_id], today, past=True).get(found.person_id, []),
        today=today,
        sessions=len(open_sessions_of(account_id, clock.now())),
    )


@bp.post("/accounts/<int:account_id>/roles/<int:grant_id>/end")
@requires(Permission.MANAGE_ACCOUNTS, scoped=True)
def end_role(viewer: Viewer, account_id: int, grant_id: int) -> ResponseReturnValue:
    person_id = get_account(account_id, viewer).person_id
    return _do(account_id, lambda: take_role(person_id, grant_id, on=clock.today()), "The role has ended.")


@bp.post("/accounts/<int:account_id>/disable")
@requires(Permission.MANAGE_ACCOUNTS, scoped=True)
def disable(viewer: Viewer, account_id: int) -> ResponseReturnValue:
    get_account(account_id, viewer)
    return _do(
        account_id,
        lambda: disable_account(account_id, now=clock.now(), on=clock.today()),
        "The account is disabled. Whoever was signed in with it is out.",
    )


@bp.post("/accounts/<int:account_id>/enable")
@requires(Permission.MANAGE_ACCOUNTS, scoped=True)
def enable(viewer: Viewer, account_id: int) -> ResponseReturnValue:
    get_account(account_id, viewer)
    return _do(account_id, lambda: enable_account(account_id), "The account is enabled, with the password it had.")


@bp.post("/accounts/<int:account_id>/send-link")
@requires(Permission.MANAGE_ACCOUNTS, scoped=True)
def send_link(viewer: Viewer, account_id: int) -> ResponseReturnValue:
    """The invitation again, or a link to choose a new password. An administrator never sees or chooses one."""
    email = get_account(account_id, viewer).email
    return _do(
        account_id, lambda: send_password_reset(account_id, now=clock.now()), f"A link is on its way to {email}."
    )


@bp.post("/accounts/<int:account_id>/sign-out")
@requires(Permission.MANAGE_ACCOUNTS, scoped=True)
def end_sessions(viewer: Viewer, account_id: int) -> ResponseReturnValue:
    get_account(account_id, viewer)
    return _do(account_id, lambda: end_sessions_of(account_id, now=clock.now()), "They are signed out everywhere.")


def _do(account_id: int, act: Callable[[], object], done: str) -> ResponseReturnValue:
    """One act on an account, and back to its page with what came of it."""
    try:
        with transaction():
            act()
    except DomainError as refusal:
        for reason in refusal.reasons:
            flash(reason, "warning")
    else:
        flash(done, "success")
    return redirect(url_for("accounts.account", account_id=account_id))
