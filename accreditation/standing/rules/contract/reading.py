"""Reading values out of JSON strictly: what is not in the format is refused in one line that says where."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import NoReturn

A_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOST_DECIMALS = 40
MOST = Decimal(10) ** 15


class Refused(ValueError):
    """What was handed in is not in the format; the message is one line that names the row or the requirement."""


def shown(value: object) -> str:
    """A value as JSON on one line, shortened, for a message."""
    text = str(value) if isinstance(value, Decimal) else json.dumps(value, default=str)
    return text if len(text) <= 60 else text[:57] + "..."


def parse_json(text: str, what: str) -> object:
    """The JSON value in the text, with decimals as Decimal. Raises Refused; `what` names the file."""

    def no_constant(name: str) -> NoReturn:
        raise Refused(f"{what}: {name} is not a number")

    try:
        value: object = json.loads(text, parse_float=Decimal, parse_constant=no_constant)
    except RecursionError:
        raise Refused(f"{what}: nested too deeply") from None
    except json.JSONDecodeError as wrong:
        raise Refused(f"{what}: not JSON: {wrong.msg} in line {wrong.lineno}") from None
    except Refused:
        raise
    except ValueError:
        raise Refused(f"{what}: not JSON: a number with too many digits") from None
    return value


def parse_day(value: object, where: str) -> date:
    """A date written YYYY-MM-DD."""
    if not isinstance(value, str) or not A_DATE.fullmatch(value):
        raise Refused(f"{where} {shown(value)} is not a date written YYYY-MM-DD")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Refused(f"{where} {shown(value)} is not a day of the calendar") from None


def parse_moment(value: object, where: str) -> datetime:
    """A moment in ISO format with its offset from UTC."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None:
        raise Refused(f"{where} {shown(value)} is not a moment such as 2024-03-01T09:00:00+00:00")
    if moment.utcoffset() is None:
        raise Refused(f"{where} {shown(value)} has no offset from UTC")
    return moment


class Fields:
    """One JSON object, and where it stands. A null field is absent."""

    __slots__ = ("values", "where")

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, Mapping):
            raise Refused(f"{where}: expected an object, not {shown(value)}")
        self.values: Mapping[str, object] = value
        self.where = where

    def refuse(self, reason: str) -> NoReturn:
        raise Refused(f"{self.where}: {reason}")

    def get(self, name: str) -> object:
        return self.values.get(name)

    def required(self, name: str) -> object:
        value = self.values.get(name)
        if value is None:
            self.refuse(f"{name} is missing")
        return value

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name)
        if value is None:
            return default
        if not isinstance(value, str):
            self.refuse(f"{name} {shown(value)} is not text")
        return value

    def name(self, name: str) -> str:
        """A required text that is not empty."""
        self.required(name)
        value = self.text(name)
        if not value.strip():
            self.refuse(f"{name} is empty")
        return value

    def choice(self, name: str, choices: Iterable[str], default: str | None = None) -> str:
        value = self.values.get(name)
        if value is None and default is not None:
            return default
        if value is None:
            self.refuse(f"{name} is missing")
        if not isinstance(value, str) or value not in choices:
            self.refuse(f"{name} {shown(value)} is unknown")
        return value

    def flag(self, name: str) -> bool:
        value = self.values.get(name)
        if value is None:
            return False
        if not isinstance(value, bool):
            self.refuse(f"{name} {shown(value)} is neither true nor false")
        return value

    def whole(self, name: str) -> int | None:
        """A whole number, none below nought; None if absent."""
        value = self.values.get(name)
        if value is None:
            return None
        if type(value) is not int or value < 0:
            self.refuse(f"{name} {shown(value)} is not a whole number of 0 or more")
        return value

    def quantity(self, name: str) -> Decimal | None:
        """A decimal number, none below nought; None if absent."""
        value = self.values.get(name)
        if value is None:
            return None
        if type(value) is int:
            value = Decimal(value) if value.bit_length() < 64 else MOST
        elif isinstance(value, float):
            value = Decimal(repr(value))
        if not isinstance(value, Decimal) or not value >= 0:
            self.refuse(f"{name} {shown(value)} is not a number of 0 or more")
        exponent = value.as_tuple().exponent
        if value >= MOST or not isinstance(exponent, int) or exponent < -MOST_DECIMALS:
            self.refuse(f"{name} is out of any range that could be meant")
        return value

    def day(self, name: str) -> date | None:
        value = self.values.get(name)
        return None if value is None else parse_day(value, f"{self.where}: {name}")

    def moment(self, name: str) -> datetime | None:
        value = self.values.get(name)
        return None if value is None else parse_moment(value, f"{self.where}: {name}")

    def codes(self, name: str) -> frozenset[str] | None:
        """A code, or a list of codes; None if absent: any code."""
        value = self.values.get(name)
        if value is None:
            return None
        codes = value if isinstance(value, list) else [value]
        if not codes or not all(isinstance(code, str) and code for code in codes):
            self.refuse(f"{name} {shown(value)} is neither a code nor a list of codes")
        return frozenset(codes)

    def objects(self, name: str) -> list[object]:
        """A list; empty if absent."""
        value = self.values.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self.refuse(f"{name} {shown(value)} is not a list")
        return value
