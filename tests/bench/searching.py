"""The search in the masthead beside its bare floor (see `homes`), and beside one reading of everybody.

The manager of the whole service and a line manager of one unit ask: for somebody by both names, in either order, with
accents and without, for the beginning of a name, for a single letter, and for nobody.
"""

from statistics import median
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.people.models import Person
from accreditation.people.rules import plain
from tests.bench.databases import Service
from tests.bench.homes import LIMIT, WARM_UP, Home
from tests.bench.timing import timer

WHO = (("practice manager", "manager@example.police.uk"), ("line manager", "line.manager@example.police.uk"))
EVERYBODY = "SELECT id FROM person WHERE search_text LIKE {mark}"


def questions(service: Service) -> list[tuple[str, str]]:
    """What is looked for, in words, and as it is typed."""
    with service.app.app_context():
        names = select(Person.given_name, Person.family_name).where(Person.merged_into_id.is_(None)).order_by(Person.id)
        given, family = next(
            (row.given_name, row.family_name)
            for row in db.session.execute(names)
            if not row.given_name.isascii() and not row.family_name.isascii()
        )
        db.session.remove()
    return [
        ("given and family name", f"{given} {family}"),
        ("family name first, no accents", f"{plain(family)}, {plain(given)}"),
        ("three letters", plain(family)[:3]),
        ("one letter", "s"),
        ("nobody", "zzyzx"),
    ]


def count_searching(services: list[Service]) -> tuple[list[str], list[str]]:
    """How many statements each search asks at every size: the lines to print, and those that differ, in words."""
    lines, differing = [], []
    for role, email in WHO:
        asked: dict[str, dict[int, int]] = {}
        for service in services:
            for said, words in questions(service):
                page = Home(service, role, email, f"/search?{urlencode({'q': words})}")
                asked.setdefault(said, {})[service.people] = len(page.warm_sent)
        for said, numbers in asked.items():
            line = f"search by {role} for {said} asks {numbers}"
            lines.append(line)
            if len(set(numbers.values())) > 1:
                differing.append(line)
    return lines, differing


def measure_searching(service: Service, repeat: int) -> list[dict[str, Any]]:
    return [
        _measured(Home(service, role, email, f"/search?{urlencode({'q': words})}"), said, words, repeat)
        for role, email in WHO
        for said, words in questions(service)
    ]


def _measured(page: Home, said: str, words: str, repeat: int) -> dict[str, Any]:
    turns = [page.turn() for _ in range(WARM_UP + repeat)][WARM_UP:]
    middle = {what: median(turn[what] for turn in turns) * 1000 for what in ("page", "sql", "template", "request")}
    reading = []
    mark = "?" if page.service.url.startswith("sqlite") else "%s"
    for _ in range(max(3, repeat // 10)):
        began = timer()
        page.cursor.execute(EVERYBODY.format(mark=mark), (f"% {plain(words).split()[0]}%",))
        page.cursor.fetchall()
        reading.append(timer() - began)
    floor = middle["sql"] + middle["template"] + middle["request"]
    return {
        "asks": page.role,
        "for": said,
        "statements": len(page.warm_sent),
        "page_ms": round(middle["page"], 2),
        "sql_ms": round(middle["sql"], 2),
        "template_ms": round(middle["template"], 2),
        "request_ms": round(middle["request"], 2),
        "ratio": round(middle["page"] / floor, 2),
        "reading_everybody_ms": round(median(reading) * 1000, 2),
        "within": middle["page"] <= LIMIT * floor,
    }


def lines_of_searching(found: list[dict[str, Any]]) -> list[str]:
    lines = [
        f"{'search by':17} {'for':30} {'asks':>5} {'page':>8} {'SQL':>8} {'template':>9} {'request':>8} "
        f"{'ratio':>6} {'everybody':>10}"
    ]
    for one in found:
        lines.append(
            f"{one['asks']:17} {one['for']:30} {one['statements']:>5} {one['page_ms']:>8.2f} {one['sql_ms']:>8.2f} "
            f"{one['template_ms']:>9.2f} {one['request_ms']:>8.2f} {one['ratio']:>6.2f} "
            f"{one['reading_everybody_ms']:>10.2f}{'' if one['within'] else f'  beyond {LIMIT:.0f} times its floor'}"
        )
    return lines
