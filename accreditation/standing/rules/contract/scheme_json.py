"""A scheme as the JSON that `evaluate` reads and that is stored for each version."""

from accreditation.standing.rules.contract.rows import number_as_json
from accreditation.standing.rules.evidence import Codes
from accreditation.standing.rules.requirements import Accumulated, AllOf, AnyOf, Asked, Held, Once, Recurring, Rule
from accreditation.standing.rules.scheme import Figure, Requirement, Scheme

Json = dict[str, object]


def scheme_as_json(scheme: Scheme) -> Json:
    """Everything the scheme says; reading it again gives an equal scheme."""
    return _without_empty(
        {
            "code": scheme.code,
            "name": scheme.name,
            "issuing_body": scheme.issuing_body,
            "jurisdiction": scheme.jurisdiction,
            "validity_months": scheme.validity_months,
            "window_days": scheme.window_days,
            "renew_from": scheme.renew_from,
            "grace_days": scheme.grace_days,
            "may_refer": scheme.may_refer,
            "attendance_percent": scheme.attendance_percent,
            "leave_cap_days": scheme.leave_cap_days,
            "certainties": dict(scheme.certainties),
            "outcomes": list(scheme.outcomes),
            "requirements": [requirement_as_json(requirement) for requirement in scheme.requirements],
            "recorded": [_figure_as_json(figure) for figure in scheme.recorded],
            "notes": scheme.notes,
            "hidden": scheme.hidden or None,
        }
    )


def requirement_as_json(requirement: Requirement) -> Json:
    return _without_empty(
        {
            "code": requirement.code,
            **rule_as_json(requirement.rule),
            "window_days": requirement.window_days,
            "lead_only": requirement.lead_only or None,
            "label": requirement.label,
            "action": requirement.action,
            "who_acts": requirement.who_acts,
            "confirmed_by": requirement.confirmed_by,
            "lead_days": requirement.lead_days,
            "source": requirement.source,
            "certainty": requirement.certainty,
        }
    )


def rule_as_json(rule: Rule) -> Json:
    match rule:
        case Once(asked):
            return {"rule": "once", **_asked_as_json(asked)}
        case Held(asked):
            return {"rule": "held", **_asked_as_json(asked)}
        case Recurring():
            return _without_empty(
                {
                    "rule": "recurring",
                    **_asked_as_json(rule.asked),
                    "every_months": rule.every.months,
                    "every_days": rule.every.days,
                    "renew_from": rule.renew_from,
                    "window_days": rule.window_days,
                    "also": [_asked_as_json(asked) for asked in rule.also],
                    "leave_moves": rule.leave_moves or None,
                }
            )
        case Accumulated():
            return _without_empty(
                {
                    "rule": "accumulated",
                    **_asked_as_json(rule.asked),
                    "quantity": number_as_json(rule.quantity),
                    "per_months": rule.per_months,
                    "first_due_months": rule.first_due_months,
                    "leave_moves": rule.leave_moves or None,
                }
            )
        case AnyOf(parts):
            return {"rule": "any_of", "requirements": [rule_as_json(part) for part in parts]}
        case AllOf(parts):
            return {"rule": "all_of", "requirements": [rule_as_json(part) for part in parts]}
    raise TypeError(f"no such rule: {rule!r}")


def _asked_as_json(asked: Asked) -> Json:
    return _without_empty({"kind": asked.kind, "of": _codes_as_json(asked.codes)})


def _codes_as_json(codes: Codes) -> object:
    if codes is None:
        return None
    return next(iter(codes)) if len(codes) == 1 else sorted(codes)


def _figure_as_json(figure: Figure) -> Json:
    return _without_empty(
        {
            "key": figure.key,
            "label": figure.label,
            "quantity": None if figure.quantity is None else number_as_json(figure.quantity),
            "unit": figure.unit,
            "period_months": figure.period_months,
            "phase": figure.phase,
            "source": figure.source,
            "certainty": figure.certainty,
            "why_not_enforced": figure.why_not_enforced,
        }
    )


def _without_empty(values: Json) -> Json:
    """Without nulls, empty texts and empty collections; nought and false are something."""
    return {name: value for name, value in values.items() if value is not None and value not in ("", [], {})}
