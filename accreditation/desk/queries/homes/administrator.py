"""The administrator's first page: whether it runs, who waits to come in, and who stood in as the second person."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

from accreditation.accounts.queries.accounts import count_accounts
from accreditation.core.health import Finding, examine
from accreditation.desk.queries.exceptions import exceptions_figure
from accreditation.people.rules import Viewer
from accreditation.web.figures import Figure, FigureGroup


@dataclass(frozen=True)
class AdministratorHome:
    """`findings`: everything that was looked at just now, what does not work first; `version` of the product."""

    groups: Sequence[FigureGroup]
    findings: Sequence[Finding]
    version: str

    @property
    def headline(self) -> str:
        failed = sum(one.state == "failed" for one in self.findings)
        odd = sum(one.state == "warning" for one in self.findings)
        if failed:
            return f"{failed} {'thing does' if failed == 1 else 'things do'} not work."
        if odd:
            return f"It works, and {odd} {'thing deserves' if odd == 1 else 'things deserve'} a look."
        return "All is well."


def administrator_home(viewer: Viewer) -> AdministratorHome:
    """For viewers who look after accounts. A handful of statements."""
    findings = sorted(examine(), key=lambda one: ("failed", "warning", "ok").index(one.state))
    return AdministratorHome(_groups(viewer, findings), findings, installed_version())


@cache
def installed_version() -> str:
    """Of the code that runs: another one is another process."""
    return version("accreditation")


def administrator_figures(viewer: Viewer) -> list[FigureGroup]:
    return _groups(viewer, examine())


def _groups(viewer: Viewer, findings: Sequence[Finding]) -> list[FigureGroup]:
    odd = sum(one.state != "ok" for one in findings)
    accounts = count_accounts(viewer)
    return [
        FigureGroup("The register", [Figure("odd", odd, "to look at", "/status?show=odd", "soon")]),
        FigureGroup(
            "Accounts",
            [
                Figure("invited", accounts["invited"], "wait for their invitation", "/accounts?state=invited", "soon"),
                Figure("active", accounts["active"], "in use", "/accounts?state=active"),
                Figure("disabled", accounts["disabled"], "disabled", "/accounts?state=disabled"),
            ],
        ),
        FigureGroup("The second person", [exceptions_figure()]),
    ]
