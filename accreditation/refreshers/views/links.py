"""What the link opens in a letter about a day that was moved, or about a seat that a plan has kept.

Opening it changes nothing; only one of its buttons does.

Scanners of mail follow links, and nobody is signed in here: the token is all that counts.
"""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from accreditation.core import audit, clock
from accreditation.core.database import transaction
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.refreshers.forms import ConfirmForm
from accreditation.refreshers.services.links import DeadLink, answer_by_link, find_asked
from accreditation.refreshers.views.blueprint import bp
from accreditation.web.guards import requires

ANSWERS = {"come": True, "give-back": False}


@bp.route("/refreshers/answer/<token>", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def answer_by_letter(viewer: Viewer, token: str) -> ResponseReturnValue:
    """The day as it was and as it is now, and two buttons."""
    form = ConfirmForm()
    answer = ANSWERS.get(request.form.get("answer", ""))
    try:
        booking = find_asked(token, on=clock.today())
        day = booking.day
        if form.validate_on_submit() and answer is not None:
            with audit.acting_as(None, "link"), transaction():
                answered = answer_by_link(token, comes=answer, on=clock.today(), at=clock.now())
            return render_template("refreshers/answered.html", comes=answer, day=answered.day)
    except DeadLink:
        return render_template("refreshers/dead_link.html"), 410
    return render_template("refreshers/answer.html", form=form, booking=booking, day=day)
