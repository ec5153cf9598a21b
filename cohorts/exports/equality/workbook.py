"""The published figures as .xlsx, the rules printed on every sheet."""

from collections.abc import Sequence

from accreditation.core.sheets import Column, Notice, Table, write_workbook
from accreditation.core.sheets.writing import Value
from accreditation.web.words import day
from cohorts.rules.equality.report import NOTICE, RULES, Figures
from cohorts.rules.equality.stages import COUNTED, LABELS


def figures_workbook(title: str, figures: Sequence[Figures], *, notice: Notice) -> bytes:
    """Two sheets: the counts by stage, and the ratios. Every cell is what the page says, as text."""
    return write_workbook([_counts(title, figures), _ratios(title, figures)], notice=notice)


def _counts(title: str, figures: Sequence[Figures]) -> Table:
    rows: list[list[Value]] = []
    for one in figures:
        at = {shown.stage: shown for shown in one.shown}
        for place, label in enumerate(one.labels):
            rows.append(
                [
                    one.question.title,
                    one.question.axis or "",
                    label,
                    *(at[stage].words(place) if stage in at else "not published" for stage in COUNTED),
                ]
            )
        rows.append(
            [
                one.question.title,
                one.question.axis or "",
                "Published on",
                *(day(at[stage].published_on) if stage in at else "" for stage in COUNTED),
            ]
        )
    columns = [Column("Characteristic", 28), Column("Axis", 18), Column("Answer", 34)]
    columns += [Column(LABELS[stage], 16) for stage in COUNTED]
    return Table("Counts", columns, rows, notes=(f"Equality figures: {title}", *RULES))


def _ratios(title: str, figures: Sequence[Figures]) -> Table:
    rows: list[list[Value]] = [
        [
            one.question.title,
            line.stage,
            line.group,
            "highest rate" if line.compared.reference else line.compared.ratio,
            "" if line.compared.reference else f"{line.compared.low} to {line.compared.high}",
            line.compared.p,
            "look" if line.compared.is_prompt else "",
        ]
        for one in figures
        for line in one.ratios
    ]
    columns = [
        Column("Characteristic", 28),
        Column("Stage", 14),
        Column("Group", 34),
        Column("Ratio to the highest rate", 20),
        Column("95% interval from to", 34),
        Column("Fisher’s exact test, p", 20),
        Column("Prompt", 10),
    ]
    return Table("Ratios", columns, rows, notes=(f"Selection-rate ratios: {title}. {NOTICE}", *RULES))
