"""The words of reminders: read, previewed, tried out on oneself, changed, and taken back."""

from flask import abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.core.settings import get_setting
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from scheduler.forms.wordings import WordingForm
from scheduler.rules.wordings import CALLED, FOLDER, MEANING, PLACES, fill, places_of, reasons_by_part
from scheduler.services.composing import words_of
from scheduler.services.wordings import current_wording, said_of, sample_facts, send_test, write_wording
from scheduler.views.blueprint import bp


@bp.get("/reminders/wordings")
@requires(Permission.MANAGE_REMINDERS)
def wordings(viewer: Viewer) -> ResponseReturnValue:
    """Every letter whose words can be changed."""
    found = [(letter, CALLED[letter], current_wording(letter)) for letter in PLACES]
    return render_template("scheduler/wordings.html", letters=found)


@bp.route("/reminders/wordings/<letter>", methods=["GET", "POST"])
@requires(Permission.MANAGE_REMINDERS)
def wording(viewer: Viewer, letter: str) -> ResponseReturnValue:
    """One letter: its words, and how it looks with somebody invented."""
    if letter not in PLACES:
        abort(404)
    now = current_wording(letter)
    facts = sample_facts(clock.today(), base_url=str(current_app.config["BASE_URL"])) | {
        "service_name": get_setting("service_name"), "service_phone": get_setting("service_phone"),
    }  # fmt: skip
    subject, body, number = words_of(f"{FOLDER}{letter}.txt", facts)
    form = WordingForm(
        data={
            "subject": now.subject if now and now.subject else "",
            "body": now.body if now and now.body else "",
            "after": str(now.number if now else 0),
        }
    )
    if form.validate_on_submit():
        typed = (form.subject.data or "", form.body.data or "")
        wrong = reasons_by_part(letter, *typed)
        form.subject.errors, form.body.errors = wrong["subject"], wrong["body"]
        if not any(wrong.values()) and form.save.data:
            try:
                with transaction():
                    after = int(shown) if (shown := form.after.data or "").isdecimal() else -1
                    write_wording(letter, *typed, after=after, written_by=viewer.person_id)
            except DomainError as refusal:
                form.form_errors.extend(refusal.reasons)
            else:
                flash("Saved. Every letter that is written from now on has these words.", "success")
                return redirect(url_for("scheduler.wording", letter=letter))
        said = said_of(letter, facts)
        subject, body = fill(typed[0], said), fill(typed[1], said)
    return render_template(
        "scheduler/wording.html",
        form=form,
        letter=letter,
        called=CALLED[letter],
        places=[(name, MEANING[name]) for name in places_of(letter)],
        subject=subject,
        body=body,
        number=number,
        own=bool(now and now.subject),
        after=now.number if now else 0,
    )


@bp.post("/reminders/wordings/<letter>/<decision>")
@requires(Permission.MANAGE_REMINDERS)
def decide_wording(viewer: Viewer, letter: str, decision: str) -> ResponseReturnValue:
    """Send oneself a test, or go back to the product's own words."""
    if letter not in PLACES or decision not in ("test", "usual"):
        abort(404)
    if decision == "test":
        with transaction():
            letter_id = send_test(letter, to=viewer.person_id)
        flash("A test is on its way to your own address.", "success")
        return redirect(url_for("scheduler.letter", letter_id=letter_id))
    with transaction():
        newest = current_wording(letter)
        write_wording(letter, None, None, after=newest.number if newest else 0, written_by=viewer.person_id)
    flash("The letter has its usual words again.", "success")
    return redirect(url_for("scheduler.wording", letter=letter))
