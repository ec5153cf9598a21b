"""Numbers that are given out once: references of people, numbers of awards."""

from sqlalchemy.orm import Mapped, mapped_column

from accreditation.core.database import Base, db, insert_unless_there


class NumberSeries(Base):
    """The last number given out in a series. Its row is locked until the transaction ends: no number comes twice."""

    __tablename__ = "number_series"
    __audited__ = False  # what carries the number is audited

    name: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


def lock_series(series: str) -> None:
    """Nobody else takes a number of the series, or waits for one, until the transaction ends."""
    insert_unless_there(NumberSeries, name=series, last=0)
    db.session.get_one(NumberSeries, series, with_for_update=True, populate_existing=True)


def next_number(series: str) -> int:
    """The next number of the series, from 1. Numbers of a transaction that failed are given out again."""
    insert_unless_there(NumberSeries, name=series, last=0)
    row = db.session.get_one(NumberSeries, series, with_for_update=True, populate_existing=True)
    row.last += 1
    db.session.flush()
    return row.last
