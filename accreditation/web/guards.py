"""The guard at every door: deny unless declared. A view says what it needs; `create_app` refuses one that does not."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Flask, abort, current_app, g, has_request_context, request
from flask_login import current_user
from werkzeug.exceptions import Forbidden

from accreditation.core import audit
from accreditation.core.permissions import Permission

View = Callable[..., Any]


@dataclass(frozen=True)
class Policy:
    permission: Permission
    scoped: bool


def requires(permission: Permission, *, scoped: bool = False) -> Callable[[View], View]:
    """The view's first argument becomes the viewer, holding only the grants that carry this permission.

    Nobody signed in: to the sign-in page. No such grant: 403. `scoped`: the view shows one object, and must ask a
    query that limits it to the viewer (`scope_asked`); the tests fail for one that never did.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(**arguments: Any) -> Any:
            viewer = current_user.viewer  # accounts gives every user one, nobody-in-particular too
            if permission is not Permission.PUBLIC:
                if not current_user.is_authenticated:
                    return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
                if permission is not Permission.SIGNED_IN:
                    viewer = viewer.limited_to(permission)
                    if not viewer.grants:
                        current_app.logger.warning(
                            "refused: person %s, %s %s", viewer.person_id, request.method, request.endpoint
                        )
                        abort(403)
            with audit.acting_as(viewer.person_id or None, "web"):
                return view(viewer, **arguments)

        guarded.policy = Policy(permission, scoped)  # type: ignore[attr-defined]
        return guarded

    return declare


def scope_asked() -> None:
    """Leaves a mark that this request limited what it fetched to its viewer."""
    if has_request_context():
        g.scope_asked = True


def policy_of(app: Flask, endpoint: str) -> Policy | None:
    return getattr(app.view_functions.get(endpoint), "policy", None)


class UndeclaredRoute(Exception):
    """A route that says nothing about who may come."""


def refuse_undeclared_routes(app: Flask) -> None:
    """Called last by create_app. Raises UndeclaredRoute; an unknown or undeclared endpoint answers nobody."""
    undeclared = sorted(
        {
            rule.endpoint
            for rule in app.url_map.iter_rules()
            if rule.endpoint != "static" and policy_of(app, rule.endpoint) is None
        }
    )
    if undeclared:
        raise UndeclaredRoute(f"no permission is declared for: {', '.join(undeclared)}")

    @app.before_request
    def deny_undeclared() -> None:
        if request.endpoint not in (None, "static") and policy_of(app, str(request.endpoint)) is None:
            abort(403)

    @app.after_request
    def notice_unasked_scope(response: Any) -> Any:
        policy = policy_of(app, request.endpoint) if request.endpoint else None
        if policy and policy.scoped and response.status_code < 300 and not g.get("scope_asked"):
            app.logger.error("%s is object-scoped and never asked whose the object is", request.endpoint)
            if app.testing:
                raise AssertionError(f"{request.endpoint} is object-scoped and never asked whose the object is")
            return app.make_response(app.handle_user_exception(Forbidden()))  # abort() would answer 500 from here
        return response
