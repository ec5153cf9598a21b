"""A slow model of the contract in DESIGN.md, sections 2 and 6: day by day, from the text, knowing no engine.

Rows and schemes are parsed JSON objects; the answers are the objects that `evaluate` prints. Days are ordinals.
Only the standard library is used, and speed is nobody's concern.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

EVENTS = {"training", "refresher", "cpd", "case", "supervision", "observation"}
NEVER = 10**9
ABOVE = {"CTC": {"CTC", "SC", "DV"}, "SC": {"SC", "DV"}, "DV": {"DV"}}


def ordinal(text):
    return date.fromisoformat(text).toordinal()


def months_later(day, months):
    """Step month by month; then the same day number, or the first of the month after."""
    anchor = date.fromordinal(day)
    year, month = anchor.year, anchor.month
    for _ in range(months):
        month += 1
        if month == 13:
            year, month = year + 1, 1
    if anchor.day <= monthrange(year, month)[1]:
        return date(year, month, anchor.day).toordinal()
    return (date(year, month, monthrange(year, month)[1]) + timedelta(1)).toordinal()


def visible(rows, known_on):
    if known_on is None:
        return [row for row in rows if not row.get("voided_at")]
    if len(known_on) == 10:
        next_day = date.fromisoformat(known_on) + timedelta(1)
        first_unknown = datetime.combine(next_day, time(), ZoneInfo("Europe/London"))

        def by_then(moment):
            return moment.astimezone(UTC) < first_unknown.astimezone(UTC)
    else:
        limit = datetime.fromisoformat(known_on)

        def by_then(moment):
            return moment <= limit

    seen = []
    for row in rows:
        if row.get("recorded_at") and not by_then(datetime.fromisoformat(row["recorded_at"])):
            continue
        if row.get("voided_at") and by_then(datetime.fromisoformat(row["voided_at"])):
            continue
        seen.append(row)
    return seen


class Model:
    def __init__(self, scheme, rows, known_on=None):
        self.scheme = scheme
        self.all_rows = visible(rows, known_on)
        self.rows = [r for r in self.all_rows if r.get("scheme") is None or r["scheme"] == scheme["code"]]
        self.cap = 365 if scheme.get("leave_cap_days") is None else scheme["leave_cap_days"]
        self.leave = self.leave_spans()
        self.award_rows = [r for r in self.rows if r["kind"] == "award" and r.get("code") == scheme["code"]]
        self.cache = {}
        self.horizon = self.settled()

    def text_of(self, day):
        return None if day >= self.horizon else date.fromordinal(day).isoformat()

    def settled(self):
        """A day after which nothing can change any more: past every day that anything is compared with."""
        days = [0]
        for row in self.all_rows:
            days += [self.start(row), self.end(row)]
        specs = list(self.scheme["requirements"])
        while specs:
            spec = specs.pop()
            specs += spec.get("requirements") or []
            if spec["rule"] == "recurring":
                days += [end for _, end, _ in self.coverages(spec)]
            if spec["rule"] == "accumulated":
                days += [end for _, end, _ in self.windows(spec)]
                if spec.get("first_due_months"):
                    days += [self.due(spec, self.start(row)) for row in self.award_rows]
        return max(day for day in days if day < NEVER) + 2

    # rows

    def start(self, row):
        return ordinal(row["starts_on"])

    def end(self, row):
        return NEVER if row.get("ends_on") is None else ordinal(row["ends_on"])

    def inside(self, row, day):
        return self.start(row) <= day < self.end(row)

    def asked(self, row, spec):
        if row["kind"] != spec["kind"]:
            return False
        of = spec.get("of")
        if of is None:
            return True
        wanted = of if isinstance(of, list) else [of]
        if spec.get("rule") == "held" and spec["kind"] == "clearance":
            return any(row.get("code") in ABOVE.get(code, {code}) for code in wanted)
        return row.get("code") in wanted

    def leave_spans(self):
        """Overlapping or touching ones are one: keep joining until nothing joins any more."""
        spans = [[self.start(r), self.end(r)] for r in self.rows if r["kind"] == "leave"]
        joined = True
        while joined:
            joined = False
            for i in range(len(spans)):
                for j in range(i + 1, len(spans)):
                    if spans[i][0] <= spans[j][1] and spans[j][0] <= spans[i][1]:
                        spans[i] = [min(spans[i][0], spans[j][0]), max(spans[i][1], spans[j][1])]
                        del spans[j]
                        joined = True
                        break
                if joined:
                    break
        return sorted(spans)

    def moved(self, start, end, moves):
        if not moves or end <= start:
            return end
        used = 0
        for a, b in self.leave:
            if not a < end:
                continue
            counted = self.cap - used if b == NEVER else min(max(0, b - max(a, start)), self.cap - used)
            used += counted
            end += counted
        return end

    def window(self, spec):
        for holder in (spec, self.scheme):
            if holder.get("window_days") is not None:
                return holder["window_days"]
        return 0

    # requirements

    def steps(self, spec, day, times):
        if spec.get("every_months") is not None:
            return months_later(day, spec["every_months"] * times)
        return day + spec["every_days"] * times

    def coverages(self, spec):
        """(first day, first day after, rows) of every coverage."""
        key = ("coverages", id(spec))
        if key in self.cache:
            return self.cache[key]
        kinds = [spec, *(spec.get("also") or [])]
        events = [r for r in self.rows if any(self.asked(r, k) for k in kinds)]
        events.sort(key=self.start)
        moves = spec.get("leave_moves") or False
        found = []
        if spec.get("renew_from", "event") in (None, "event"):
            for row in events:
                at = self.start(row)
                found.append([at, self.moved(at, self.steps(spec, at, 1), moves), [row]])
        else:
            ends = []
            for row in events:
                at = self.start(row)
                if found:
                    anchor, until, _ = found[-1]
                    if until - self.window(spec) <= at < until:
                        k = len(ends)
                        along = ends[-1][1] - ends[-1][0]
                        plain = self.steps(spec, anchor, k + 1)
                        new_end = self.moved(until, plain + along, moves)
                        ends.append((plain, new_end))
                        found[-1][1] = new_end
                        found[-1][2].append(row)
                        continue
                plain = self.steps(spec, at, 1)
                reach = self.moved(at, plain, moves)
                if found and not reach > found[-1][1]:
                    continue
                ends = [(plain, reach)]
                found.append([at, reach, [row]])
        self.cache[key] = found
        return found

    def run_start(self, day):
        """The first day of the unbroken run of awards that the day is in, or None."""
        if not any(self.inside(r, day) for r in self.award_rows):
            return None
        first = day
        while True:
            earlier = [r for r in self.award_rows if self.start(r) < first <= self.end(r)]
            if not earlier:
                return first
            first = min(self.start(r) for r in earlier)

    def windows(self, spec):
        """(first day, first day after, row) of every event that counts."""
        key = ("windows", id(spec))
        if key not in self.cache:
            windows = []
            for row in self.rows:
                if self.asked(row, spec):
                    at = self.start(row)
                    end = NEVER
                    if spec.get("per_months") is not None:
                        end = self.moved(at, months_later(at, spec["per_months"]), spec.get("leave_moves"))
                    windows.append((at, end, row))
            self.cache[key] = windows
        return self.cache[key]

    def counting(self, spec, day):
        """The events whose window contains the day."""
        return [row for at, end, row in self.windows(spec) if at <= day < end]

    def due(self, spec, run_start):
        return self.moved(run_start, months_later(run_start, spec["first_due_months"]), spec.get("leave_moves"))

    def before_due(self, spec, day):
        if not spec.get("first_due_months"):
            return False
        start = self.run_start(day)
        return start is not None and day < self.due(spec, start)

    def enough(self, spec, day):
        total = sum(
            (
                Decimal(1) if r.get("quantity") is None else Decimal(str(r["quantity"]))
                for r in self.counting(spec, day)
            ),
            Decimal(0),
        )
        return total >= Decimal(str(spec["quantity"]))

    def met(self, spec, day):
        match spec["rule"]:
            case "once":
                return any(self.asked(r, spec) and self.start(r) <= day for r in self.rows)
            case "held":
                return any(self.asked(r, spec) and self.inside(r, day) for r in self.rows)
            case "recurring":
                return any(a <= day < b for a, b, _ in self.coverages(spec))
            case "accumulated":
                return self.enough(spec, day) or self.before_due(spec, day)
            case "any_of":
                return any(self.met(part, day) for part in spec["requirements"])
            case "all_of":
                return all(self.met(part, day) for part in spec["requirements"])

    def support(self, spec, day):
        if not self.met(spec, day):
            return []
        match spec["rule"]:
            case "once":
                return [r for r in self.rows if self.asked(r, spec) and self.start(r) <= day]
            case "held":
                return [r for r in self.rows if self.asked(r, spec) and self.inside(r, day)]
            case "recurring":
                return [r for a, b, rows in self.coverages(spec) if a <= day < b for r in rows if self.start(r) <= day]
            case "accumulated":
                rows = []
                if self.before_due(spec, day):
                    rows += [r for r in self.award_rows if self.inside(r, day)]
                if self.enough(spec, day):
                    rows += self.counting(spec, day)
                return rows
        return [r for part in spec["requirements"] for r in self.support(part, day)]

    def waivers(self, spec, day):
        return [
            r
            for r in self.rows
            if r["kind"] in ("waiver", "extension") and r.get("code") == spec["code"] and self.inside(r, day)
        ]

    # verdicts

    def holds(self, kind, day):
        return any(r["kind"] == kind and self.inside(r, day) for r in self.rows)

    def verdict(self, day):
        """(verdict, failing codes, codes met)."""
        met = {s["code"]: bool(self.met(s, day) or self.waivers(s, day)) for s in self.scheme["requirements"]}
        failing = [code for code, is_met in met.items() if not is_met]
        if any(r["kind"] == "membership" and self.end(r) <= day for r in self.rows) and not self.holds(
            "membership", day
        ):
            verdict = "left"
        elif not any(self.start(r) <= day for r in self.award_rows):
            verdict = "not_accredited"
        elif self.holds("withdrawal", day):
            verdict = "withdrawn"
        elif self.holds("suspension", day):
            verdict = "suspended"
        elif self.holds("leave", day):
            verdict = "on_leave"
        elif failing:
            lead = {s["code"] for s in self.scheme["requirements"] if s.get("lead_only")}
            verdict = "co_mediation_only" if all(code in lead for code in failing) else "lapsed"
        else:
            verdict = "deployable"
        return verdict, failing, [code for code, is_met in met.items() if is_met]

    def limit(self, days, day):
        """(limiting, limiting_end) on a deployable day, given the verdicts of all days."""
        names = {"left": "membership", "withdrawn": "withdrawal", "suspended": "suspension", "on_leave": "leave"}
        for later in range(day + 1, self.horizon):
            verdict, failing, _ = days[later]
            if verdict != "deployable":
                return names.get(verdict) or failing[0], later
        return None, self.horizon

    def everything(self):
        if not self.all_rows:
            return {"periods": [], "requirements": {s["code"]: [] for s in self.scheme["requirements"]}}
        first = min(self.start(r) for r in self.all_rows)
        days = {day: self.verdict(day) for day in range(first, self.horizon)}
        periods, spans = [], {s["code"]: [] for s in self.scheme["requirements"]}
        limit_until, limit = first, None
        for day, (verdict, failing, met) in days.items():
            if verdict == "deployable":
                if limit is None or day >= limit_until:
                    limit = self.limit(days, day)
                    limit_until = limit[1]
                limiting, limiting_end = limit
            else:
                limiting, limiting_end, limit = None, self.horizon, None
            stated = (verdict, failing, limiting, limiting_end)
            if not periods or periods[-1][1] != stated:
                periods.append([day, stated])
            for code in met:
                if spans[code] and spans[code][-1][1] == day:
                    spans[code][-1][1] = day + 1
                else:
                    spans[code].append([day, day + 1])
        ends = [start for start, _ in periods[1:]] + [self.horizon]
        return {
            "periods": [
                {
                    "starts_on": self.text_of(start),
                    "ends_on": self.text_of(end),
                    "verdict": verdict,
                    "failing": failing,
                    "limiting": limiting,
                    "limiting_end": self.text_of(limiting_end),
                    "valid_through": self.text_of(limiting_end - 1) if limiting_end < self.horizon else None,
                }
                for (start, (verdict, failing, limiting, limiting_end)), end in zip(periods, ends, strict=True)
            ],
            "requirements": {
                code: [{"starts_on": self.text_of(a), "ends_on": self.text_of(b)} for a, b in found]
                for code, found in spans.items()
            },
        }

    def on(self, text):
        day = ordinal(text)
        verdict, failing, met = self.verdict(day)
        limiting, end = None, self.horizon
        if verdict == "deployable":
            end = day + 1
            while end < self.horizon and self.verdict(end)[0] == "deployable":
                end += 1
            if end < self.horizon:
                limiting, end = self.limit({end: self.verdict(end)}, end - 1)
        due, because = [], {}
        for spec in self.scheme["requirements"]:
            if spec["code"] not in met:
                continue
            within = self.window(spec)
            stops = next(
                (d for d in range(day + 1, day + within + 1) if not (self.met(spec, d) or self.waivers(spec, d))), None
            )
            if stops is not None:
                due.append(spec["code"])
            rows = [*self.support(spec, day), *self.waivers(spec, day)]
            because[spec["code"]] = [r["id"] for r in self.rows if any(r is each for each in rows)]
        return {
            "on": text,
            "verdict": verdict,
            "failing": failing,
            "limiting": limiting,
            "limiting_end": self.text_of(end),
            "valid_through": self.text_of(end - 1) if end < self.horizon else None,
            "renewal_due": due,
            "because": because,
        }
