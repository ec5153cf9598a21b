"""Who can be accredited now, and deciding about several in one step."""

import secrets
from datetime import date

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.awards.exports import ready_workbook
from accreditation.awards.forms import SeveralForm
from accreditation.awards.queries.decisions import DecisionsAsked, count_decisions
from accreditation.awards.queries.given import get_batch
from accreditation.awards.queries.ready import ReadyAsked, count_ready, every_ready, readiness_of, ready_page
from accreditation.awards.rules.dates import LISTED
from accreditation.awards.rules.ending import OPEN
from accreditation.awards.services import award_several
from accreditation.awards.views.blueprint import bp
from accreditation.core import clock
from accreditation.core.calendar import Span
from accreditation.core.database import transaction
from accreditation.core.permissions import Permission
from accreditation.core.sheets import XLSX
from accreditation.people.queries import units
from accreditation.people.rules import Viewer
from accreditation.people.services import note_export
from accreditation.standing.queries import all_schemes, get_scheme, main_scheme_code
from accreditation.web.filters import Filter, Filters, read_filters
from accreditation.web.guards import requires

AT_ONCE = 200
"""People about whom one decision can be: more would keep every other writer waiting for too long."""

IN_SHORT = {
    "first": "First accreditation",
    "renewal": "Renewal in time",
    "late": "Late, in the days of grace",
    "return": "Return to practice",
}


@bp.get("/awards")
@requires(Permission.VIEW_AWARDS)
def awards(viewer: Viewer) -> ResponseReturnValue:
    """Everybody who meets everything but the award, and everybody who can renew it now."""
    return _ready_page(viewer, SeveralForm(on=clock.today()))


def _ready_page(viewer: Viewer, form: SeveralForm) -> str:
    today = clock.today()
    filters, asked = _read_asked(today)
    counts = count_ready(viewer, asked)
    return render_template(
        "awards/awards.html",
        form=form,
        scheme=get_scheme(asked.scheme, today),
        page=ready_page(viewer, asked, place=request.args.get("after"), address=lambda place: filters.url(after=place)),
        counts=counts,
        total=sum(counts.values()),
        at_once=AT_ONCE,
        filters=filters,
        offered={offer.name: offer.choices for offer in filters.offered},
        in_short=IN_SHORT,
        export_url=url_for("awards.export_ready") + filters.url().removeprefix(filters.path),
        may_award=viewer.may_somewhere(Permission.AWARD_ACCREDITATION),
        waiting=count_decisions(viewer.limited_to(Permission.AWARD_ACCREDITATION), DecisionsAsked(OPEN), today),
    )


def _read_asked(today: date) -> tuple[Filters, ReadyAsked]:
    offered = [
        Filter("q", lambda words: f"“{words}”"),
        Filter("kind", lambda value: IN_SHORT[value], [(kind, IN_SHORT[kind]) for kind in LISTED]),
    ]
    if unit_choices := [(str(unit.id), unit.name) for unit in units()]:
        names = dict(unit_choices)
        offered.append(Filter("unit", lambda value: f"Unit: {names[value]}", unit_choices))
    schemes = {scheme.code: scheme.name or scheme.code for scheme in all_schemes(today)}
    if len(schemes) > 1:
        offered.append(Filter("scheme", lambda value: f"Scheme: {schemes[value]}", list(schemes.items())))
    filters = read_filters(request.values, offered, path=url_for("awards.awards"), keep=())
    unit = filters.get("unit")
    asked = ReadyAsked(
        filters.get("scheme") or main_scheme_code(),
        today,
        kind=filters.get("kind"),
        unit_id=int(unit) if unit else None,
        words=filters.get("q") or "",
    )
    return filters, asked


@bp.get("/awards/export.xlsx")
@requires(Permission.EXPORT_REGISTER)
def export_ready(viewer: Viewer) -> ResponseReturnValue:
    """Exactly what the filters show, in the same order. Noted in the audit trail before it is handed out."""
    today = clock.today()
    filters, asked = _read_asked(today)
    rows = list(every_ready(viewer, asked))
    chips = [chip.label for chip in filters.chips]
    with transaction():
        notice = note_export(
            "who can be accredited", viewer, rows=len(rows), people=len(rows), at=clock.now(), filters=chips
        )
    content = ready_workbook(every_ready(viewer, asked), scheme=asked.scheme, filters=chips, on=today, notice=notice)
    name = f"ready-to-accredit-{today.isoformat()}.xlsx"
    return Response(content, mimetype=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _chosen(viewer: Viewer, asked: ReadyAsked) -> list[int]:
    """Those ticked, or everybody whom the filters show; never more than one decision can be about."""
    if request.form.get("step") == "all":
        return [one.person.id for one, _ in zip(every_ready(viewer, asked), range(AT_ONCE), strict=False)]
    return [int(value) for value in request.form.getlist("chosen") if value.isascii() and value.isdecimal()][:AT_ONCE]


def _seen() -> dict[int, Span]:
    """The dates that the preview showed, by person."""
    seen = {}
    for value in request.form.getlist("seen"):
        person_id, _, days = value.partition(" ")
        starts_on, _, ends_on = days.partition(" ")
        try:
            seen[int(person_id)] = Span(date.fromisoformat(starts_on), date.fromisoformat(ends_on))
        except ValueError:
            continue  # not from our page: then there is nothing to compare, and the dates are those of today's rules
    return seen


@bp.post("/awards/several")
@requires(Permission.AWARD_ACCREDITATION)
def several(viewer: Viewer) -> ResponseReturnValue:
    """First the preview with the old and the new dates, then (`confirmed`) the awards and what became of each."""
    today = clock.today()
    form = SeveralForm(on=today)
    filters, asked = _read_asked(today)
    if not form.validate_on_submit() or form.awarded_on.data is None:
        return _ready_page(viewer, form)
    on: date = form.awarded_on.data
    scheme = get_scheme(asked.scheme, on)
    judged = readiness_of(_chosen(viewer, asked), viewer, scheme, on)
    if not judged:
        flash("Choose at least one person.", "warning")
        return redirect(filters.url())
    if "confirmed" not in request.form:
        return render_template(
            "awards/preview.html",
            form=form,
            on=on,
            scheme=scheme,
            judged=judged,
            ready=[one for one in judged if not one.reasons],
            filters=filters,
            form_key=secrets.token_urlsafe(24),
        )
    ids = [one.person.id for one in judged]
    with transaction():
        batch_id = award_several(
            ids,
            scheme.code,
            on=on,
            at=clock.now(),
            awarded_by=viewer.person_id,
            form_key=request.form.get("form_key") or secrets.token_urlsafe(24),
            seen=_seen(),
        ).id
    return redirect(url_for("awards.batch", batch_id=batch_id))


@bp.get("/awards/given/<int:batch_id>")
@requires(Permission.VIEW_AWARDS, scoped=True)
def batch(viewer: Viewer, batch_id: int) -> ResponseReturnValue:
    """What became of each person of one decision."""
    found, outcomes = get_batch(batch_id, viewer)
    return render_template(
        "awards/batch.html",
        batch=found,
        scheme=get_scheme(found.scheme, found.awarded_on),
        given=[one for one in outcomes if one.award],
        refused=[one for one in outcomes if not one.award],
    )
