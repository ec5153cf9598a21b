"""An evidence pack as a workbook: the answer first, then everything behind it."""

from collections.abc import Sequence
from datetime import date, datetime

from accreditation.core.clock import LONDON
from accreditation.core.sheets import Column, Notice, Table, write_workbook
from accreditation.desk.queries.pack import Because, Pack, TrailEntry
from accreditation.desk.queries.record import EvidenceRow
from accreditation.desk.rules.asof import AsOf
from accreditation.standing.queries.since import Change
from accreditation.standing.rules.scheme import CERTAINTIES
from accreditation.standing.rules.wording import rule_in_words, settings_in_words
from accreditation.web.words import day, moment

MARKING = "OFFICIAL-SENSITIVE"
Line = tuple[str, str | int | date | None]
Value = str | int | date | datetime | None


def pack_workbook(pack: Pack, *, made_by: str, made_at: datetime, position: tuple[int, str], notice: Notice) -> bytes:
    """`position`: the number and the hash of the last entry of the audit trail when this was made."""
    evidence = [_evidence(row, row.id in pack.counted_ids) for row in pack.evidence]
    tables = [
        Table("Answer", (Column("What", 34), Column("", 90)), _answer(pack, made_by, made_at, position), _notes(pack)),
        Table("Requirements", REQUIREMENTS, [_requirement(one, pack.as_of) for one in pack.requirements], _notes(pack)),
        Table("Rules", RULES, _rules(pack), _notes(pack)),
        Table("Evidence", EVIDENCE, evidence, _notes(pack)),
    ]
    if pack.as_of.known:
        heading = f"What became known after {pack.as_of.known_words}, by whom and when."
        tables.append(Table("Changed since", CHANGES, [_change(one) for one in pack.changes], (*_notes(pack), heading)))
    tables.append(
        Table(
            "Audit trail",
            TRAIL,
            [_entry(one) for one in pack.trail],
            (*_notes(pack), "The entries about this person that its reader may know of. The trail holds more."),
        )
    )
    return write_workbook(tables, notice=notice)


def _notes(pack: Pack) -> tuple[str, ...]:
    """Above every sheet: whom and what it is about, so that no sheet is read alone by mistake."""
    about = f"{pack.name} ({pack.reference}), {pack.scheme.name or pack.scheme.code}, {_day_asked(pack.as_of)}"
    return (about, *((pack.as_of.sentence,) if pack.as_of.travels else ()))


def _day_asked(as_of: AsOf) -> str:
    known = f", as known on {as_of.known_words}" if as_of.known else ""
    return f"on {day(as_of.on)}{as_of.if_nothing_is_done}{known}"


def _answer(pack: Pack, made_by: str, made_at: datetime, position: tuple[int, str]) -> list[Line]:
    explained, as_of = pack.explained, pack.as_of
    lines: list[Line] = [
        ("Protective marking", MARKING),
        ("Title", f"Evidence pack: {pack.name} ({pack.reference})"),
        ("Version", f"{_day_asked(as_of)}; written {moment(made_at)}"),
        ("Purpose", "One answer with everything behind it, for an appeal or an information request"),
        ("Author", made_by),
        ("Date last reviewed", made_at.astimezone(LONDON).date()),
        ("Suitable for publication", "No"),
        ("Mediator", pack.name),
        ("Reference", pack.reference),
        ("Unit", pack.unit),
        ("Scheme", pack.scheme.name or pack.scheme.code),
        ("The day asked about", as_of.on),
        ("By what was known", f"on {as_of.known_words}" if as_of.known else f"now, {moment(made_at)}"),
        ("Answer", f"{explained.sentence}{as_of.if_nothing_is_done}"),
        ("Ends first", explained.limiting),
        ("Last good day", explained.valid_through),
        ("Missing", "; ".join(explained.failing) or "nothing"),
    ]
    if pack.explained_now:
        lines.append(("The same day, as known when this was written", pack.explained_now.sentence))
    if as_of.known and pack.began_at and as_of.known < pack.began_at:
        lines.append(("Before the register began", f"nothing was known; its first fact is of {moment(pack.began_at)}"))
    activated = f", activated {moment(pack.activated_at)} by {pack.activated_by}" if pack.activated_at else ""
    return [
        *lines,
        ("Judged by", f"version {pack.version} of the rules, in effect from {day(pack.effective_from)}{activated}"),
        ("Rules issued by", pack.scheme.issuing_body),
        ("Position of the audit trail", f"entry {position[0]}"),
        ("Its hash", position[1]),
        ("To check it later", f"accreditation standing verify {position[0]} {position[1]}"),
    ]


REQUIREMENTS = tuple(
    Column(title)
    for title in (
        "Requirement", "Code", "On that day", "From", "Last good day", "Renewal due", "Ends first",
        "Evidence (numbers of the sheet Evidence)", "What to do", "Up to", "Last day to begin", "Time left",
    )
)  # fmt: skip


def _requirement(one: Because, as_of: AsOf) -> Sequence[Value]:
    status = one.status
    if not status.shown:
        return (status.label, None, "Met" if status.met else "Not met")
    starts_on = status.run.starts_on if status.run and status.run.starts_on > date.min else None
    return (
        status.label,
        status.code,
        "Met" if status.met else "Not met",
        starts_on,
        status.valid_through,
        "yes" if status.renewal_due else "",
        "yes" if status.limiting else "",
        ", ".join(str(number) for number in one.evidence_ids),
        status.action,
        status.who_acts,
        status.last_useful_on,
        "" if as_of.travels else status.time_left,
    )


RULES = tuple(Column(title) for title in ("Requirement or setting", "What it asks for", "Source", "How sure"))


def _rules(pack: Pack) -> list[Sequence[Value]]:
    rows: list[Sequence[Value]] = [
        (
            requirement.label or requirement.code,
            rule_in_words(requirement, pack.scheme),
            requirement.source,
            CERTAINTIES.get(requirement.certainty, ""),
        )
        for requirement in pack.scheme.requirements
    ]
    return rows + [(what, value, "", CERTAINTIES.get(sure, "")) for what, value, sure in settings_in_words(pack.scheme)]


EVIDENCE = tuple(
    Column(title)
    for title in (
        "Number", "What", "Exactly", "First day", "Last day", "Amount", "Recorded", "By", "Source", "Reason",
        "Struck out", "By", "Why", "Known and standing at that moment",
    )
)  # fmt: skip


def _evidence(row: EvidenceRow, counted: bool) -> Sequence[Value]:
    return (
        row.id,
        row.what,
        row.detail,
        row.starts_on,
        "no end" if row.is_open else row.through,
        row.quantity,
        _london(row.recorded_at),
        row.recorded_by,
        f"{row.source[0].replace('_', ' ')} {row.source[1]}",
        row.reason,
        _london(row.voided_at) if row.voided_at else None,
        row.voided_by,
        row.void_reason,
        "yes" if counted else "no",
    )


CHANGES = tuple(Column(title) for title in ("When", "What", "Number", "About", "By", "Why"))


def _change(one: Change) -> Sequence[Value]:
    return (_london(one.at), one.what, one.evidence_id, one.about, one.by, one.reason)


TRAIL = tuple(Column(title) for title in ("Entry", "When", "Who", "Where", "What", "About", "Hash"))


def _entry(one: TrailEntry) -> Sequence[Value]:
    return (one.seq, _london(one.at), one.by, one.channel, one.action, one.subject, one.hash)


def _london(at: datetime) -> datetime:
    """A spreadsheet knows no zone: every moment in it is London's."""
    return at.astimezone(LONDON)
