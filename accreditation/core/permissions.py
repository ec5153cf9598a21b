"""Who may do what: the one table. What is not in it is denied."""

from enum import StrEnum


class Role(StrEnum):
    MEDIATOR = "mediator"
    TRAINING_PROVIDER = "training_provider"
    PRACTICE_MANAGER = "practice_manager"
    VETTING_OFFICER = "vetting_officer"
    HELPLINE_ADVISER = "helpline_adviser"
    LINE_MANAGER = "line_manager"
    AUDITOR = "auditor"
    SIFTER = "sifter"
    INTERVIEWER = "interviewer"
    ASSESSOR = "assessor"
    MODERATOR = "moderator"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ").capitalize()


class Scope(StrEnum):
    """How far a grant reaches: everything, one unit's people, one provider's cohorts, or one person."""

    SERVICE = "service"
    UNIT = "unit"
    PROVIDER = "provider"
    PERSON = "person"


class Permission(StrEnum):
    PUBLIC = "public"  # anyone, signed in or not
    SIGNED_IN = "signed_in"  # anyone with an account, whatever their roles

    ACTIVATE_SCHEME = "activate_scheme"  # the second person who puts new rules in force
    ANSWER_CORRECTION = "answer_correction"  # what a mediator says is wrong in their own record
    ASSESS_CANDIDATES = "assess_candidates"  # those given to oneself, for as long as it lasts
    ASK_LEAVE = "ask_leave"  # one's own, for a manager to answer
    AWARD_ACCREDITATION = "award_accreditation"
    BOOK_REFRESHER = "book_refresher"
    CONFIRM_AWARD_DECISION = "confirm_award_decision"  # the second person who withdraws, voids or reinstates
    CONFIRM_PRACTICE = "confirm_practice"  # as line manager, what the schemes have one confirm
    CORRECT_EVIDENCE = "correct_evidence"  # strike out a fact that no room owns; which kinds, rules/corrections.py says
    EDIT_PERSON = "edit_person"
    EXPORT_REGISTER = "export_register"
    IMPORT_CLEARANCES = "import_clearances"  # the vetting unit's list
    IMPORT_REGISTER = "import_register"
    INTERVIEW_APPLICANTS = "interview_applicants"  # those given to oneself, by name
    LOG_PRACTICE = "log_practice"  # one's own cases, CPD and supervision, for a manager to confirm
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_APPLICATIONS = "manage_applications"
    MANAGE_COHORTS = "manage_cohorts"
    MANAGE_OVERLAYS = "manage_overlays"
    MANAGE_PEOPLE = "manage_people"  # units, providers, people without a record of their own yet
    MANAGE_REFRESHERS = "manage_refreshers"
    MANAGE_REMINDERS = "manage_reminders"
    MANAGE_ROTA = "manage_rota"  # who answers the helpline, for everybody; an adviser changes their own shifts
    MANAGE_SCHEMES = "manage_schemes"
    MANAGE_SETTINGS = "manage_settings"
    MANAGE_VETTING_RULES = "manage_vetting_rules"  # usual periods, what an overdue review means
    MERGE_PEOPLE = "merge_people"  # two records of one person, and separating them again
    PREPARE_REPORT = "prepare_report"  # for the steering group, with its commentary
    MODERATE_CANDIDATES = "moderate_candidates"  # the submitted results of those given to oneself
    MODERATE_RESULTS = "moderate_results"  # the second look at submitted results, before their release
    RECORD_CLEARANCE = "record_clearance"
    RECORD_DEPARTURE = "record_departure"  # that somebody leaves the service, and that they are back
    RECORD_PRACTICE = "record_practice"
    RECORD_RESULTS = "record_results"
    RELEASE_RESULTS = "release_results"
    RUN_COHORT = "run_cohort"  # who trains and assesses, sessions, joining instructions, attendance
    SIFT_APPLICATIONS = "sift_applications"  # those given to oneself, by reference and answers alone
    SIGN_OFF_REPORT = "sign_off_report"  # the second person for it
    USE_HELPLINE = "use_helpline"
    VIEW_APPLICATIONS = "view_applications"
    VIEW_ATTENTION = "view_attention"
    VIEW_AUDIT = "view_audit"
    VIEW_AWARDS = "view_awards"
    VIEW_CLEARANCE_FIGURES = "view_clearance_figures"  # lead times and forecasts, in sums
    VIEW_CLEARED = "view_cleared"  # whether somebody is cleared: yes, pending or no
    VIEW_CLEARANCE = "view_clearance"  # level, dates, stage: data/field-access.csv
    VIEW_CLEARANCE_RECORDS = "view_clearance_records"  # the vetting board and a person's record page
    VIEW_CLEARANCE_REFERENCE = "view_clearance_reference"  # reference number, officer's notes, conditions
    VIEW_COHORTS = "view_cohorts"
    VIEW_CONTACT = "view_contact"
    VIEW_CHECKS = "view_checks"  # whether what is stored is what the ledger says
    VIEW_EQUALITY = "view_equality"  # published figures; nobody has a permission to see an answer
    VIEW_FORECAST = "view_forecast"  # how many may work in the weeks to come, and who drops out
    VIEW_MAY_WORK = "view_may_work"  # whether somebody may work today, and nothing more
    VIEW_OWN = "view_own"
    VIEW_REFRESHERS = "view_refreshers"
    VIEW_REGISTER = "view_register"
    VIEW_REMINDERS = "view_reminders"
    VIEW_REPORTS = "view_reports"
    VIEW_ROTA = "view_rota"  # who answers the helpline when
    VIEW_SCHEMES = "view_schemes"
    VIEW_STANDING = "view_standing"  # the verdict with its requirements
    VIEW_STATUS = "view_status"
    VIEW_THEMES = "view_themes"  # what the helpline is asked, in sums without small numbers


P = Permission

ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.MEDIATOR: frozenset(
        {
            P.VIEW_OWN,
            P.VIEW_STANDING,
            P.VIEW_CLEARANCE,
            P.VIEW_CONTACT,
            P.ASK_LEAVE,
            P.BOOK_REFRESHER,
            P.LOG_PRACTICE,
            P.VIEW_REFRESHERS,
            P.VIEW_SCHEMES,
        }
    ),
    Role.TRAINING_PROVIDER: frozenset({P.VIEW_COHORTS, P.RECORD_RESULTS, P.RUN_COHORT}),
    Role.PRACTICE_MANAGER: frozenset(
        {
            P.ACTIVATE_SCHEME,
            P.ANSWER_CORRECTION,
            P.AWARD_ACCREDITATION,
            P.BOOK_REFRESHER,
            P.CONFIRM_AWARD_DECISION,
            P.CORRECT_EVIDENCE,
            P.EDIT_PERSON,
            P.EXPORT_REGISTER,
            P.IMPORT_REGISTER,
            P.MANAGE_APPLICATIONS,
            P.MANAGE_COHORTS,
            P.MANAGE_OVERLAYS,
            P.MANAGE_PEOPLE,
            P.MANAGE_REFRESHERS,
            P.MANAGE_REMINDERS,
            P.MANAGE_ROTA,
            P.MERGE_PEOPLE,
            P.PREPARE_REPORT,
            P.MODERATE_RESULTS,
            P.RECORD_DEPARTURE,
            P.RECORD_PRACTICE,
            P.RECORD_RESULTS,
            P.RELEASE_RESULTS,
            P.RUN_COHORT,
            P.SIGN_OFF_REPORT,
            P.VIEW_APPLICATIONS,
            P.VIEW_ATTENTION,
            P.VIEW_AWARDS,
            P.VIEW_CHECKS,
            P.VIEW_CLEARANCE,
            P.VIEW_CLEARANCE_FIGURES,
            P.VIEW_CLEARANCE_RECORDS,
            P.VIEW_CLEARED,
            P.VIEW_COHORTS,
            P.VIEW_CONTACT,
            P.VIEW_EQUALITY,
            P.VIEW_FORECAST,
            P.VIEW_MAY_WORK,
            P.VIEW_REFRESHERS,
            P.VIEW_REGISTER,
            P.VIEW_REMINDERS,
            P.VIEW_REPORTS,
            P.VIEW_ROTA,
            P.VIEW_SCHEMES,
            P.VIEW_STANDING,
            P.VIEW_THEMES,
        }
    ),
    Role.VETTING_OFFICER: frozenset(
        {
            P.CORRECT_EVIDENCE,
            P.IMPORT_CLEARANCES,
            P.MANAGE_VETTING_RULES,
            P.RECORD_CLEARANCE,
            P.VIEW_CLEARANCE,
            P.VIEW_CLEARANCE_FIGURES,
            P.VIEW_CLEARANCE_RECORDS,
            P.VIEW_CLEARANCE_REFERENCE,
            P.VIEW_CLEARED,
            P.VIEW_CONTACT,
            P.VIEW_MAY_WORK,
            P.VIEW_REGISTER,
            P.VIEW_SCHEMES,
        }
    ),
    Role.HELPLINE_ADVISER: frozenset(
        {
            P.USE_HELPLINE,
            P.VIEW_ROTA,
            P.VIEW_THEMES,
            P.VIEW_CONTACT,
            P.VIEW_MAY_WORK,
            P.VIEW_REGISTER,
            P.VIEW_REFRESHERS,
        }
    ),
    Role.LINE_MANAGER: frozenset({P.CONFIRM_PRACTICE, P.VIEW_MAY_WORK, P.VIEW_REGISTER}),
    Role.AUDITOR: frozenset(
        {
            P.VIEW_AUDIT,
            P.VIEW_CHECKS,
            P.VIEW_CLEARANCE_FIGURES,
            P.VIEW_CLEARED,
            P.VIEW_EQUALITY,
            P.VIEW_MAY_WORK,
            P.VIEW_REGISTER,
            P.VIEW_REPORTS,
            P.VIEW_SCHEMES,
            P.VIEW_STATUS,
        }
    ),
    Role.SIFTER: frozenset({P.SIFT_APPLICATIONS}),
    Role.INTERVIEWER: frozenset({P.INTERVIEW_APPLICANTS}),
    Role.ASSESSOR: frozenset({P.ASSESS_CANDIDATES}),
    Role.MODERATOR: frozenset({P.MODERATE_CANDIDATES}),
    Role.ADMINISTRATOR: frozenset(
        {
            P.ACTIVATE_SCHEME,
            P.CONFIRM_AWARD_DECISION,  # only where the service has no second practice manager: awards/rules/ending.py
            P.MANAGE_ACCOUNTS,
            P.MANAGE_PEOPLE,
            P.MANAGE_SCHEMES,
            P.MANAGE_SETTINGS,
            P.VIEW_CHECKS,
            P.MANAGE_VETTING_RULES,
            P.SIGN_OFF_REPORT,
            P.VIEW_REPORTS,
            P.VIEW_SCHEMES,
            P.VIEW_STATUS,
        }
    ),
}

SCOPES: dict[Role, frozenset[Scope]] = {
    Role.MEDIATOR: frozenset({Scope.PERSON}),
    Role.TRAINING_PROVIDER: frozenset({Scope.PROVIDER}),
    Role.PRACTICE_MANAGER: frozenset({Scope.SERVICE, Scope.UNIT}),
    Role.VETTING_OFFICER: frozenset({Scope.SERVICE}),
    Role.HELPLINE_ADVISER: frozenset({Scope.SERVICE}),
    Role.LINE_MANAGER: frozenset({Scope.UNIT, Scope.PERSON}),
    Role.AUDITOR: frozenset({Scope.SERVICE}),
    Role.SIFTER: frozenset({Scope.PERSON}),
    Role.INTERVIEWER: frozenset({Scope.PERSON}),
    Role.ASSESSOR: frozenset({Scope.PERSON}),
    Role.MODERATOR: frozenset({Scope.PERSON}),
    Role.ADMINISTRATOR: frozenset({Scope.SERVICE}),
}
"""The scopes in which each role may be granted: nobody is made helpline adviser of a single provider by mistake."""
