"""What a visitor sees when a request is refused or fails: what happened, and a way back. Never a code or a name."""

from dataclasses import dataclass

from flask import Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, SecurityError

from accreditation.core.errors import Conflict, DomainError, NotAllowed, NotFound
from accreditation.web.paging import DamagedPlace


@dataclass(frozen=True)
class Words:
    title: str
    text: str


WORDS = {
    400: Words("That could not be read", "The address or the form was not complete. Go back, and try again."),
    403: Words(
        "You may not open this page",
        "It needs a role that you do not have, or that you are not using at the moment. "
        "If you have several roles, choose another under “Working as”.",
    ),
    404: Words(
        "There is no such page",
        "If you typed the address, check it. If you followed a link, what it leads to may have been moved, "
        "or may not be yours to see.",
    ),
    405: Words(
        "That cannot be done here", "The page was asked for something it does not do. Go back, and use its buttons."
    ),
    409: Words("Somebody else was quicker", "What you were changing has changed in the meantime. Open it again."),
    413: Words(
        "The file is too large",
        "It is larger than this service reads. Delete pictures and sheets that are not needed, or split it in two.",
    ),
    415: Words("That kind of content is not read here", "Go back, and use the form on the page."),
    429: Words("Too many tries", "Wait a few minutes, then try again. Nothing has been lost."),
    500: Words(
        "Something went wrong on our side",
        "It has been noted. What you were doing was not saved; go back and try again in a moment.",
    ),
    503: Words("The register is resting", "It cannot be reached at the moment. Try again in a few minutes."),
}


def show_refusals(app: Flask) -> None:
    """Hook up the pages. A refusal of the domain becomes the status that fits, with its own sentences."""
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(CSRFError, form_too_old)
    app.register_error_handler(DomainError, refused_by_the_domain)
    app.register_error_handler(OperationalError, out_of_reach)
    app.register_error_handler(Exception, failed)


def refused(error: HTTPException) -> ResponseReturnValue:
    """The page of an HTTP error; a redirect and whatever brings its own response pass through."""
    if error.response is not None or (error.code or 500) < 400:
        return error.get_response()
    if isinstance(error, SecurityError):  # a host that is not ours: there is nothing to make the page's links from
        return "This address is not one of this register's.\n", 400, {"Content-Type": "text/plain; charset=utf-8"}
    status = error.code if error.code in WORDS else 400 if (error.code or 500) < 500 else 500
    response = _page(status, code=error.code or 500)
    headers = dict(error.get_headers())
    if allow := headers.get("Allow"):
        response[2]["Allow"] = allow
    if wait := headers.get("Retry-After"):
        response[2]["Retry-After"] = wait
    return response


def form_too_old(error: CSRFError) -> ResponseReturnValue:
    """The form belongs to a session that has ended, or did not come from our page."""
    words = Words(
        "That form is no longer valid",
        "You were signed out since the page was opened, or it was open in another window too. "
        "Go back, copy what you typed, load the page again and send it from there.",
    )
    return _page(400, words=words)


def refused_by_the_domain(refusal: DomainError) -> ResponseReturnValue:
    """A refusal that no view put onto a form."""
    text = " ".join(refusal.reasons)
    if isinstance(refusal, NotFound):
        return _page(404, words=Words(WORDS[404].title, f"{text} {WORDS[404].text}"))
    if isinstance(refusal, NotAllowed):
        return _page(403, words=Words("You may not do that", text))
    if isinstance(refusal, Conflict):
        return _page(409, words=Words(WORDS[409].title, text))
    return _page(400 if isinstance(refusal, DamagedPlace) else 422, words=Words("That cannot be done", text))


def out_of_reach(error: OperationalError) -> ResponseReturnValue:
    """The database did not answer in time: somebody is writing something long, or it is being restarted."""
    current_app.logger.error("%s %s: the database did not answer: %s", request.method, request.path, error.orig)
    text, status, headers = _page(503)
    return text, status, {**headers, "Retry-After": "10"}


def failed(error: Exception) -> ResponseReturnValue:
    """A bug, or the database out of reach. It is logged with its traceback, and the page needs neither of them."""
    current_app.logger.exception("%s %s failed", request.method, request.path)
    if current_app.testing and current_app.config["PROPAGATE_EXCEPTIONS"] is not False:
        raise error
    return _page(500)


def _page(status: int, *, words: Words | None = None, code: int | None = None) -> tuple[str, int, dict[str, str]]:
    words = words or WORDS[status]
    if status >= 500:
        # Without the context of a signed-in page: its queries may be what failed.
        text = current_app.jinja_env.get_template("errors/bare.html").render(words=words)
    else:
        special = f"errors/{status}.html"
        template = special if status in (403, 404) else "errors/refused.html"
        text = render_template(template, words=words)
    return text, code or status, {"Content-Type": "text/html; charset=utf-8"}
