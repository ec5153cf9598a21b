"""Whichever way a page looks something up in its address, it is noticed: or a walk would not ask it."""

import pytest
from flask import request

from tests.security.asked import Question, questions_noticed

WAYS = [
    lambda: request.args.get("q"),
    lambda: request.args.get("q", type=int),
    lambda: request.args.get("q", "", str),
    lambda: request.args.getlist("q"),
    lambda: request.args.getlist("q", type=int),
    lambda: "q" in request.args,
    lambda: request.values.get("q"),
    lambda: "q" in request.values,
    lambda: request.values.getlist("q"),
    lambda: dict(request.values),
    lambda: bool(request.args),
    lambda: request.args == {},
    lambda: request.args | {},
    lambda: {} | request.args,
    lambda: {**request.args},
    lambda: dict(request.args),
    lambda: dict(**request.args),
    lambda: list(request.args),
    lambda: sorted(request.args.keys()),
    lambda: list(request.args.items(multi=True)),
    lambda: list(request.args.lists()),
    lambda: list(request.args.values()),
    lambda: list(request.args.listvalues()),
    lambda: request.args.to_dict(flat=False),
    lambda: request.args.copy(),
    lambda: request.args.deepcopy(),
]


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_looking_is_noticed(app, way):
    Question.looked_up.clear()
    with questions_noticed(app), app.test_request_context("/mediators"):
        way()
    assert Question.looked_up & {"q", Question.all_of_it}


def test_who_looks_for_something_else_is_not_asked_this(app):
    Question.looked_up.clear()
    with questions_noticed(app), app.test_request_context("/mediators"):
        request.args.get("place")
    assert Question.looked_up == {"place"}
