"""A requirement and a scheme's settings in plain words."""

from accreditation.standing.rules.evidence import Codes
from accreditation.standing.rules.requirements import Accumulated, AllOf, AnyOf, Asked, Held, Once, Recurring, Rule
from accreditation.standing.rules.scheme import Requirement, Scheme

NOUNS = {
    "training": "training passed",
    "refresher": "refresher day attended",
    "cpd": "CPD",
    "case": "cases",
    "supervision": "supervision",
    "observation": "observed practice",
    "award": "an accreditation in force",
    "clearance": "clearance in force",
    "clearance_application": "an application for clearance",
    "declaration": "a declaration in force",
    "membership": "membership",
}


def rule_in_words(requirement: Requirement, scheme: Scheme) -> str:
    """What the requirement asks for, in one or two sentences."""
    words = f"{_sentence(requirement.rule)}."
    if _ends(requirement.rule) and (window_days := scheme.window_of(requirement)):
        words += f" Renewal opens {window_days} days before the end."
    if requirement.lead_only:
        words += " Missing it alone still allows co-mediation."
    return words


def _ends(rule: Rule) -> bool:
    """Whether what was done once is ever due again."""
    return not isinstance(rule, Once) and not (isinstance(rule, Accumulated) and rule.per_months is None)


def _sentence(rule: Rule) -> str:
    words = _words(rule)
    return words[0].upper() + words[1:]


def _words(rule: Rule) -> str:
    match rule:
        case Once(asked):
            return f"once: {_asked(asked)}"
        case Held(asked):
            return _asked(asked)
        case Recurring():
            every = f"{rule.every.months} months" if rule.every.months is not None else f"{rule.every.days} days"
            words = f"{_asked(rule.asked)} every {every}"
            if rule.also:
                words += f"; {' or '.join(_asked(asked) for asked in rule.also)} counts as well"
            if rule.renew_from == "end":
                words += "; renewing in time keeps the anniversary"
            return words + _leave(rule.leave_moves)
        case Accumulated():
            words = f"{_asked(rule.asked)}, {format(rule.quantity, 'f')} or more"
            words += f" within {rule.per_months} months" if rule.per_months is not None else " in all"
            if rule.first_due_months:
                words += f", first due {rule.first_due_months} months after the accreditation"
            return words + _leave(rule.leave_moves)
        case AnyOf(parts):
            return "one of these: " + "; ".join(_words(part) for part in parts)
        case AllOf(parts):
            return "all of these: " + "; ".join(_words(part) for part in parts)
    raise TypeError(f"no such rule: {rule!r}")


def _asked(asked: Asked) -> str:
    noun = NOUNS.get(asked.kind, asked.kind.replace("_", " "))
    return f"{noun} ({_codes(asked.codes)})" if asked.codes else noun


def _codes(codes: Codes) -> str:
    return " or ".join(code.replace("_", "-") for code in sorted(codes or ()))


def _leave(moves: bool) -> str:
    return "; leave moves the date" if moves else ""


def settings_in_words(scheme: Scheme) -> list[tuple[str, str, str]]:
    """The settings of the scheme: what, its value, and the code of how sure that is."""
    sure = scheme.certainties
    validity = f"{scheme.validity_months} months" if scheme.validity_months else "Open-ended: no period is stated"
    attendance = f"{scheme.attendance_percent}% of the hours" if scheme.attendance_percent else "None is stated"
    kept = "The new one starts where the old one ends" if scheme.renew_from == "end" else "From its own date"
    return [
        ("An accreditation runs for", validity, sure.get("validity_months", "")),
        ("Renewal opens", f"{scheme.window_days or 0} days before the end", sure.get("window_days", "")),
        ("Renewed in time", kept, sure.get("renew_from", "")),
        ("A late renewal is still a renewal for", f"{scheme.grace_days} days", sure.get("grace_days", "")),
        ("Leave moves a date by at most", f"{scheme.leave_cap_days} days", sure.get("leave_cap_days", "")),
        ("Attendance needed for a result", attendance, sure.get("attendance_percent", "")),
        ("An assessment may end in", ", ".join(scheme.outcomes).replace("_", " "), ""),
    ]
