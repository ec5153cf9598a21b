"""The equality impact assessment (founding document 002, section 5), as far as figures can fill it in. Pure.

What a person has to write stays open and says so. The head is that of Barnet's procedure (founding document 004):
marking, title, purpose, author, date of the last review, whether it may be published.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cohorts.rules.equality.questions import Question
from cohorts.rules.equality.report import NOTICE, RULES, Figures

OPEN = "To be written."


@dataclass(frozen=True)
class Part:
    """One section. `told` are sentences, `tables` their figures (first row: headings), `to_write` what people add."""

    title: str
    told: tuple[str, ...] = ()
    tables: tuple[tuple[tuple[str, ...], ...], ...] = ()
    to_write: tuple[str, ...] = ()
    parts: tuple["Part", ...] = field(default=())


def assessment(
    title: str, period: str, figures: Sequence[Figures], asked: Sequence[Question], *, service: str
) -> list[Part]:
    """The template, filled with what is published of these applications."""
    by_code = {one.question.code: one for one in figures}
    return [
        Part(
            "About this assessment",
            tables=(
                (
                    ("What", "Said"),
                    ("Marking", "OFFICIAL"),
                    ("What is assessed", f"How {service} selects, trains and accredits mediators: {title}"),
                    ("Period", period),
                    ("Purpose", "To have due regard to the aims of section 149 of the Equality Act 2010"),
                    ("Author", OPEN),
                    ("Date last reviewed", OPEN),
                    ("Suitable for publication", "The figures are. Read what you add with that in mind."),
                ),
            ),
        ),
        Part(
            "What is done, and for whom",
            told=(
                "People of all grades may apply. Applications are read without names by two people, then interviewed, "
                "offered a place, trained, assessed and accredited.",
            ),
            to_write=("What changed since the last assessment?", "Who was asked about it, and what did they say?"),
        ),
        Part(
            "What the figures say",
            told=("All figures follow these rules.", *RULES),
            parts=tuple(_characteristic(question, by_code.get(question.code)) for question in asked),
        ),
        Part(
            "What will be done",
            tables=((("Action", "For whom", "Who does it", "By when"), *[("", "", "", "")] * 4),),
        ),
        Part(
            "Decision",
            to_write=(
                "Go on as it is, change something, or stop? Why?",
                "Decided by, and on",
                "To be looked at again on",
            ),
        ),
    ]


def _characteristic(question: Question, figures: Figures | None) -> Part:
    axis = f" One of the six axes of diversity: {question.axis}." if question.axis else ""
    to_write = (
        "What do we know besides these figures?",
        "Is anybody put at a disadvantage, and can that be justified? Or is anybody helped?",
    )
    if figures is None:
        return Part(question.title, (f"Nothing can be published yet.{axis}",), to_write=to_write)
    counts = [("Answer", *(one.label for one in figures.shown))]
    counts += [(label, *(one.words(place) for one in figures.shown)) for place, label in enumerate(figures.labels)]
    ratios = [
        (line.stage, line.group, line.compared.ratio, f"{line.compared.low} to {line.compared.high}", line.compared.p)
        for line in figures.ratios
        if not line.compared.reference
    ]
    tables: list[tuple[tuple[str, ...], ...]] = [tuple(counts)]
    told: tuple[str, ...] = (f"{figures.finding}{axis}",)
    if ratios:
        tables.append((("Stage", "Group", "Ratio", "95% interval", "Fisher’s p"), *ratios))
        told = (*told, NOTICE)
    return Part(question.title, told, tuple(tables), to_write)
