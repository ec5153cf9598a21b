"""What templates can say: filters for days and numbers, columns of tables, addresses of the stylesheet and scripts."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, url_for

from accreditation.core.calendar import last_good_day
from accreditation.web import stylesheet, words
from accreditation.web.tables import column

STATIC = Path(__file__).resolve().parent.parent / "static"


@lru_cache
def _fingerprint(name: str) -> str:
    if name == stylesheet.NAME:
        return stylesheet.mark_of_stylesheet()
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a file of ours, which changes when the file does, so that browsers may keep it for a year."""
    return url_for("static", filename=name, v=_fingerprint(name))


def prepare_templates(app: Flask) -> None:
    """Give the app's templates their filters and globals, and its pages their stylesheet."""
    stylesheet.serve_stylesheet(app)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        day=words.day,
        weekday=words.weekday,
        short_day=words.short_day,
        moment=words.moment,
        time=words.clock_time,
        last_good_day=last_good_day,
        days_from=words.days_from,
        days_apart=words.days_apart,
        day_until=words.day_until,
        thousands=words.thousands,
        plural=words.plural,
        sentence_list=words.sentence_list,
    )
    app.jinja_env.globals.update(asset=asset, column=column)
