"""The first page of each role beside its bare floor: the same statements through the driver, the same template, and a
bare request.

The statements are those that the page itself sends, each once. The bare request is asked of an application that does
nothing but read the same signed cookie and answer with as many letters: without it the floor of a short page would be
lower than what it takes to be asked at all (docs/decisions/0039). What stands between the two is who signs in, the ORM,
and the page's own sums. `counting`: the first time after something has changed, when every number is counted anew.
"""

from collections import defaultdict
from statistics import median
from typing import Any

from flask import Flask, session
from flask.testing import FlaskClient
from sqlalchemy import event

from accreditation.core.database import db
from accreditation.desk.demo.plan.service import MEDIATOR_ADDRESS, STAFF
from tests.bench.databases import Service, signed_in
from tests.bench.floor import captured, raw_connection
from tests.bench.timing import timer

WARM_UP = 3
LIMIT = 3.0
"""Times its floor that a first page may take."""

Sent = list[tuple[str, Any]]


class Home:
    """The first page of one role in one service (or another one at `path`), and its floors, warm and counting anew."""

    def __init__(self, service: Service, role: str, email: str, path: str | None = None) -> None:
        self.service, self.role = service, role
        with service.app.app_context():
            self.client: FlaskClient = signed_in(service.app, email)
            db.session.remove()
        self.client.get("/", follow_redirects=True)
        self.path = path or self.client.get("/", follow_redirects=True).request.path
        connection, _, _ = raw_connection(service.url)
        self.cursor = connection.cursor()
        self.counting_sent = self._sent(anew=True)
        self.warm_sent = self._sent(anew=False)
        self.template, context = captured(service.app, self.open)
        self.context = {name: value for name, value in context.items() if name not in {"request", "session", "g"}}
        self.bare = bare_client(service, self.client, self.client.get(self.path).text)

    def open(self) -> None:
        answer = self.client.get(self.path)
        if answer.status_code != 200:
            raise AssertionError(f"{self.path} answered {answer.status_code} to {self.role}")

    def forget_counts(self) -> None:
        self.service.app.extensions.pop("desk_counts", None)

    def _sent(self, *, anew: bool) -> Sent:
        sent: Sent = []

        def listen(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
            if statement.lstrip().upper().startswith(("SELECT", "WITH")):
                sent.append((statement, parameters))

        if anew:
            self.forget_counts()
        with self.service.app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", listen)
        self.open()
        event.remove(engine, "before_cursor_execute", listen)
        return sent

    def turn(self) -> dict[str, float]:
        self.forget_counts()
        return {
            "counting": self._timed(self.open),
            "page": self._timed(self.open),
            "counting_sql": self._timed(lambda: self._ask(self.counting_sent)),
            "sql": self._timed(lambda: self._ask(self.warm_sent)),
            "template": self._rendered(),
            "request": self._timed(lambda: self.bare.get(self.path)),
        }

    def _ask(self, sent: Sent) -> None:
        for statement, parameters in sent:
            self.cursor.execute(statement, parameters)
            self.cursor.fetchall()

    def _rendered(self) -> float:
        with self.service.app.test_request_context(self.path):
            return self._timed(lambda: self.template.render(self.context))

    @staticmethod
    def _timed(what: Any) -> float:
        began = timer()
        what()
        return timer() - began


def bare_client(service: Service, signed_in: FlaskClient, page: str) -> FlaskClient:
    """A browser with the same cookie, in an application that says this page to whoever has it, whatever is asked."""
    app = Flask("bare")
    app.config.update({name: service.app.config[name] for name in ("SECRET_KEY", "SESSION_COOKIE_NAME")})

    @app.get("/")
    @app.get("/<path:asked>")
    def answer(asked: str = "") -> str:
        return page if "_user_id" in session else ""

    client = app.test_client()
    with signed_in.session_transaction() as theirs, client.session_transaction() as ours:
        ours.update(theirs)
    if client.get("/").text != page:
        raise AssertionError("the bare application does not know the cookie")
    return client


def measure_homes(services: list[Service], repeat: int) -> list[dict[str, Any]]:
    """Repetitions take turns. Statements are counted too: the same number in a small service and a large one."""
    people = [(role.value, email) for role, _, _, email in STAFF if not email.startswith("second.")]
    homes = [
        Home(service, role, email) for service in services for role, email in [*people, ("mediator", MEDIATOR_ADDRESS)]
    ]
    spent: dict[tuple[int, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for turn in range(WARM_UP + repeat):
        for home in homes:
            taken = home.turn()
            if turn >= WARM_UP:
                for what, seconds in taken.items():
                    spent[home.service.people, home.role][what].append(seconds * 1000)
    return [_summed_up(home, spent[home.service.people, home.role]) for home in homes]


def _summed_up(home: Home, spent: dict[str, list[float]]) -> dict[str, Any]:
    middle = {what: median(found) for what, found in spent.items()}
    rest = middle["template"] + middle["request"]
    floor, counting_floor = middle["sql"] + rest, middle["counting_sql"] + rest
    return {
        "role": home.role,
        "path": home.path,
        "people": home.service.people,
        "statements": len(home.counting_sent),
        "warm_statements": len(home.warm_sent),
        "page_ms": round(middle["page"], 2),
        "sql_ms": round(middle["sql"], 2),
        "template_ms": round(middle["template"], 2),
        "request_ms": round(middle["request"], 2),
        "ratio": round(middle["page"] / floor, 2),
        "counting_ms": round(middle["counting"], 2),
        "counting_ratio": round(middle["counting"] / counting_floor, 2),
        "within": middle["page"] <= LIMIT * floor and middle["counting"] <= LIMIT * counting_floor,
    }


def lines_of_homes(homes: list[dict[str, Any]]) -> list[str]:
    lines = [
        f"{'first page of':20} {'people':>8} {'asks':>5} {'page':>8} {'SQL':>8} {'template':>9} {'request':>8} "
        f"{'ratio':>6} {'counting':>9} {'ratio':>6}"
    ]
    for one in sorted(homes, key=lambda one: (one["role"], one["people"])):
        lines.append(
            f"{one['role'].replace('_', ' '):20} {one['people']:>8,} {one['statements']:>5} {one['page_ms']:>8.2f} "
            f"{one['sql_ms']:>8.2f} {one['template_ms']:>9.2f} {one['request_ms']:>8.2f} {one['ratio']:>6.2f} "
            f"{one['counting_ms']:>9.2f} {one['counting_ratio']:>6.2f}"
            f"{'' if one['within'] else f'  beyond {LIMIT:.0f} times its floor'}"
        )
    return lines


def grown(homes: list[dict[str, Any]]) -> list[str]:
    """The pages that ask a large service another number of statements than a small one, in words."""
    asked: dict[str, dict[int, tuple[int, int]]] = defaultdict(dict)
    for one in homes:
        asked[one["role"]][one["people"]] = (one["statements"], one["warm_statements"])
    return [
        f"the first page of {role} asks {numbers} (counting, warm)"
        for role, numbers in asked.items()
        if len(set(numbers.values())) > 1
    ]
