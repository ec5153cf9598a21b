"""One's dates in one's own calendar: the page on which addresses are made and ended, and the door they lead to."""

import logging
from dataclasses import dataclass, field

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import TooManyRequests

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import NotFound
from accreditation.core.ics import feed as calendar_file
from accreditation.core.permissions import Permission
from accreditation.core.settings import get_setting
from accreditation.core.throttle import TRY_WINDOW, may_try, network_of
from accreditation.people.forms import FeedForm
from accreditation.people.models import CalendarFeed, Feed
from accreditation.people.queries import entries_of, feeds_in_use, find_feed, sources_for, viewer_of
from accreditation.people.queries.calendars import Source
from accreditation.people.rules import Viewer
from accreditation.people.services import choose_shown, make_feed, note_read, stop_feed
from accreditation.people.views.blueprint import bp
from accreditation.web.guards import requires

log = logging.getLogger(__name__)

READS_EACH_FEED = 60
"""How often one address is answered in any TRY_WINDOW. A calendar asks every few minutes at most."""
WRONG_EACH_NETWORK = 50
"""Addresses that are none of ours, asked from one network in any TRY_WINDOW, before it is told to wait."""

TITLES = {Feed.OWN: "Your own dates", Feed.SERVICE: "Days and sessions you run"}


@dataclass
class Part:
    """One feed as the page shows it; `address` only in the answer to the request that made it."""

    feed: Feed
    title: str
    sources: list[Source]
    in_use: CalendarFeed | None
    form: FeedForm
    address: str | None = field(default=None, repr=False)


def _parts() -> list[Part]:
    """What this account is offered, whichever of its roles is in use at the moment."""
    whole, in_use = viewer_of(current_user.person_id, clock.today()), feeds_in_use(current_user.person_id)
    parts = []
    for feed, title in TITLES.items():
        sources, made = sources_for(whole, feed), in_use.get(feed)
        if sources or made:
            extra = [(one.code, one.label) for one in sources if one.on_request]
            form = FeedForm(feed=feed.value, extra=extra, also=sorted(made.asked_for) if made else [])
            parts.append(Part(feed, title, sources, made, form))
    return parts


def _asked_part() -> Part:
    """The feed that a form is about. Raises NotFound for one that this account is not offered."""
    found = next((part for part in _parts() if part.feed.value == request.form.get("feed")), None)
    if found is None or not found.form.validate_on_submit():
        raise NotFound("There is no such calendar for you.")
    return found


@bp.get("/calendar")
@requires(Permission.SIGNED_IN)
def calendar(viewer: Viewer) -> ResponseReturnValue:
    return render_template("people/calendar.html", parts=_parts(), now=clock.now())


@bp.post("/calendar/address")
@requires(Permission.SIGNED_IN)
def new_calendar_address(viewer: Viewer) -> ResponseReturnValue:
    """Shown in this answer and never again; the address before it stops working."""
    asked = _asked_part()
    if not asked.sources:
        raise NotFound("There is no such calendar for you.")
    with transaction():
        token = make_feed(current_user.person_id, asked.feed, also=asked.form.also.data or (), at=clock.now())
    parts = _parts()
    for part in parts:
        if part.feed is asked.feed:
            part.address = f"{current_app.config['BASE_URL']}{url_for('people.read_calendar', token=token)}"
    return render_template("people/calendar.html", parts=parts, now=clock.now(), made=True)


@bp.post("/calendar/shown")
@requires(Permission.SIGNED_IN)
def calendar_shown(viewer: Viewer) -> ResponseReturnValue:
    asked = _asked_part()
    with transaction():
        choose_shown(current_user.person_id, asked.feed, asked.form.also.data or ())
    flash("Saved. Your calendar shows it when it next asks, which can take some hours.", "success")
    return redirect(url_for("people.calendar"))


@bp.post("/calendar/stop")
@requires(Permission.SIGNED_IN)
def stop_calendar(viewer: Viewer) -> ResponseReturnValue:
    asked = _asked_part()
    with transaction():
        stopped = stop_feed(current_user.person_id, asked.feed, at=clock.now())
    if stopped:
        flash("Stopped. Nobody can read these dates at that address any more.", "success")
    return redirect(url_for("people.calendar"))


@bp.get("/calendar/<token>.ics")
@requires(Permission.PUBLIC)
def read_calendar(viewer: Viewer, token: str) -> ResponseReturnValue:
    """For calendars, which cannot sign in: the address is the key. What may be told is asked anew at every read."""
    now, today = clock.now(), clock.today()
    found = find_feed(token)
    if found is None:
        with transaction():
            allowed = may_try(f"calendar:wrong:{network_of(request.remote_addr)}", WRONG_EACH_NETWORK, now=now)
        if not allowed:
            log.warning("calendar addresses throttled from %s", request.remote_addr)
            raise TooManyRequests(retry_after=int(TRY_WINDOW.total_seconds()))
        raise NotFound("There is no calendar at this address.")
    feed_id, name = found.id, _called(Feed(found.feed))
    with transaction():
        allowed = may_try(f"calendar:feed:{feed_id}", READS_EACH_FEED, now=now)
        if allowed:
            note_read(feed_id, at=now)
    if not allowed:
        log.warning("calendar feed %s throttled", feed_id)
        raise TooManyRequests(retry_after=int(TRY_WINDOW.total_seconds()))
    found = find_feed(token)
    entries = entries_of(found, today) if found else None
    if entries is None:
        gone = "This calendar address has been ended.\n"
        return Response(gone, 410, mimetype="text/plain", headers={"Cache-Control": "private, no-store"})
    return Response(
        calendar_file(entries, name=name, at=now),
        content_type="text/calendar; charset=utf-8",
        headers={
            "Cache-Control": "private, max-age=0, must-revalidate",
            "Content-Disposition": 'inline; filename="register.ics"',
            "X-Robots-Tag": "noindex",
        },
    )


def _called(feed: Feed) -> str:
    whose = "my dates" if feed is Feed.OWN else "days and sessions"
    return f"{get_setting('service_name')}: {whose}"
