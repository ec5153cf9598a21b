"""What was awarded: one accreditation, everybody's, and one person's."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.awards.models import Award
from accreditation.awards.queries.decisions import decisions_about, sees_reasons
from accreditation.awards.queries.given import awards_of, awards_page, get_award, links_of
from accreditation.awards.rules.ending import OPEN, REINSTATE, VOID, WITHDRAW
from accreditation.awards.views.blueprint import bp
from accreditation.core import clock
from accreditation.core.permissions import Permission
from accreditation.people.queries import get_mediator
from accreditation.people.rules import Viewer
from accreditation.standing.queries import get_scheme
from accreditation.web.guards import requires


@bp.get("/awards/history")
@requires(Permission.VIEW_AWARDS)
def history(viewer: Viewer) -> ResponseReturnValue:
    page = awards_page(
        viewer,
        place=request.args.get("after"),
        address=lambda token: url_for("awards.history", after=token),
    )
    return render_template("awards/history.html", page=page, today=clock.today())


@bp.get("/awards/record/<int:award_id>")
@bp.get("/awards/<number>")
@requires(Permission.VIEW_AWARDS, scoped=True)
def award(viewer: Viewer, number: str | None = None, award_id: int | None = None) -> ResponseReturnValue:
    """One accreditation: its days, what came before and after it, what was decided about it, what can be."""
    found = get_award(viewer, number=number, award_id=award_id)
    if number is None:
        return redirect(url_for("awards.award", number=found.number))
    decisions = decisions_about(found)
    return render_template(
        "awards/award.html",
        award=found,
        scheme=get_scheme(found.scheme, found.starts_on),
        links=links_of(found),
        decisions=decisions,
        waiting=next((one for one in decisions if one.state == OPEN), None),
        sees_reasons=sees_reasons(viewer, found.person),
        acts=_acts(found, viewer),
        today=clock.today(),
    )


def _acts(award: Award, viewer: Viewer) -> list[str]:
    """What this viewer may propose about it, in the order in which it is wanted."""
    if award.voided or award.person.counted.id == viewer.person_id:
        return []
    if not viewer.may_somewhere(Permission.AWARD_ACCREDITATION):
        return []
    return [REINSTATE if award.is_withdrawn else WITHDRAW, VOID]


@bp.get("/awards/of/<reference>")
@requires(Permission.VIEW_AWARDS, scoped=True)
def of_person(viewer: Viewer, reference: str) -> ResponseReturnValue:
    """Every accreditation of one person, and everything decided about them."""
    person = get_mediator(reference, viewer)
    found = awards_of(person.id)
    decided = {one.scheme: decisions_about(one) for one in found}
    return render_template(
        "awards/of_person.html",
        person=person,
        awards=list(reversed(found)),
        numbers={one.id: one.number for one in found},
        decisions=[decision for decisions in decided.values() for decision in decisions],
        sees_reasons=sees_reasons(viewer, person),
        may_award=viewer.may_somewhere(Permission.AWARD_ACCREDITATION) and person.id != viewer.person_id,
        today=clock.today(),
    )
