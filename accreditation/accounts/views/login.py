"""Who is asking: the session token in the browser's cookie becomes a user, and the user a `Viewer`."""

from functools import cached_property

from flask import Flask, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import AnonymousUserMixin, LoginManager, UserMixin, current_user

from accreditation.accounts.queries.sessions import OpenSession, find_session
from accreditation.accounts.rules.limits import SEEN_EVERY
from accreditation.accounts.services.sessions import note_seen
from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.people.queries import viewer_of
from accreditation.people.rules import NOBODY, Viewer


class SignedInUser(UserMixin):
    """Somebody with an open session, for the length of one request. Plain values: it outlives every transaction."""

    def __init__(self, token: str, session: OpenSession) -> None:
        self._token = token
        self.session_id = session.id
        self.account_id = session.account_id
        self.person_id = session.person_id
        self.last_seen_at = session.last_seen_at
        self.name = session.name

    def get_id(self) -> str:
        """Not the account: what the browser's cookie carries is the session's token."""
        return self._token

    @cached_property
    def viewer(self) -> Viewer:
        """With the grants in force today, asked afresh for every request: a role that ends, ends at once."""
        return viewer_of(self.person_id, clock.today())


class Anybody(AnonymousUserMixin):
    viewer = NOBODY
    person_id = 0


login_manager = LoginManager()
login_manager.session_protection = None  # the session is the server's; a changed browser version is no theft
login_manager.anonymous_user = Anybody


@login_manager.user_loader
def load_user(token: str) -> SignedInUser | None:
    found = find_session(token, clock.now())
    return SignedInUser(token, found) if found else None


@login_manager.unauthorized_handler
def ask_to_sign_in() -> ResponseReturnValue:
    """To the sign-in page, and back afterwards to where a page was asked for (what was posted is not repeated)."""
    asked = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.sign_in", next=None if asked == "/" else asked))


def remember_request() -> None:
    """Before every request: push the idle limit of its session out, at most once a minute."""
    if request.endpoint == "static" or "_user_id" not in session or not current_user.is_authenticated:
        return
    now = clock.now()
    if now - current_user.last_seen_at >= SEEN_EVERY:
        with transaction():
            note_seen(current_user.session_id, now=now)


def init_login(app: Flask) -> None:
    login_manager.init_app(app)
    app.before_request(remember_request)
