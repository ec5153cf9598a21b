"""The words of reminders: read, previewed, tried out on oneself, changed, and taken back."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from scheduler.forms.wordings import WordingForm
from scheduler.rules.usual_words import Words
from scheduler.rules.wordings import (
    CALLED,
    MEANING,
    PLACES,
    changes_between,
    fill,
    places_of,
    reasons_by_part,
)
from scheduler.services.previewing import preview_of
from scheduler.services.wordings import (
    current_wording,
    is_usual,
    said_of,
    save_words,
    send_test,
    usual_words,
    wordings_of,
    words_to_start_from,
    write_wording,
)
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
    """One letter: its words, what was changed in them, and how it looks with somebody invented or real."""
    if letter not in PLACES:
        abort(404)
    now, began = current_wording(letter), request.args.get("version", "")
    start = words_to_start_from(letter, int(began) if began.isdecimal() and len(began) < 9 else None)
    form = WordingForm(data={"subject": start.subject, "body": start.body, "after": str(now.number if now else 0)})
    seen = preview_of(letter, None, viewer, on=clock.today())
    if form.validate_on_submit():
        start = Words(form.subject.data or "", form.body.data or "")
        wrong = reasons_by_part(letter, *start)
        form.subject.errors, form.body.errors = wrong["subject"], wrong["body"]
        try:
            seen = preview_of(letter, form.who.data, viewer, on=clock.today())
        except DomainError as refusal:
            form.who.errors = refusal.reasons
        if not any(wrong.values()) and form.save.data:
            try:
                with transaction():
                    said = save_words(letter, start, after=form.after.data or "", written_by=viewer.person_id)
            except DomainError as refusal:
                form.form_errors.extend(refusal.reasons)
            else:
                flash(said, "success")
                return redirect(url_for("scheduler.wording", letter=letter))
    usual, filled = usual_words(letter), said_of(letter, seen.facts)
    return render_template(
        "scheduler/wording.html",
        form=form,
        letter=letter,
        called=CALLED[letter],
        places=[(name, MEANING[name]) for name in places_of(letter)],
        subject=fill(start.subject, filled),
        body=fill(start.body, filled),
        seen=seen,
        number=now.number if now else 0,
        own=bool(now and now.subject),
        began=began,
        changed=start != usual and not is_usual(letter, *start),
        changes={
            "Subject": changes_between(usual.subject, start.subject),
            "Text": changes_between(usual.body, start.body),
        },
        versions=wordings_of(letter),
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
        flash("A test of the words in force is on its way to you. What comes of it is told here.", "success")
        return redirect(url_for("scheduler.letter", letter_id=letter_id))
    with transaction():
        newest = current_wording(letter)
        write_wording(letter, None, None, after=newest.number if newest else 0, written_by=viewer.person_id)
    flash("The letter has its usual words again. Yours are kept below, and can be taken up again.", "success")
    return redirect(url_for("scheduler.wording", letter=letter))
