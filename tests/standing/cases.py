"""Random schemes and dossiers that crowd around the days where something changes."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.standing.oracle import months_later

EVENTS = ["training", "refresher", "cpd", "case", "supervision", "observation"]
INTERVALS = ["award", "clearance", "clearance_application", "declaration", "membership", "suspension", "withdrawal"]
AWKWARD = [
    date(2024, 2, 29),
    date(2024, 1, 31),
    date(2023, 8, 31),
    date(2023, 2, 28),
    date(2024, 3, 1),
    date(2024, 12, 31),
    date(2023, 10, 29),
    date(2024, 3, 31),
]
CODES = {"clearance": ["CTC", "SC", "DV", "NPPV3"], "case": ["lead", "co_mediation"], "cpd": ["A", "B"]}


def a_scheme(random):
    code = "X-1"
    requirements = [{"code": "award", "rule": "held", "kind": "award", "of": code}]
    for number in range(random.randint(0, 4)):
        requirements.append({"code": f"r{number}", **a_rule(random)})
    random.shuffle(requirements)
    for requirement in requirements:
        if random.random() < 0.3:
            requirement["lead_only"] = random.random() < 0.8
        if random.random() < 0.4:
            requirement["window_days"] = random.choice([0, 1, 30, 60, 400])
    scheme = {"code": code, "requirements": requirements}
    if random.random() < 0.6:
        scheme["window_days"] = random.choice([None, 0, 45, 90])
    if random.random() < 0.6:
        scheme["leave_cap_days"] = random.choice([None, 0, 10, 100, 365])
    return scheme


def a_rule(random, depth=0):
    rule = random.choice(["once", "held", "recurring", "recurring", "accumulated", "accumulated", "any_of", "all_of"])
    if rule in ("any_of", "all_of"):
        if depth == 2:
            rule = "once"
        else:
            parts = [a_rule(random, depth + 1) for _ in range(random.randint(1, 3))]
            return {"rule": rule, "requirements": parts}
    if rule == "held":
        return {"rule": rule, **asked(random, random.choice([*INTERVALS[:5], "clearance", "clearance"]))}
    spec = {"rule": rule, **asked(random, random.choice(EVENTS[:5]))}
    if rule == "recurring":
        if random.random() < 0.75:
            spec["every_months"] = random.choice([1, 3, 6, 12, 12, 13, 24])
        else:
            spec["every_days"] = random.choice([1, 30, 84, 365])
        if random.random() < 0.7:
            spec["renew_from"] = random.choice(["event", "end", "end"])
        if random.random() < 0.5:
            spec["window_days"] = random.choice([0, 1, 30, 60, 200])
        if random.random() < 0.4:
            spec["also"] = [asked(random, random.choice(EVENTS)) for _ in range(random.randint(1, 2))]
    if rule == "accumulated":
        spec["quantity"] = random.choice([0, 1, 2, 2, 3.5, 0.3, 6])
        if random.random() < 0.75:
            spec["per_months"] = random.choice([1, 6, 12, 12, 24])
        if random.random() < 0.6:
            spec["first_due_months"] = random.choice([0, 1, 12, 12])
    if rule in ("recurring", "accumulated") and random.random() < 0.6:
        spec["leave_moves"] = random.choice([True, True, False])
    return spec


def asked(random, kind):
    spec = {"kind": kind}
    codes = ["X-1", "Y-2"] if kind in ("award", "training") else CODES.get(kind, [])
    if codes and random.random() < 0.6:
        spec["of"] = random.choice(codes) if random.random() < 0.7 else random.sample(codes, 2)
    return spec


def some_rows(random, scheme):
    pool = random.sample(AWKWARD, 4) + [date(2023, 1, 1) + timedelta(random.randrange(1400)) for _ in range(3)]
    kinds = [*wanted_kinds(scheme["requirements"])] * 4 + ["award", "award", "leave", "leave"]
    if random.random() < 0.5:
        kinds += [*EVENTS, *INTERVALS, "waiver", "extension"]
    lengths = [*edges(scheme["requirements"], scheme.get("window_days") or 0)]
    rows = []
    for _ in range(random.choice([0, 1, 4, 8, 12, 16])):
        kind = random.choice(kinds)
        row = {"kind": kind, "starts_on": a_day(random, pool, lengths).isoformat()}
        if kind in EVENTS:
            if random.random() < 0.5:
                row["quantity"] = random.choice([0, 0.1, 0.2, 1, 1.5, 2, 3.5, None])
        elif random.random() < 0.8:
            length = random.choice([1, 5, 30, 100, 180, 365, 400, 1095])
            starts_on = date.fromisoformat(row["starts_on"])
            end = a_day(random, pool, lengths)
            row["ends_on"] = (
                end if end > starts_on and random.random() < 0.4 else starts_on + timedelta(length)
            ).isoformat()
        add_code(random, row, scheme)
        if random.random() < 0.12:
            row["scheme"] = random.choice(["X-1", "Y-2"])
        add_moments(random, row)
        rows.append(row)
    for requirement in scheme["requirements"]:
        if requirement.get("renew_from") == "end" and random.random() < 0.5:
            rows += a_chain(random, requirement, random.choice(pool))
    awards = [row for row in rows if row["kind"] == "award"]
    if awards and random.random() < 0.2:
        rows.append({"kind": "leave", "starts_on": random.choice(awards)["starts_on"]})
    for number, row in enumerate(rows, 1):
        row["id"] = number
    return rows


def a_chain(random, requirement, first):
    """Events that keep renewing, with leave along the way that moves where the windows are."""
    months, days = requirement.get("every_months") or 0, requirement.get("every_days") or 0
    start, slack = first.toordinal(), 0
    rows = [{"kind": requirement["kind"], "starts_on": first.isoformat()}]
    for step in range(1, random.randint(2, 5)):
        end = months_later(start, months * step) + days * step
        if random.random() < 0.6:
            away = date.fromordinal(end - random.choice([1, 5, 20, 25]))
            length = random.choice([3, 10, 30])
            rows.append(
                {"kind": "leave", "starts_on": away.isoformat(), "ends_on": (away + timedelta(length)).isoformat()}
            )
            slack += length
        again = date.fromordinal(end + random.choice([-1, -10, slack - 1, slack, slack - 30]))
        rows.append({"kind": requirement["kind"], "starts_on": again.isoformat()})
    of = requirement.get("of")
    for row in rows:
        if of and row["kind"] == requirement["kind"]:
            row["code"] = of if isinstance(of, str) else of[0]
    return rows


def a_day(random, pool, lengths):
    """A day of its own, or one where a step of the scheme from an earlier day ends, or its window opens."""
    day = random.choice(pool)
    if lengths and random.random() < 0.6:
        months, days, window = random.choice(lengths)
        day = date.fromordinal(months_later(day.toordinal(), months)) + timedelta(days)
        day += timedelta(random.choice([0, 0, -window]) + random.choice([0, 0, -1, 1, -20]))
    elif random.random() < 0.5:
        day += timedelta(random.choice([0, 0, -1, 1, -30, -60, -61, 30, 180, -45, 365]))
    pool.append(day)
    return day


def edges(requirements, window_days):
    """(months, days, window) of every step in the scheme."""
    for requirement in requirements:
        window = requirement.get("window_days")
        window = window_days if window is None else window
        for name in ("every_months", "per_months", "first_due_months"):
            if requirement.get(name):
                yield requirement[name], 0, window
        if requirement.get("every_days"):
            yield 0, requirement["every_days"], window
        yield from edges(requirement.get("requirements") or [], window_days)


def add_code(random, row, scheme):
    kind = row["kind"]
    if kind in ("award", "training"):
        row["code"] = random.choice(["X-1", "X-1", "X-1", "Y-2"])
    elif kind in ("waiver", "extension"):
        row["code"] = random.choice([r["code"] for r in scheme["requirements"]] + ["nobody"])
    elif kind in CODES and random.random() < 0.8:
        row["code"] = random.choice(CODES[kind])


def add_moments(random, row):
    if random.random() < 0.6:
        row["recorded_at"] = a_moment(random)
    if random.random() < 0.15:
        row["voided_at"] = a_moment(random)


def a_moment(random):
    zone = ZoneInfo(random.choice(["UTC", "Europe/London", "Asia/Tokyo"]))
    day = random.choice([date(2024, 3, 31), date(2024, 6, 1), date(2024, 10, 27), date(2024, 6, 2), date(2025, 1, 1)])
    hour, minute = random.choice([(0, 0), (23, 0), (22, 59), (23, 59), (12, 0), (1, 30)])
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).isoformat()


def known_on(random, rows):
    """A moment or a day to know by, often exactly when a row was recorded or voided; None most of the time."""
    moments = [row[name] for row in rows for name in ("recorded_at", "voided_at") if row.get(name)]
    choice = random.random()
    if choice < 0.5:
        return None
    if choice < 0.8 and moments:
        return random.choice(moments)
    return random.choice(["2024-03-31", "2024-06-01", "2024-10-27", "2024-12-31", "2024-06-02"])


def wanted_kinds(requirements):
    for requirement in requirements:
        if "kind" in requirement:
            yield requirement["kind"]
            yield from (further["kind"] for further in requirement.get("also") or [])
        else:
            yield from wanted_kinds(requirement["requirements"])
