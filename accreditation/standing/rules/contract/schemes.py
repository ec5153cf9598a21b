"""A scheme from JSON, and back. The preset files, the stored versions and `schemes show` are all in this one format."""

from collections.abc import Callable, Mapping
from typing import Literal, cast

from accreditation.standing.rules.contract.reading import Fields, Refused, parse_json, shown
from accreditation.standing.rules.evidence import EVENT_KINDS, INTERVAL_KINDS
from accreditation.standing.rules.requirements import (
    Accumulated,
    AllOf,
    AnyOf,
    Asked,
    Held,
    Once,
    Recurring,
    Rule,
    Step,
)
from accreditation.standing.rules.scheme import (
    CONFIRMED_BY,
    LEAD_DAYS,
    LEAVE_CAP_DAYS,
    RESERVED,
    Figure,
    Requirement,
    Scheme,
)

DEEPEST = 20
RENEW_FROM = ("event", "end")


def read_scheme_file(text: str) -> Scheme:
    """The scheme in a file. Raises Refused."""
    return read_scheme(parse_json(text, "scheme"))


def read_scheme(value: object) -> Scheme:
    """The scheme in a JSON object. Raises Refused naming the requirement."""
    fields = Fields(value, "scheme")
    code = fields.name("code")
    fields.required("requirements")
    requirements = tuple(
        read_requirement(each, number) for number, each in enumerate(fields.objects("requirements"), 1)
    )
    seen: set[str] = set()
    for requirement in requirements:
        where = f"requirement {shown(requirement.code)}"
        if requirement.code in seen:
            raise Refused(f"{where}: another one has the same code")
        if requirement.code in RESERVED:
            raise Refused(f"{where}: the code is reserved")
        seen.add(requirement.code)
    if not any(_is_award_of(code, requirement.rule) for requirement in requirements):
        fields.refuse(f"no requirement holds an award of {shown(code)} itself")
    leave_cap_days = fields.whole("leave_cap_days")
    attendance_percent = fields.whole("attendance_percent") or None
    if attendance_percent is not None and attendance_percent > 100:
        fields.refuse(f"attendance_percent {attendance_percent} is more than 100")
    return Scheme(
        code=code,
        requirements=requirements,
        window_days=fields.whole("window_days"),
        leave_cap_days=LEAVE_CAP_DAYS if leave_cap_days is None else leave_cap_days,
        name=fields.text("name"),
        issuing_body=fields.text("issuing_body"),
        jurisdiction=fields.text("jurisdiction"),
        validity_months=fields.whole("validity_months") or None,
        renew_from=cast(Literal["event", "end"], fields.choice("renew_from", RENEW_FROM, "end")),
        grace_days=fields.whole("grace_days") or 0,
        may_refer=fields.flag("may_refer"),
        attendance_percent=attendance_percent,
        certainties=_texts(fields, "certainties"),
        outcomes=tuple(str(outcome) for outcome in fields.objects("outcomes")),
        recorded=tuple(_read_figure(each, number) for number, each in enumerate(fields.objects("recorded"), 1)),
        notes=fields.text("notes"),
        hidden=fields.flag("hidden"),
    )


def read_requirement(value: object, number: int) -> Requirement:
    fields = Fields(value, f"requirement {number}")
    code = fields.name("code")
    fields.where = f"requirement {shown(code)}"
    rule = read_rule(fields)
    lead_days = fields.whole("lead_days")
    return Requirement(
        code=code,
        rule=rule,
        window_days=fields.whole("window_days"),
        lead_only=fields.flag("lead_only"),
        label=fields.text("label"),
        action=fields.text("action"),
        who_acts=fields.text("who_acts"),
        confirmed_by=fields.choice("confirmed_by", CONFIRMED_BY, ""),
        lead_days=max((LEAD_DAYS.get(kind, 0) for kind in rule.kinds), default=0) if lead_days is None else lead_days,
        source=fields.text("source"),
        certainty=fields.text("certainty"),
    )


def read_rule(fields: Fields, depth: int = 0) -> Rule:
    return READERS[fields.choice("rule", READERS)](fields, depth)


def _once(fields: Fields, depth: int) -> Rule:
    return Once(_asked(fields, EVENT_KINDS))


def _held(fields: Fields, depth: int) -> Rule:
    return Held(_asked(fields, INTERVAL_KINDS))


def _recurring(fields: Fields, depth: int) -> Rule:
    months, days = fields.whole("every_months"), fields.whole("every_days")
    if (months is None) == (days is None):
        fields.refuse("every_months is missing" if months is None else "every_months and every_days exclude each other")
    return Recurring(
        asked=_asked(fields, EVENT_KINDS),
        every=Step(months, days),
        renew_from=cast(Literal["event", "end"], fields.choice("renew_from", RENEW_FROM, "event")),
        window_days=fields.whole("window_days"),
        also=tuple(
            _asked(Fields(each, f"{fields.where}, also {number}"), EVENT_KINDS)
            for number, each in enumerate(fields.objects("also"), 1)
        ),
        leave_moves=fields.flag("leave_moves"),
    )


def _accumulated(fields: Fields, depth: int) -> Rule:
    asked = _asked(fields, EVENT_KINDS)
    quantity = fields.quantity("quantity")
    if quantity is None:
        fields.refuse("quantity is missing")
    return Accumulated(
        asked=asked,
        quantity=quantity,
        per_months=fields.whole("per_months"),
        first_due_months=fields.whole("first_due_months"),
        leave_moves=fields.flag("leave_moves"),
    )


def _any_of(fields: Fields, depth: int) -> Rule:
    return AnyOf(_parts(fields, depth))


def _all_of(fields: Fields, depth: int) -> Rule:
    return AllOf(_parts(fields, depth))


READERS: Mapping[str, Callable[[Fields, int], Rule]] = {
    "once": _once,
    "held": _held,
    "recurring": _recurring,
    "accumulated": _accumulated,
    "any_of": _any_of,
    "all_of": _all_of,
}


def _asked(fields: Fields, kinds: frozenset[str]) -> Asked:
    kind = fields.choice("kind", EVENT_KINDS | INTERVAL_KINDS)
    if kind not in kinds:
        fields.refuse(f"kind {shown(kind)} is {'an event' if kind in EVENT_KINDS else 'an interval'}")
    return Asked(kind, fields.codes("of"))


def _parts(fields: Fields, depth: int) -> tuple[Rule, ...]:
    if depth >= DEEPEST:
        fields.refuse("nested too deeply")
    parts = fields.objects("requirements")
    if not parts:
        fields.refuse("requirements is missing")
    rules = []
    for number, each in enumerate(parts, 1):
        part = Fields(each, f"{fields.where}, part {number}")
        if part.get("code") is not None:
            part.refuse("a part has no code")
        rules.append(read_rule(part, depth + 1))
    return tuple(rules)


def _is_award_of(code: str, rule: Rule) -> bool:
    return isinstance(rule, Held) and rule.asked.kind == "award" and code in (rule.asked.codes or ())


def _texts(fields: Fields, name: str) -> dict[str, str]:
    value = fields.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        fields.refuse(f"{name} is not an object of texts")
    return dict(value)


def _read_figure(value: object, number: int) -> Figure:
    fields = Fields(value, f"recorded figure {number}")
    return Figure(
        key=fields.name("key"),
        label=fields.text("label"),
        quantity=fields.quantity("quantity"),
        unit=fields.text("unit"),
        period_months=fields.whole("period_months"),
        phase=fields.text("phase"),
        source=fields.text("source"),
        certainty=fields.text("certainty"),
        why_not_enforced=fields.text("why_not_enforced"),
    )
