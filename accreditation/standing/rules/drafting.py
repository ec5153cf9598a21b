"""Changing the text of a scheme, step by step: a definition goes in and a checked definition comes out.

A definition is the JSON object that `standing evaluate` reads. Every function raises Refused when what comes out would
not be a scheme, with the requirement and the field named.
"""

import json
from collections.abc import Mapping
from typing import Any, cast

from accreditation.standing.rules.contract.reading import Refused, parse_json
from accreditation.standing.rules.contract.scheme_json import scheme_as_json
from accreditation.standing.rules.contract.schemes import read_scheme
from accreditation.standing.rules.scheme import Scheme

Definition = dict[str, Any]


def definition_of(scheme: Scheme) -> str:
    """The text that is stored: the JSON that `evaluate` reads."""
    return json.dumps(scheme_as_json(scheme), ensure_ascii=False)


def checked(definition: Mapping[str, object], code: str) -> str:
    """The definition as text, if it is a scheme and still the same one."""
    scheme = read_scheme(dict(definition))
    if scheme.code != code:
        raise Refused(f"scheme: the code is {scheme.code}, and this is a version of {code}")
    return definition_of(scheme)


def replaced(text: str, code: str) -> str:
    """Another text altogether, as somebody has written it."""
    value = parse_json(text, "scheme")
    if not isinstance(value, dict):
        raise Refused("scheme: it is not a JSON object")
    return checked(value, code)


def with_settings(text: str, values: Mapping[str, object]) -> str:
    """With these settings; None leaves one open. A setting that changes is the service's own."""
    definition = _parsed(text)
    sure = dict(definition.get("certainties", {}))
    for name, value in values.items():
        if definition.get(name) != value and name in sure:
            sure[name] = "L"
    definition.update(values)
    definition["certainties"] = sure
    return checked(definition, definition["code"])


def with_requirement(text: str, code: str, values: Mapping[str, object]) -> str:
    """With these fields of one requirement; None takes a field away."""
    definition = _parsed(text)
    for requirement in definition["requirements"]:
        if requirement["code"] == code:
            requirement.update(values)
            return checked(_without_nothing(definition), definition["code"])
    raise Refused(f"requirement {code}: there is no such requirement in this version")


def with_another_requirement(text: str, values: Mapping[str, object]) -> str:
    """With one requirement more, the last."""
    definition = _parsed(text)
    definition["requirements"].append(dict(values))
    return checked(_without_nothing(definition), definition["code"])


def without_requirement(text: str, code: str) -> str:
    definition = _parsed(text)
    rest = [requirement for requirement in definition["requirements"] if requirement["code"] != code]
    if len(rest) == len(definition["requirements"]):
        raise Refused(f"requirement {code}: there is no such requirement in this version")
    definition["requirements"] = rest
    return checked(definition, definition["code"])


def with_requirement_moved(text: str, code: str, by: int) -> str:
    """One place up (-1) or down (1): of several that fail, the first is named first. At the edge it stays."""
    definition = _parsed(text)
    found = definition["requirements"]
    at = next((place for place, requirement in enumerate(found) if requirement["code"] == code), None)
    if at is None:
        raise Refused(f"requirement {code}: there is no such requirement in this version")
    to = min(max(at + by, 0), len(found) - 1)
    found.insert(to, found.pop(at))
    return checked(definition, definition["code"])


def _parsed(text: str) -> Definition:
    """A stored definition: it was checked when it was stored."""
    return cast(Definition, parse_json(text, "scheme"))


def _without_nothing(definition: Definition) -> Definition:
    definition["requirements"] = [
        {name: value for name, value in requirement.items() if value is not None}
        for requirement in definition["requirements"]
    ]
    return definition


def in_lines(text: str) -> str:
    """A definition as text that a person can read."""
    return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
