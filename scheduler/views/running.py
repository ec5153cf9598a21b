"""Whether it runs: for machines that ask (/healthz, /readyz), and in words for those who look after it (/status)."""

import platform
from importlib.metadata import PackageNotFoundError, version

from flask import Response, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from accreditation.core import clock
from accreditation.core.database import db
from accreditation.core.health import examine
from accreditation.core.migrate import schema_is_current
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.web.filters import Filter, read_filters
from accreditation.web.guards import requires
from scheduler.queries.letters import backlog, states_of_all
from scheduler.queries.why import STATES
from scheduler.services.marks import find_mark
from scheduler.views.blueprint import bp

SHOW = (("odd", "What deserves a look"),)
PACKAGES = ("accreditation", "flask", "sqlalchemy", "apscheduler", "waitress", "openpyxl")


@bp.get("/healthz")
@requires(Permission.PUBLIC)
def healthz(viewer: Viewer) -> ResponseReturnValue:
    """The process answers."""
    return _plain({"status": "ok"})


@bp.get("/readyz")
@requires(Permission.PUBLIC)
def readyz(viewer: Viewer) -> ResponseReturnValue:
    """The database is reached and its schema is up to date; 503 with the reason if not."""
    try:
        db.session.execute(text("SELECT 1"))
        current = schema_is_current()
    except SQLAlchemyError:
        current_app.logger.exception("the database cannot be reached")
        return _plain({"status": "database out of reach"}, 503)
    return _plain({"status": "ok"}) if current else _plain({"status": "migrations missing"}, 503)


@bp.get("/status")
@requires(Permission.VIEW_STATUS)
def status(viewer: Viewer) -> ResponseReturnValue:
    """Everything an operator looks at first."""
    findings = examine()
    filters = read_filters(request.args, [Filter("show", lambda value: dict(SHOW)[value], SHOW)], path="/status")
    return render_template(
        "scheduler/status.html",
        findings=findings,
        shown=[one for one in findings if one.state != "ok" or not filters.get("show")],
        filters=filters,
        tick=find_mark("tick"),
        delivery=find_mark("delivery"),
        backlog=backlog(clock.now()),
        letters=states_of_all(),
        states=STATES,
        versions=[(name, _version(name)) for name in PACKAGES] + [("Python", platform.python_version())],
    )


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _plain(answer: dict[str, str], code: int = 200) -> Response:
    response = jsonify(answer)
    response.status_code = code
    response.headers["Cache-Control"] = "no-store"
    return response
