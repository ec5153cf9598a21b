"""A manager's own weekly digest: when it comes, what it brings in place of letters, and what it would say today."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from scheduler.forms.digest import DigestForm
from scheduler.queries.digest import figures_for, waiting_items
from scheduler.queries.ends import ladders
from scheduler.queries.hours import sending_hours, weekly_time
from scheduler.queries.why import SUBJECT_WORDS
from scheduler.rules.weekly import WEEKDAYS, is_followed, next_weekly
from scheduler.services.digests import AUDIENCE, choose_digest
from scheduler.services.weekly import digests_of, kept_for_digest
from scheduler.views.blueprint import bp


@bp.route("/reminders/digest", methods=["GET", "POST"])
@requires(Permission.VIEW_ATTENTION)
def own_digest(viewer: Viewer) -> ResponseReturnValue:
    """Never, when needed or every week; and which letters come in it."""
    me, now = viewer.person_id, clock.now()
    subjects = subjects_in_parts()
    chosen = kept_for_digest([me]).get(me, set())
    form = DigestForm(
        subjects=[(code, SUBJECT_WORDS[code]) for code in subjects],
        digest=digests_of([me])[me],
        chosen=sorted(chosen),
    )
    if form.validate_on_submit():
        with transaction():
            choose_digest(me, form.digest.data, form.subjects.data or [], now=now)
        flash("Saved.", "success")
        return redirect(url_for("scheduler.own_digest"))
    when = weekly_time()
    _, moment = next_weekly(now, when, sending_hours())
    return render_template(
        "scheduler/own_digest.html",
        form=form,
        weekday=WEEKDAYS[when.weekday],
        moment=moment,
        figures=figures_for(viewer.limited_to(Permission.VIEW_ATTENTION), clock.today(), now),
        waiting=len(waiting_items([me])),
    )


def subjects_in_parts() -> list[str]:
    """The subjects of which managers are told more than once, so that all but the last word can wait for the digest."""
    return [
        ladder.subject
        for ladder in ladders()
        if ladder.audience == AUDIENCE and any(is_followed(stage, ladder.stages) for stage in ladder.stages)
    ]
