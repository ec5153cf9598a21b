"""What the desk adds to every page: the role in use, and the masthead."""

from typing import Any

from flask import Flask, current_app, g, request, session, url_for
from flask_login import current_user

from accreditation.core import clock
from accreditation.desk.queries import digest as digest  # importing it has registered what managers are told weekly
from accreditation.desk.queries import suggesting as suggesting  # importing it has registered what it suggests
from accreditation.desk.rules.places import SEARCHED, in_role, places_for
from accreditation.desk.rules.sentences import date_in, shortly, without_date
from accreditation.people.rules import Viewer
from accreditation.web.places import SignedIn

EVERY_ROLE = ""
"""The choice of working with all roles at once, each still within its own scope."""


def init_app(app: Flask) -> None:
    app.before_request(use_chosen_role)
    app.context_processor(masthead)
    app.jinja_env.filters.update(without_date=without_date, date_in=date_in, shortly=shortly)


def open_paths() -> frozenset[str]:
    """The addresses that this installation has, so that the navigation offers no other. Worked out once."""
    known: frozenset[str] | None = current_app.extensions.get("desk_paths")
    if known is None:
        rules = [
            rule for rule in current_app.url_map.iter_rules() if not rule.arguments and "GET" in (rule.methods or ())
        ]
        known = current_app.extensions["desk_paths"] = frozenset(rule.rule.rstrip("/") or "/" for rule in rules)
    return known


def use_chosen_role() -> None:
    """For somebody with several roles who chose one: everything in this request is asked with its grants alone."""
    if request.endpoint in (None, "static") or "_user_id" not in session or not current_user.is_authenticated:
        return
    whole: Viewer = current_user.viewer
    g.every_role = whole.roles
    if len(whole.roles) > 1 and session.get("role"):
        current_user.viewer = in_role(whole, session["role"])


def masthead() -> dict[str, Any]:
    """What base.html shows of who is signed in and where they can go. Nothing for anybody else."""
    if not getattr(current_user, "is_authenticated", False):
        return {"signed_in": None, "navigation": [], "more_places": []}
    viewer: Viewer = current_user.viewer
    every_role = g.get("every_role", viewer.roles)
    roles = [(role.value, role.label) for role in every_role]
    role = viewer.roles[0].value if len(viewer.roles) == 1 else EVERY_ROLE
    if len(roles) > 1:
        roles.append((EVERY_ROLE, "All my roles"))
    paths = open_paths()
    signed_in = SignedIn(
        name=current_user.name,
        home_url=url_for("desk.home"),
        sign_out_url=url_for("accounts.sign_out"),
        roles=roles,
        role=role,
        role_url=url_for("desk.choose_role"),
        search_url=url_for("desk.search") if any(map(viewer.may_somewhere, SEARCHED)) else None,
        account_url="/account" if "/account" in paths else None,
    )
    navigation, more_places = places_for(viewer, request.path, paths)
    return {
        "signed_in": signed_in,
        "navigation": navigation,
        "more_places": more_places,
        "printed_at": clock.now(),
    }
