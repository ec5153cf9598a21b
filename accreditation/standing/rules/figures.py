"""Every figure of a scheme on its own: what it says, its source, how sure that is. And what two versions differ in."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from accreditation.standing.rules.contract.scheme_json import requirement_as_json
from accreditation.standing.rules.scheme import Figure, Requirement, Scheme
from accreditation.standing.rules.wording import rule_in_words, settings_in_words

UNSURE = frozenset({"G", "P", "C"})
"""DOMAIN section 0: general knowledge, our own proposal and conflicting sources are for the service to check."""

WORDING = {
    "label": "name",
    "action": "what to do",
    "who_acts": "who acts",
    "confirmed_by": "who confirms",
    "source": "source",
    "certainty": "how sure",
}
"""What people are told of a requirement: another wording is no other figure."""


@dataclass(frozen=True)
class FigureLine:
    """One figure. `key` names it within the scheme; `says` is canonical text: the same text is the same figure."""

    part: Literal["requirement", "setting", "recorded"]
    key: str
    label: str
    words: str
    says: str
    source: str = ""
    certainty: str = ""

    @property
    def is_unsure(self) -> bool:
        return self.certainty in UNSURE


@dataclass(frozen=True)
class Difference:
    """A figure or a wording that is not the same in two versions; `before` or `after` empty where it is not there."""

    label: str
    before: str
    after: str


def figures(scheme: Scheme) -> list[FigureLine]:
    """Requirements, settings and recorded figures, in that order."""
    return [
        *(_of_requirement(requirement, scheme) for requirement in scheme.requirements),
        *_settings(scheme),
        *(_recorded(figure) for figure in scheme.recorded),
    ]


def unsure(scheme: Scheme, confirmed: Mapping[str, str]) -> list[FigureLine]:
    """The figures that somebody should check: unsure, and not confirmed as what they say now.

    `confirmed`: for each figure's key what was confirmed last.
    """
    return [figure for figure in figures(scheme) if figure.is_unsure and confirmed.get(figure.key) != figure.says]


def differences(old: Scheme, new: Scheme) -> list[Difference]:
    """What the new version says otherwise than the old one; empty where they say the same."""
    found: list[Difference] = []
    before, after = _by_key(figures(old)), _by_key(figures(new))
    for key in dict.fromkeys([*after, *before]):
        was, now = before.get(key), after.get(key)
        if was is None or now is None or was.says != now.says:
            label = (now or was).label  # type: ignore[union-attr]
            found.append(Difference(label, was.words if was else "", now.words if now else ""))
    for requirement in new.requirements:
        if earlier := old.find(requirement.code):
            found += _wording(earlier, requirement)
    order = [each.code for each in old.requirements if new.find(each.code)]
    if order != [each.code for each in new.requirements if old.find(each.code)]:
        names = [[each.label or each.code for each in scheme.requirements] for scheme in (old, new)]
        found.append(Difference("Order of the requirements", ", ".join(names[0]), ", ".join(names[1])))
    for name, label in (("name", "Name"), ("issuing_body", "Body"), ("notes", "Notes")):
        if getattr(old, name) != getattr(new, name):
            found.append(Difference(label, getattr(old, name), getattr(new, name)))
    return found


def _by_key(lines: Iterable[FigureLine]) -> dict[str, FigureLine]:
    return {line.key: line for line in lines}


def _of_requirement(requirement: Requirement, scheme: Scheme) -> FigureLine:
    said = {name: value for name, value in requirement_as_json(requirement).items() if name not in WORDING}
    said["window_days"] = scheme.window_of(requirement)
    words = rule_in_words(requirement, scheme)
    if requirement.lead_days:
        words += f" Work on it takes {requirement.lead_days} days."
    return FigureLine(
        "requirement",
        requirement.code,
        requirement.label or requirement.code,
        words,
        _canonical(said),
        requirement.source,
        requirement.certainty,
    )


SETTINGS = (
    "validity_months",
    "window_days",
    "renew_from",
    "grace_days",
    "leave_cap_days",
    "attendance_percent",
    "outcomes",
)
"""The names of the settings, in the order in which settings_in_words says them."""


def _settings(scheme: Scheme) -> list[FigureLine]:
    return [
        FigureLine("setting", f"setting:{name}", label, words, _canonical(getattr(scheme, name)), "", certainty)
        for name, (label, words, certainty) in zip(SETTINGS, settings_in_words(scheme), strict=True)
    ]


def _recorded(figure: Figure) -> FigureLine:
    amount = "" if figure.quantity is None else f"{figure.quantity.normalize():f} {figure.unit}".strip()
    if amount and figure.period_months:
        amount += f" every {figure.period_months} months"
    said = [amount, figure.phase]
    words = amount or "not read"
    key = f"recorded:{figure.key}"
    return FigureLine("recorded", key, figure.label, words, _canonical(said), figure.source, figure.certainty)


def _wording(old: Requirement, new: Requirement) -> list[Difference]:
    name = new.label or new.code
    return [
        Difference(f"{name}: {words}", getattr(old, field), getattr(new, field))
        for field, words in WORDING.items()
        if getattr(old, field) != getattr(new, field)
    ]


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
