"""What a raised correction can be about, and what can come of it."""

ABOUT = {
    "details": "My name, unit or how I am reached",
    "training": "My training, a result or my accreditation",
    "refresher": "A refresher day",
    "practice": "A case, CPD, supervision or a declaration",
    "decision": "Leave, a suspension, a waiver or an extension",
    "other": "Something else",
}
"""Never a clearance: vetting matters are signposted to the vetting unit, and noted nowhere else."""

OUTCOMES = {"corrected": "It has been put right", "stands": "Nothing had to be corrected"}

OF_KIND = {
    "training": "training",
    "observation": "training",
    "award": "training",
    "withdrawal": "training",
    "membership": "details",
    "refresher": "refresher",
    "case": "practice",
    "cpd": "practice",
    "supervision": "practice",
    "declaration": "practice",
    "suspension": "decision",
    "leave": "decision",
    "waiver": "decision",
    "extension": "decision",
}
"""By kind of fact: what a correction that is raised beside it is about. A clearance is no matter for it."""
