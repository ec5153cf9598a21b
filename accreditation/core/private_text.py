"""Whether text looks as if it named somebody. A warning to a person who then decides; never a proof either way.

Cases are known by their references alone, and what parties are called is written nowhere. Nobody can list every name,
so this looks at how words are written: a form of address, or capitals where an ordinary word would have none.
"""

import re
from collections.abc import Collection, Iterator

FEW = 5
"""Where a number of people smaller than this could give somebody away, it is shown as "fewer than 5"."""

TITLES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "dr",
        "prof",
        "professor",
        "sir",
        "dame",
        "lord",
        "lady",
        "rev",
        "cllr",
        "pc",
        "ps",
        "pcso",
        "dc",
        "ds",
        "di",
        "dci",
        "dcs",
        "insp",
        "inspector",
        "sgt",
        "sergeant",
        "constable",
        "superintendent",
        "supt",
        "chief",
    ]
)

ORDINARY = frozenset(
    [
        "i",
        "i'm",
        "i've",
        "i'd",
        "i'll",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "english",
        "welsh",
        "scottish",
        "british",
        "irish",
        "european",
        "christmas",
        "easter",
        "ramadan",
        "eid",
        "diwali",
        "london",
        "police",
        "service",
        "mediation",
        "mediator",
        "teams",
        "zoom",
        "outlook",
        "excel",
        "word",
        "covid",
        "gov",
        "uk",
        "acas",
        "dear",
        "sir",
        "madam",
        "hello",
        "hi",
        "thanks",
        "regards",
    ]
)
"""Words with a capital that name nobody."""

AFTER_A_SENTENCE = frozenset(".!?:;\n•-–—(\"'“‘")
WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")


def names_in(text: str | None, *, known: Collection[str] = ()) -> list[str]:
    """The stretches of the text that look like somebody's name, in order, each once.

    `known`: words that name no person here, such as those of the service's units.
    """
    found = dict.fromkeys(_stretches(text or "", ORDINARY | {part for word in known for part in word.lower().split()}))
    return list(found)


def reference_names(reference: str | None) -> list[str]:
    """The same of a case reference: a word in ordinary letters, such as "Smith 2027" or "Okafor/Jones"."""
    return [
        word for word in WORD.findall(reference or "") if len(word) > 2 and word[0].isupper() and not word.isupper()
    ]


def _stretches(text: str, ordinary: Collection[str]) -> Iterator[str]:
    run: list[re.Match[str]] = []
    for word in WORD.finditer(text):
        if run and not _goes_on(run[-1].group(), text[run[-1].end() : word.start()]):
            yield from _named(text, run, ordinary)
            run = []
        if _has_capital(word.group()) or (run and word.group().lower() in {"van", "de", "al", "bin", "von", "o"}):
            run.append(word)
        else:
            yield from _named(text, run, ordinary)
            run = []
    yield from _named(text, run, ordinary)


def _goes_on(before: str, between: str) -> bool:
    """Whether a word belongs to the one before it: a full stop is within a name only after an initial or a title."""
    return not between.strip() or (between.strip() == "." and (len(before) == 1 or before.lower() in TITLES))


def _has_capital(word: str) -> bool:
    """A capital and small letters after it, or a title; "HR" and "CTC" are no names."""
    return word[0].isupper() and (not word.isupper() or len(word) == 1 or word.lower() in TITLES)


def _named(text: str, run: list[re.Match[str]], ordinary: Collection[str]) -> Iterator[str]:
    words = [word.group() for word in run]
    titled = any(word.lower() in TITLES for word in words[:-1])
    if run and not titled and _begins_a_sentence(text, run[0].start()):
        # The first word of a sentence has its capital for that: with another one after it, both may be a name.
        kept = [word for word in words[1:] if word.lower() not in ordinary]
        if not kept or words[0].lower() in ordinary:
            words = kept
    words = [word for word in words if word.lower() not in ordinary]
    if (titled and len(words) > 1) or [word for word in words if len(word) > 1 and word.lower() not in TITLES]:
        yield " ".join(words)


def _begins_a_sentence(text: str, at: int) -> bool:
    before = text[:at].rstrip(" ")
    return not before or before[-1] in AFTER_A_SENTENCE
