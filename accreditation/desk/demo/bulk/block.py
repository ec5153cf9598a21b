"""Mediators by the thousand, each with a career of their own, judged by the engine like everybody else."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import count
from random import Random
from time import monotonic

from sqlalchemy import select

from accreditation.core import audit
from accreditation.core.database import db, transaction
from accreditation.core.numbers import NumberSeries
from accreditation.desk.demo.bulk.careers import TABLES, Office, write_mediator
from accreditation.desk.demo.bulk.rows import Batch
from accreditation.desk.demo.plan.days import refresher_dates
from accreditation.desk.demo.plan.parts import cast
from accreditation.desk.demo.plan.people import SCHEME
from accreditation.desk.demo.plan.service import UNITS, Census, train
from accreditation.people.services import find_or_add_unit
from accreditation.refreshers.models import RefresherDay
from accreditation.standing.queries.schemes import all_histories, get_scheme, main_scheme_code

BLOCK = 1000
"""Mediators planned, judged and written together: as many as are in memory at once."""

MONTHS = 14
"""Of practice that is remembered for each: enough for every requirement of today, a tenth of the rows for ever."""

Progress = Callable[[str], None]


def add_in_bulk(*, seed: int, mediators: int, on: date, now: datetime, progress: Progress | None = None) -> None:
    """So many more mediators. Opens a transaction for each block, because one for all would hold everything up.

    One entry in the audit trail stands for all of them.
    """
    random = Random(f"bulk {seed} {on.isoformat()}")  # noqa: S311 -- names of a demo, no secrets
    census, began = Census(random, len(UNITS)), monotonic()
    days = refresher_dates(on)
    done = 0
    while done < mediators:
        size = min(BLOCK, mediators - done)
        people = train(census, random, on, size, days, months=MONTHS)
        with transaction():
            cast(people, get_scheme(SCHEME), random, on)
            office = _office(on, now, days)
            numbers = _numbers()
            for mediator, number in zip(people, numbers, strict=False):
                mediator.pay_number = f"B{number:07}" if mediator.pay_number else None
                mediator.email = f"demo.{number}@example.police.uk"
                write_mediator(office, mediator, f"DEMO-{number:04}")
            _keep_number(next(numbers) - 1)
            office.batch.write()
            done += size
            if done == mediators:
                audit.note("filled the demo in bulk", seed=seed, mediators=mediators)
        if progress and (done % (10 * BLOCK) == 0 or done == mediators):
            progress(f"  {done:,} of {mediators:,} after {monotonic() - began:.0f} seconds")


def _office(on: date, now: datetime, days: list[date]) -> Office:
    units = [find_or_add_unit(name).id for name in UNITS]
    db.session.flush()
    recorded = _recorded_days([day for day in days if day < on])
    batch = Batch(db.session.connection(), TABLES)
    return Office(
        batch=batch,
        now=now,
        on=on,
        units=units,
        histories=list(all_histories().values()),
        main=main_scheme_code(),
        day_id=recorded.__getitem__,
    )


def _recorded_days(days: list[date]) -> dict[date, int]:
    """A refresher day without seats for each date, as one that came with a register."""
    keys = {f"{day.isoformat()}||Refresher day": day for day in days}
    found = {
        row.recorded_key: row
        for row in db.session.scalars(select(RefresherDay).where(RefresherDay.recorded_key.in_(keys)))
    }
    for key, day in keys.items():
        if key not in found:
            found[key] = RefresherDay(title="Refresher day", held_on=day, state="held", recorded_key=key)
            db.session.add(found[key])
    db.session.flush()
    return {keys[key]: row.id for key, row in found.items() if key is not None}


def _numbers() -> Iterator[int]:
    """The numbers of references that are free."""
    series = db.session.get(NumberSeries, "person", with_for_update=True, populate_existing=True)
    return count(series.last + 1 if series else 1)


def _keep_number(last: int) -> None:
    series = db.session.get(NumberSeries, "person")
    if series is None:
        db.session.add(NumberSeries(name="person", last=last))
    else:
        series.last = last
    db.session.flush()
