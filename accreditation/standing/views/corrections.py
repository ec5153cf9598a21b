"""Putting a fact of the ledger right: what it would change is shown first, and afterwards what it changed."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.calendar import last_good_day
from accreditation.core.database import transaction
from accreditation.core.errors import Conflict, DomainError, NotAllowed
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.standing.forms.corrections import CorrectionForm
from accreditation.standing.models import Evidence
from accreditation.standing.queries.corrections import Correctable, get_correctable, origins_of, what_it_changed
from accreditation.standing.queries.effects import Effect, effects_of, facts_now, facts_without
from accreditation.standing.queries.overlays import requirement_labels
from accreditation.standing.rules.evidence import EVENT_KINDS, Fact
from accreditation.standing.rules.in_words import KIND_WORDS, code_words
from accreditation.standing.services.corrections import Rightly, correct_evidence
from accreditation.standing.services.overlays import refuse_own
from accreditation.standing.views.blueprint import bp
from accreditation.web.guards import requires
from accreditation.web.words import day


@bp.route("/corrections/<int:evidence_id>", methods=["GET", "POST"])
@requires(Permission.CORRECT_EVIDENCE, scoped=True)
def correct(viewer: Viewer, evidence_id: int) -> ResponseReturnValue:
    """The form, then the effect, then (`step` is "save") it is done; of a fact struck out, what that changed."""
    found = get_correctable(evidence_id, viewer)
    refuse_own(found.person.id, viewer.person_id)
    if found.struck is not None:
        return _what_it_changed(found, viewer)
    if found.owner:
        return _owned(found)
    form = CorrectionForm(found.fact)
    step = request.form.get("step", "show")
    if step != "change" and form.validate_on_submit():
        rightly = form.rightly
        try:
            if step == "save":
                with transaction():
                    correct_evidence(
                        evidence_id, reason=form.reason.data or "", rightly=rightly, corrected_by=viewer.person_id
                    )
                done = "put right" if rightly else "struck out"
                flash(f"The fact is {done}. What that changed stands below.", "success")
                return redirect(url_for("standing.correct", evidence_id=evidence_id))
            if rightly == Rightly(found.fact.starts_on, found.fact.ends_on, found.fact.quantity):
                raise DomainError("These are the days and the amount that are recorded. Change what is wrong.")
        except (NotAllowed, Conflict):
            raise
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
            found = get_correctable(evidence_id, viewer)
        else:
            return render_template(
                "standing/correction_preview.html",
                person=found.person,
                form=form,
                what=in_words(found.fact),
                days=days_in_words(found.fact),
                rightly=rightly_in_words(found.fact, rightly) if rightly else None,
                answers=form.answers,
                effects=_effects(found, rightly, viewer),
                today=clock.today(),
            )
    return render_template(
        "standing/correction.html",
        person=found.person,
        form=form,
        fact=found.fact,
        what=in_words(found.fact),
        days=days_in_words(found.fact),
    )


def _effects(found: Correctable, rightly: Rightly | None, viewer: Viewer) -> list[Effect]:
    fact = found.fact
    before = facts_now(found.person.id)
    after = facts_without(before, {fact.id})
    if rightly:
        after.append(Fact(fact.kind, fact.code, rightly.starts_on, rightly.ends_on, rightly.quantity, fact.scheme))
    return effects_of(found.person, viewer, before, after, [clock.today()])


def _what_it_changed(found: Correctable, viewer: Viewer) -> ResponseReturnValue:
    assert found.struck is not None
    return render_template(
        "standing/corrected.html",
        person=found.person,
        what=in_words(found.fact),
        days=days_in_words(found.fact),
        struck=found.struck,
        struck_by=found.struck_by.name if found.struck_by else "the service itself",
        instead=days_in_words(found.instead) if found.instead else None,
        origins=origins_of(found.fact.id, viewer),
        effects=[] if found.owner else what_it_changed(found, viewer),
    )


def _owned(found: Correctable) -> ResponseReturnValue:
    return render_template(
        "standing/correction_elsewhere.html",
        person=found.person,
        what=in_words(found.fact),
        owner=found.owner,
        overlay_id=found.fact.source_id if found.fact.source_type == "overlay" else None,
    )


def in_words(fact: Evidence) -> str:
    labels = {code: text for (_, code), text in requirement_labels().items()}
    detail = code_words(fact.kind, fact.code, labels)
    return f"{KIND_WORDS[fact.kind]}: {detail}" if detail else KIND_WORDS[fact.kind]


def days_in_words(fact: Evidence | Rightly) -> str:
    """ "14 March 2027", "1 March 2027 to 30 June 2027", "from 1 March 2027, without an end"; then the amount."""
    amount = f", {fact.quantity.normalize():f}" if fact.quantity is not None else ""
    if isinstance(fact, Evidence) and fact.kind in EVENT_KINDS:
        return f"{day(fact.starts_on)}{amount}"
    if fact.ends_on is None:
        return f"from {day(fact.starts_on)}, without an end{amount}"
    return f"{day(fact.starts_on)} to {day(last_good_day(fact.ends_on))}{amount}"


def rightly_in_words(fact: Evidence, rightly: Rightly) -> str:
    return days_in_words(
        Evidence(kind=fact.kind, starts_on=rightly.starts_on, ends_on=rightly.ends_on, quantity=rightly.quantity)
    )
