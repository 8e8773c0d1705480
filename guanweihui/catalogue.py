"""The report centre's catalogue: what can be printed, for whom, from which plain arguments."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from guanweihui.documents.official import OfficialDocument
from guanweihui.figures import Period
from guanweihui.tables import Table

#: The families of the report centre, in the order shown.
FAMILIES = ("年报", "名册台账", "志愿服务", "评选", "活动", "老校长下乡")


@dataclass(frozen=True)
class Paper:
    """A finished report: its tables, and the charts beside them (SVG text).

    With `official` the PDF is that document in the layout of GB/T 9704; page and workbook show the tables.
    """

    title: str
    tables: tuple[Table, ...]
    charts: tuple[str, ...] = ()
    official: OfficialDocument | None = None


@dataclass(frozen=True)
class Report:
    """A report of the catalogue.

    `build(actor, period)` answers a Paper from scoped querysets. A register (`is_register`) is too long
    for a page or a PDF: it has no preview and goes to Excel by the fast writer.
    """

    name: str
    family: str
    title: str
    purpose: str
    build: Callable[[Any, Period], Paper]
    roles: frozenset[str]
    is_register: bool = False
    #: Stands at the head of its family, whatever the order in which the apps register theirs.
    leads: bool = False


_REPORTS: dict[str, Report] = {}


def report(
    name: str,
    *,
    family: str,
    title: str,
    purpose: str,
    roles: Collection[str],
    is_register: bool = False,
    leads: bool = False,
) -> Callable[[Callable[[Any, Period], Paper]], Callable[[Any, Period], Paper]]:
    """Register a report under a name that its address and its job carry."""

    def register(build: Callable[[Any, Period], Paper]) -> Callable[[Any, Period], Paper]:
        _REPORTS[name] = Report(name, family, title, purpose, build, frozenset(roles), is_register, leads)
        return build

    return register


def get(name: str) -> Report | None:
    return _REPORTS.get(name)


def offered_to(roles: Collection[str]) -> list[Report]:
    """Return the reports that one of `roles` may run, by family."""
    mine = [one for one in _REPORTS.values() if not one.roles.isdisjoint(roles)]
    return sorted(mine, key=lambda one: (FAMILIES.index(one.family), not one.leads))
