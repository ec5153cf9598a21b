"""The register on screen and as a workbook."""

from collections.abc import Iterable

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import NotAllowed
from accreditation.core.permissions import Permission
from accreditation.core.sheets import XLSX
from accreditation.desk.exports.register import register_workbook
from accreditation.desk.queries.register import register_page, register_rows, verdict_counts
from accreditation.desk.rules.asking import ENDS_WITHIN, SORTS, Asked
from accreditation.desk.rules.asof import AsOf
from accreditation.desk.rules.sentences import breakdown, verdict_words
from accreditation.desk.views.blueprint import bp
from accreditation.desk.views.times import ONLY_TODAY, as_of_asked
from accreditation.people.queries import units
from accreditation.people.rules import Viewer
from accreditation.people.services import note_export
from accreditation.practice.queries.confirming import is_named
from accreditation.practice.queries.line_managers import count_confirming
from accreditation.practice.rules.line_managers import LINE_MANAGER
from accreditation.standing.queries.explain import sees_details
from accreditation.standing.queries.schemes import all_schemes, main_scheme_code
from accreditation.standing.rules.scheme import OVERLAY_LABELS, Scheme
from accreditation.standing.rules.tense import Tense
from accreditation.standing.rules.verdict import Verdict
from accreditation.web.filters import Filter, Filters, read_filters
from accreditation.web.guards import requires
from accreditation.web.tables import Sort


@bp.get("/mediators")
@requires(Permission.VIEW_REGISTER)
def mediators(viewer: Viewer) -> ResponseReturnValue:
    """Everyone with their standing today or on another day, what ends it, and its last good day."""
    as_of = as_of_asked(with_known=False)
    filters, asked = read_asked(viewer, as_of)
    page = register_page(viewer, asked, place=request.args.get("after"), address=lambda place: filters.url(after=place))
    counts = verdict_counts(viewer, asked)
    details = bool(sees_details(viewer).grants)
    sort = Sort(asked.sort, asked.descending, lambda value: filters.url(sort=value))
    confirms = viewer.limited_to(Permission.CONFIRM_PRACTICE)
    waits = bool(confirms.grants) and not as_of.travels and is_named(LINE_MANAGER, clock.today())
    return render_template(
        "desk/mediators.html",
        to_confirm=count_confirming(confirms, clock.today()) if waits else None,
        as_of=as_of,
        has_errors=bool(as_of.problems),
        may_ask_any_day=details,
        today_url=filters.url(on=None),
        page=page,
        total=sum(counts.values()),
        counts=breakdown(counts, in_full=details, tense=asked.tense),
        filters=filters,
        offered={offer.name: offer.choices for offer in filters.offered},
        sort=sort,
        details=details,
        may_export=bool(viewer.limited_to(Permission.EXPORT_REGISTER).grants),
        may_import=bool(viewer.limited_to(Permission.IMPORT_REGISTER).grants),
        export_url=_beside(filters, url_for("desk.export_mediators")),
    )


@bp.get("/mediators/export.xlsx")
@requires(Permission.EXPORT_REGISTER)
def export_mediators(viewer: Viewer) -> ResponseReturnValue:
    """Exactly what the filters show, in the same order. Noted in the audit trail before it is handed out."""
    as_of = as_of_asked(with_known=False).or_refuse()
    filters, asked = read_asked(viewer, as_of)
    rows = list(register_rows(viewer, asked))
    chips = [chip.label for chip in filters.chips]
    with transaction():
        notice = note_export(
            "the register",
            viewer,
            rows=len(rows),
            people=len(rows),
            at=clock.now(),
            filters=chips,
            sort=asked.sort,
            on=as_of.on.isoformat(),
        )
    content = register_workbook(rows, filters=chips, as_of=as_of, notice=notice, scheme=asked.scheme)
    name = f"mediators-{'as-of-' if as_of.travels else ''}{as_of.on.isoformat()}.xlsx"
    return Response(content, mimetype=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def read_asked(viewer: Viewer, as_of: AsOf) -> tuple[Filters, Asked]:
    """What the address asks for, as far as this viewer may ask it. Raises NotAllowed for another day than today."""
    details = bool(sees_details(viewer).grants)
    if (as_of.travels or as_of.problems) and not details:
        raise NotAllowed(ONLY_TODAY)
    schemes = all_schemes(as_of.on)
    main = main_scheme_code()
    code = request.args.get("scheme") or main
    scheme = next((scheme for scheme in schemes if scheme.code == code), schemes[0])
    offered = _offered(schemes, scheme, main, details, as_of.tense)
    arguments = {**request.args, "on": as_of.arguments.get("on", "")}
    filters = read_filters(arguments, offered, path=url_for("desk.mediators"), keep=("sort", "on"))
    known = SORTS if details else tuple(sort for sort in SORTS if sort != "ends")
    sort = Sort.asked(request.args.get("sort"), dict.fromkeys(known), "name", str)
    unit, within, may = filters.get("unit"), filters.get("ends"), filters.get("may")
    asked = Asked(
        scheme=filters.get("scheme") or main,
        on=as_of.on,
        words=filters.get("q") or "",
        unit_id=int(unit) if unit else None,
        verdict=filters.get("verdict"),
        may_work=None if may is None else may == "yes",
        ends_within=int(within) if within else None,
        limiting=filters.get("by"),
        sort=sort.by,
        descending=sort.descending,
        tense=as_of.tense,
    )
    return filters, asked


def _offered(schemes: Iterable[Scheme], scheme: Scheme, main: str, details: bool, tense: Tense) -> list[Filter]:
    offered = [Filter("q", lambda words: f"“{words}”")]
    if unit_choices := [(str(unit.id), unit.name) for unit in units()]:
        offered.append(_choice("unit", unit_choices, "Unit: {}"))
    others = [(other.code, other.name or other.code) for other in schemes]
    if len(others) > 1:
        offered.append(_choice("scheme", others, "Scheme: {}"))
    offered.append(_choice("may", [("yes", "May work"), ("no", "May not work")], "{} today"))
    if details:
        offered.append(
            _choice("verdict", [(verdict.value, verdict_words(verdict, tense)) for verdict in Verdict], "{}")
        )
        words_within = "Ends within {}" if tense is Tense.NOW else "Ends within {} of that day"
        offered.append(_choice("ends", [(str(days), f"{days} days") for days in ENDS_WITHIN], words_within))
        limits = [(requirement.code, requirement.label or requirement.code) for requirement in scheme.requirements]
        offered.append(_choice("by", [*limits, *OVERLAY_LABELS.items()], "Ended by: {}"))
    return offered


def _choice(name: str, choices: list[tuple[str, str]], words: str) -> Filter:
    texts = dict(choices)
    return Filter(name, lambda value: words.format(texts[value]), choices)


def _beside(filters: Filters, path: str) -> str:
    """The same filters and order at another address."""
    return path + filters.url().removeprefix(filters.path)
