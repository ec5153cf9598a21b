"""Every door of the application, as a test walks up to it.

`python -m tests.security.doors` prints what the code says today in the shape of access.csv. It is a help for writing
the lines of new pages, never a replacement for reading them: the file is the oracle, and the code is tested against it.
"""

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from accreditation.core.permissions import ALLOWED, SCOPES, Permission, Role, Scope
from accreditation.people.rules import Grant
from accreditation.web.guards import policy_of

ORACLE = Path(__file__).with_name("access.csv")
PANEL = Path(__file__).with_name("access-panel.csv")
"""The doors of those who sift, interview, assess or moderate for a while, and so of roles that come in nowhere else."""
FOR_A_WHILE = (Role.SIFTER, Role.INTERVIEWER, Role.ASSESSOR, Role.MODERATOR)
ANONYMOUS = "anonymous"
DUMMIES = {"int": "999999999", "default": "none-such", "path": "none-such", "string": "none-such"}


@dataclass(frozen=True)
class Door:
    """One address with one method. `address` is the rule as the code has it, `path` one that leads to no object."""

    method: str
    address: str
    path: str
    endpoint: str
    arguments: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.method} {self.address}"

    def filled(self, objects: dict[str, object]) -> str | None:
        """The path that leads to these objects; None when one of its arguments is not among them."""
        path = self.address
        for part in self.arguments:
            name = part.rpartition(":")[2]
            if name not in objects:
                return None
            path = path.replace(f"<{part}>", str(objects[name]))
        return path


def doors(app: Flask) -> list[Door]:
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            found.append(Door(method, rule.rule, *_dummy(rule.rule), rule.endpoint, tuple(_parts(rule.rule))))
    return sorted(found, key=lambda door: (door.address, door.method))


def _parts(rule: str) -> Iterator[str]:
    while "<" in rule:
        part, _, rule = rule.partition("<")[2].partition(">")
        yield part


def _dummy(rule: str) -> tuple[str]:
    path = rule
    for part in _parts(rule):
        kind, colon, _ = part.partition(":")
        path = path.replace(f"<{part}>", DUMMIES[kind if colon else "default"])
    return (path,)


def broadest(role: Role, person_id: int, provider_id: int, unit_id: int) -> Grant:
    """The widest grant in which a role comes."""
    ids = {Scope.PERSON: person_id, Scope.PROVIDER: provider_id, Scope.UNIT: unit_id}
    if Scope.SERVICE in SCOPES[role]:
        return Grant(role, Scope.SERVICE)
    scope = next(scope for scope in (Scope.UNIT, Scope.PROVIDER, Scope.PERSON) if scope in SCOPES[role])
    return Grant(role, scope, ids[scope])


def oracle() -> dict[str, dict[str, str]]:
    """What access.csv says: by door, then by role, “yes” or “no”.

    The roles that come for a while enter where everybody does, and where access-panel.csv says.
    """
    found = {}
    for path in (ORACLE, PANEL):
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                door = row.pop("door")
                said = found.setdefault(door, dict.fromkeys((ANONYMOUS, *(role.value for role in Role)), "no"))
                if path == ORACLE:
                    for_all = all(row[role.value] == "yes" for role in Role if role.value in row)
                    said.update(dict.fromkeys((role.value for role in FOR_A_WHILE), "yes" if for_all else "no"))
                said.update(row)
    return found


def as_the_code_says(app: Flask) -> Iterator[dict[str, str]]:
    for door in doors(app):
        policy = policy_of(app, door.endpoint)
        assert policy is not None
        open_to_all = policy.permission is Permission.PUBLIC
        row = {"door": door.name, ANONYMOUS: "yes" if open_to_all else "no"}
        for role in Role:
            anybody = open_to_all or policy.permission is Permission.SIGNED_IN
            row[role.value] = "yes" if anybody or policy.permission in ALLOWED[role] else "no"
        yield row


if __name__ == "__main__":
    from accreditation.app import create_app

    writer = csv.DictWriter(sys.stdout, ["door", ANONYMOUS, *(role.value for role in Role)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(as_the_code_says(create_app("sqlite:///:memory:")))
