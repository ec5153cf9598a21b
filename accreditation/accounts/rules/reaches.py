"""What a role can be given for, as the value of a choice: `service`, `own`, `unit:3`, `provider:2`."""

from accreditation.core.permissions import SCOPES, Role, Scope

OWN = "own"


def reach_value(scope: Scope, scope_id: int | None = None) -> str:
    return scope.value if scope_id is None else f"{scope.value}:{scope_id}"


def scope_of(value: str, person_id: int) -> tuple[Scope, int | None]:
    """The scope that a choice means for this person. Raises ValueError for what is no choice."""
    if value == OWN:
        return Scope.PERSON, person_id
    name, _, number = value.partition(":")
    return Scope(name), int(number) if number else None


def only_reach(role: Role) -> str | None:
    """What the role is always for, where that needs no name: the service or the own record. None: it must be said."""
    scopes = SCOPES[role]
    if scopes == {Scope.SERVICE}:
        return Scope.SERVICE.value
    return OWN if scopes == {Scope.PERSON} else None
