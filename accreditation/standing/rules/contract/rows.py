"""Rows of evidence from JSON, and back."""

from datetime import date
from decimal import Decimal

from accreditation.core.calendar import FOREVER
from accreditation.standing.rules.contract.reading import Fields, Refused, parse_json, shown
from accreditation.standing.rules.evidence import EVENT_KINDS, KINDS, Fact


def read_evidence(text: str) -> list[Fact] | dict[str, list[Fact]]:
    """An evidence file: a list of rows, or {"dossiers": {name: rows}}. Raises Refused."""
    value = parse_json(text, "evidence")
    if isinstance(value, list):
        return read_rows(value)
    if not isinstance(value, dict) or not isinstance(value.get("dossiers"), dict):
        raise Refused('evidence: expected a list of rows, or an object with "dossiers"')
    return {name: _dossier(name, rows) for name, rows in value["dossiers"].items()}


def _dossier(name: str, rows: object) -> list[Fact]:
    where = f"dossier {shown(name)}"
    if not isinstance(rows, list):
        raise Refused(f"{where}: expected a list of rows, not {shown(rows)}")
    return read_rows(rows, f"{where}, ")


def read_rows(rows: list[object], where: str = "") -> list[Fact]:
    """The rows as facts, in the same order. Raises Refused for the first that is wrong."""
    return [read_row(row, f"{where}row {number}") for number, row in enumerate(rows, 1)]


def read_row(row: object, where: str) -> Fact:
    """One row. An interval without an end is open; one that ends on the calendar's last day is open too."""
    fields = Fields(row, where)
    row_id = fields.get("id")
    if row_id is not None:
        if isinstance(row_id, bool) or not isinstance(row_id, int | str):
            fields.refuse(f"id {shown(row_id)} is neither a number nor text")
        fields.where = f"{where} (id {shown(row_id)})"
    kind = fields.choice("kind", KINDS)
    fields.required("starts_on")
    starts_on, ends_on = fields.day("starts_on"), fields.day("ends_on")
    if starts_on is None or starts_on == FOREVER:
        fields.refuse(f"starts_on {starts_on} is the calendar's last day")
    if ends_on is not None:
        if kind in EVENT_KINDS:
            fields.refuse(f"{kind} is an event of one day and has no ends_on")
        if ends_on <= starts_on:
            fields.refuse(f"ends_on {ends_on} is not after starts_on {starts_on}")
    return Fact(
        kind=kind,
        code=fields.text("code") if fields.get("code") is not None else None,
        starts_on=starts_on,
        ends_on=None if ends_on == FOREVER else ends_on,
        quantity=fields.quantity("quantity"),
        scheme=fields.text("scheme") if fields.get("scheme") is not None else None,
        id=row_id,
        recorded_at=fields.moment("recorded_at"),
        voided_at=fields.moment("voided_at"),
    )


def row_as_json(fact: Fact) -> dict[str, object]:
    """The row as `evaluate` reads it. Fields that the row has not are left out, but for voided_at."""
    row: dict[str, object] = {"id": fact.id, "kind": fact.kind}
    if fact.code is not None:
        row["code"] = fact.code
    if fact.scheme is not None:
        row["scheme"] = fact.scheme
    row["starts_on"] = fact.starts_on.isoformat()
    if fact.kind not in EVENT_KINDS:
        row["ends_on"] = day_as_json(fact.ends_on)
    if fact.quantity is not None:
        row["quantity"] = number_as_json(fact.quantity)
    if fact.recorded_at is not None:
        row["recorded_at"] = fact.recorded_at.isoformat()
    row["voided_at"] = fact.voided_at.isoformat() if fact.voided_at else None
    return row


def day_as_json(day: date | None) -> str | None:
    """YYYY-MM-DD; null for an open end."""
    return None if day is None or day == FOREVER else day.isoformat()


def number_as_json(number: Decimal) -> int | float:
    """A whole number without a decimal point, any other as the nearest that JSON readers know."""
    return int(number) if number == number.to_integral_value() else float(number)
