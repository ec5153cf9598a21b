"""The public form: anybody may apply, save and come back, and learns nothing of who is known already."""

import hashlib
import hmac
import re
import secrets
from datetime import timedelta

from flask import abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.core.throttle import may_try
from accreditation.people.queries import units
from accreditation.people.rules import Viewer
from accreditation.standing.queries import main_scheme_code
from accreditation.web.guards import requires
from cohorts.forms.applications import FORM_KEY, ApplicationForm, LinkForm, form_with
from cohorts.models import Application, Intake
from cohorts.queries.applications import find_application_by_form, sent_since
from cohorts.queries.intakes import find_intake_by_code, has_intakes, next_to_open, open_intakes, questions_of
from cohorts.rules import throttle
from cohorts.rules.throttle import EACH_ADDRESS, EACH_NETWORK, TOO_MANY
from cohorts.services.applying import Answers, refuse_if_closed, save_draft, send_link_again, submit_new
from cohorts.views.blueprint import bp


def unit_choices() -> list[tuple[str, str]]:
    return [(str(unit.id), unit.name) for unit in units()]


@bp.route("/apply", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def apply(viewer: Viewer) -> ResponseReturnValue:
    """The form itself in a service without intakes; else the intakes that are open, or the only one."""
    if not has_intakes():
        return fill_in(None)
    today = clock.today()
    found = open_intakes(today)
    if len(found) == 1:
        return redirect(url_for("cohorts.apply_to", intake=found[0].code))
    return render_template("cohorts/apply_choose.html", intakes=found, upcoming=next_to_open(today))


@bp.route("/apply/<intake>", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def apply_to(viewer: Viewer, intake: str) -> ResponseReturnValue:
    found = find_intake_by_code(intake)
    if found is None:
        abort(404)
    if request.method == "GET" and not found.is_open(clock.today()):
        return render_template("cohorts/apply_closed.html", intake=found, today=clock.today())
    return fill_in(found)


def fill_in(intake: Intake | None) -> ResponseReturnValue:
    """The form, the check of the answers, saving and sending: one address for all of it."""
    form = form_with(questions_of(intake.id) if intake else None)(
        units=unit_choices(), form_key=secrets.token_urlsafe(24)
    )
    step = request.form.get("step", "check")
    if request.method == "GET" or step == "change":
        form.errors.clear()
        return show_form(form, intake)
    intake_id, scheme = (intake.id, intake.scheme) if intake else (None, main_scheme_code())
    if not (form.validate_to_save() if step == "save" else form.validate()):
        return show_form(form, intake)
    try:
        if step not in ("save", "send"):
            refuse_if_closed(intake_id, clock.today())
            return render_template("cohorts/apply_check.html", form=form, intake=intake, draft=None)
        key, email = str(form.form_key.data), (form.email.data or "").lower()
        if find_application_by_form(key) is None and too_many(email):
            form.form_errors.append(TOO_MANY)
            return show_form(form, intake), 429
        with transaction():
            (save_draft if step == "save" else submit_new)(
                form_key=key,
                scheme=scheme,
                intake_id=intake_id,
                answers=answers_in(form),
                at=clock.now(),
                on=clock.today(),
                sent_from=network_mark(),
            )
    except DomainError as refusal:
        form.form_errors.extend(refusal.reasons)
        return show_form(form, intake)
    if step == "save":
        return redirect(url_for("cohorts.saved"))
    return redirect(url_for("cohorts.received", form_key=key))


def show_form(form: ApplicationForm, intake: Intake | None, draft: Application | None = None) -> str:
    return render_template("cohorts/apply.html", form=form, intake=intake, draft=draft)


def answers_in(form: ApplicationForm) -> Answers:
    """What a form that was validated says."""
    given = form.submission
    given.pop("form_key")
    return Answers(**given)


@bp.get("/apply/received/<form_key>")
@requires(Permission.PUBLIC)
def received(viewer: Viewer, form_key: str) -> ResponseReturnValue:
    application = find_application_by_form(form_key) if re.fullmatch(FORM_KEY, form_key) else None
    if application is None or application.submitted_at is None:
        abort(404)
    return render_template("cohorts/received.html", application=application)


@bp.get("/apply/saved")
@requires(Permission.PUBLIC)
def saved(viewer: Viewer) -> ResponseReturnValue:
    """In the same words for everybody: whether a letter goes, the mailbox tells."""
    return render_template("cohorts/apply_saved.html")


@bp.route("/apply/link", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def lost_link(viewer: Viewer) -> ResponseReturnValue:
    """The answer is the same whether or not anybody applied with that address."""
    form = LinkForm()
    if form.validate_on_submit():
        email, now, window = (form.email.data or "").lower(), clock.now(), throttle.LINK_WINDOW
        by_address = f"application-link:address:{_mark(f'asked for a link: {email}')}"
        with transaction():
            if not may_try(
                f"application-link:network:{network_mark()}", throttle.LINKS_EACH_NETWORK, now=now, window=window
            ):
                form.form_errors.append(throttle.TOO_MANY_LINKS)
            elif may_try(by_address, throttle.LINKS_EACH_ADDRESS, now=now, window=window):
                send_link_again(email, at=now)
        if form.form_errors:
            return render_template("cohorts/apply_link.html", form=form), 429
        return redirect(url_for("cohorts.link_sent"))
    return render_template("cohorts/apply_link.html", form=form)


@bp.get("/apply/sent")
@requires(Permission.PUBLIC)
def link_sent(viewer: Viewer) -> ResponseReturnValue:
    return render_template("cohorts/apply_link_sent.html")


def network_mark() -> str:
    """Where the request comes from, as a keyed hash: enough to count by, nothing to find anybody by."""
    return _mark(f"applied from {request.remote_addr}")


def _mark(text: str) -> str:
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]


def too_many(email: str) -> bool:
    now = clock.now()
    return (
        sent_since(now - timedelta(hours=1), sent_from=network_mark()) >= EACH_NETWORK
        or sent_since(now - timedelta(days=1), email=email) >= EACH_ADDRESS
    )
