"""A page with what an address may ask of it: opened with a question only where the page looks for that question.

A page that looks up no `q` in its address answers `?q=...` as it answers without: until it looks, it cannot know. So a
walk with several questions need not open every page again for each, and misses nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.test import TestResponse


class Question(ImmutableMultiDict[str, str]):
    """The arguments of an address, which remember what was looked up in them."""

    looked_up: set[str] = set()
    all_of_it = "*"

    def __getitem__(self, key: str) -> str:
        self.looked_up.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.looked_up.add(str(key))
        return super().__contains__(key)

    def getlist(self, key: str, *arguments: Any, **named: Any) -> list[Any]:
        self.looked_up.add(key)
        return super().getlist(key, *arguments, **named)


def _looks_at_all(name: str) -> Any:
    quiet = getattr(ImmutableMultiDict, name)

    def loud(self: Question, *arguments: Any, **named: Any) -> Any:
        self.looked_up.add(self.all_of_it)
        return quiet(self, *arguments, **named)

    return loud


ALL_AT_ONCE = (
    "__iter__", "__len__", "__eq__", "__or__", "__ror__", "__reversed__", "keys", "values", "items", "lists",
    "listvalues", "to_dict", "copy", "deepcopy",
)  # fmt: skip
for _name in ALL_AT_ONCE:
    setattr(Question, _name, _looks_at_all(_name))


@contextmanager
def questions_noticed(app: Flask) -> Iterator[None]:
    kept = app.request_class.parameter_storage_class
    app.request_class.parameter_storage_class = Question
    try:
        yield
    finally:
        app.request_class.parameter_storage_class = kept


def opened(
    app: Flask, browser: FlaskClient, path: str, questions: dict[str, str]
) -> Iterator[tuple[str, TestResponse]]:
    """The page, and the page with each of these questions that it looks for, by address."""
    Question.looked_up.clear()
    with questions_noticed(app):
        yield path, browser.get(path)
        looked_up = set(Question.looked_up)
    for name, asked in questions.items():
        if looked_up & {name, Question.all_of_it}:
            yield f"{path}?{name}={asked}", browser.get(f"{path}?{name}={asked}")
