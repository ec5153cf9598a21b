"""Topics that other rooms suggest for the next day: what mediators ask about most, for one.

A room that is not below this one may not be asked by it. So whoever stands above both registers where suggestions come
from (`suggests_topics`), and the form shows what it gets, as a value; with no source it shows none.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar


@dataclass(frozen=True)
class SuggestedTopic:
    """`words`: the topic as people say it; `why`: what speaks for it, such as how often it was asked about."""

    words: str
    why: str


Source = Callable[[date], Sequence[SuggestedTopic]]
S = TypeVar("S", bound=Source)

SOURCES: list[Source] = []


def suggests_topics(source: S) -> S:
    """Decorator: a function of the day that returns topics, those that matter most first."""
    if source not in SOURCES:
        SOURCES.append(source)
    return source


def suggested_topics(on: date) -> list[SuggestedTopic]:
    """Each topic once, in the order of the sources, with everything that speaks for it."""
    found: dict[str, SuggestedTopic] = {}
    for topic in (topic for source in SOURCES for topic in source(on)):
        known = found.get(topic.words.casefold())
        found[topic.words.casefold()] = SuggestedTopic(known.words, f"{known.why}; {topic.why}") if known else topic
    return list(found.values())
