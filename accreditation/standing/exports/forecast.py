"""The forecast, a week of it and a month of what ends as workbooks, with what was asked and when above them."""

from collections.abc import Iterable, Sequence
from datetime import date

from accreditation.core.sheets import Column, Notice, Table, write_workbook
from accreditation.core.sheets.writing import Value
from accreditation.standing.queries.changes import Arriving, Dropping
from accreditation.standing.queries.expiry import Ending
from accreditation.standing.queries.forecast import Forecast
from accreditation.standing.queries.supposing import WithPlan
from accreditation.web.words import day, short_day


def forecast_workbook(
    found: Forecast, *, where: str, notes: Sequence[str], notice: Notice, supposing: WithPlan | None = None
) -> bytes:
    """The weeks on one sheet, each unit's numbers on another; what is planned in a column of its own."""
    above = [f"{found.finding(where)}.", *notes, "As it is if nothing is done."]
    columns = [
        Column("On"),
        Column("May work"),
        Column("Drop out in the days after"),
        Column("Come in"),
        *([Column("Wanted"), Column("Under the wanted number")] if found.wanted else []),
        *([Column(supposing.supposed.name)] if supposing else []),
    ]
    weeks = [_week(found, place) for place in range(len(found.points))]
    if supposing:
        weeks = [[*week, number] for week, number in zip(weeks, supposing.numbers, strict=True)]
    tables = [Table("Weeks", columns, weeks, above)]
    if found.units:
        days = [Column(short_day(point.on)) for point in found.points]
        rows: list[Sequence[Value]] = [
            (unit.name or "In no unit", unit.lowest.number, unit.lowest.on, *(point.number for point in unit.points))
            for unit in found.units
        ]
        tables.append(Table("Units", [Column("Unit"), Column("Lowest"), Column("Lowest on"), *days], rows, above))
    return write_workbook(tables, notice=notice)


def _week(found: Forecast, place: int) -> list[Value]:
    """After the last point there is no week that the forecast knows of."""
    point, is_last = found.points[place], place == len(found.points) - 1
    row: list[Value] = [point.on, point.number]
    row += [None, None] if is_last else [point.dropped_out, point.came_in]
    if found.wanted:
        row += [found.wanted, "yes" if point.number < found.wanted else None]
    return row


def week_workbook(
    dropping: Iterable[Dropping], arriving: Iterable[Arriving], *, notes: Sequence[str], notice: Notice
) -> bytes:
    """Who drops out on one sheet, who comes in on another."""
    above = [*notes, "As it is if nothing is done."]
    out = Table(
        "Drop out",
        [
            Column("Reference"),
            Column("Name"),
            Column("Unit"),
            Column("Last good day"),
            Column("Because of"),
            Column("What can be done"),
            Column("Begin by"),
            Column("Too late to begin in time"),
            Column("Up to"),
        ],
        [
            (
                one.reference,
                one.name,
                one.unit,
                one.last_day,
                one.because,
                one.step.action if one.step else None,
                one.step.by if one.step else None,
                "yes" if one.too_late else None,
                one.step.who_acts if one.step else None,
            )
            for one in dropping
        ],
        above,
    )
    into = Table(
        "Come in",
        [Column("Reference"), Column("Name"), Column("Unit"), Column("First good day"), Column("Until then")],
        [
            (one.reference, one.name, one.unit, one.first_day, one.before.sentence if one.before else None)
            for one in arriving
        ],
        above,
    )
    return write_workbook([out, into], notice=notice)


def month_workbook(ending: Iterable[Ending], *, on: date, notes: Sequence[str], notice: Notice) -> bytes:
    """Whose requirements end in the month, each as its reader may know it."""
    table = Table(
        "Endings",
        [
            Column("Reference"),
            Column("Name"),
            Column("Unit"),
            Column("Requirement"),
            Column("Last good day"),
            Column("What to do"),
            Column("Begin by"),
            Column("Standing"),
        ],
        [
            (
                one.reference,
                one.name,
                one.unit,
                one.status.label,
                one.status.valid_through,
                one.status.action if one.status.shown else None,
                one.status.last_useful_on,
                one.explained.sentence,
            )
            for one in ending
        ],
        [*notes, f"Of those who may work on {day(on)}."],
    )
    return write_workbook([table], notice=notice)
