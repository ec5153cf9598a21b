"""Column types of this room."""

import json
from decimal import Decimal

from sqlalchemy import Dialect, String, TypeDecorator


class Amount(TypeDecorator[Decimal]):
    """An exact decimal kept as text: SQLite knows no decimals, and hours must add up."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Codes(TypeDecorator[tuple[str, ...]]):
    """Codes in order, kept as a JSON list."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(list(value), ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:
        return None if value is None else tuple(json.loads(value))
