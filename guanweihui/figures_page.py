"""Figures on pages: the list behind one (?figure=…&year=…), and their spread over schools."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Expression, F, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from guanweihui import figures
from guanweihui.figures import Figure, Part, Period, Source
from guanweihui.forms import YearForm
from guanweihui.lists import Fact
from guanweihui.scope import reach_of

#: Names in the address that say which figure and narrow it to a unit; a list keeps them in hidden fields.
NARROWING = ("figure", "year", "school")


@dataclass(frozen=True)
class Asked:
    """The figure whose rows a list page is asked for."""

    figure: Figure
    period: Period

    def rows(self, actor: Any) -> QuerySet:
        return self.figure.rows(actor, self.period)

    def others(self, actor: Any) -> list[Any]:
        """Return the rows of the figure's further parts, such as opening balances."""
        return [
            row
            for part in self.figure.parts[1:]
            for row in part.source.rows(actor, self.period).filter(part.condition(self.period))
        ]

    @property
    def measure(self) -> Expression:
        """Return what counts the figure's first part over its own rows or fewer."""
        return self.figure.parts[0].measure(Q())

    def value(self, rows: QuerySet, number: int | None = None) -> int:
        """Count the figure's first part over `rows`, which are its own rows or fewer.

        Where their number is known already, a figure that counts rows asks nothing.
        """
        if number is not None and self.figure.parts[0].counts_rows:
            return number
        found = rows.order_by().aggregate(value=self.measure)
        return found["value"] or 0


@dataclass(frozen=True)
class FigureLine:
    """What stands above a list that a figure was clicked for."""

    label: str
    value: int
    unit: str
    rule: str
    period: str
    clear_url: str
    notes: tuple[str, ...] = ()


def asked_figure(request: HttpRequest, route: str) -> Asked | None:
    """Return the figure that the address asks this list for; None for none, or one of another page."""
    name = request.GET.get("figure", "")
    found = next((one for one in figures.every() if one.name == name and one.route == route), None)
    if found is None:
        return None
    return Asked(found, asked_year(request) or Period.holding(timezone.localdate(), starts_in(request)))


def asked_year(request: HttpRequest) -> Period | None:
    """Return the period of ?year=, None when it is absent or no year."""
    form = YearForm(request.GET)
    year = form.cleaned_data["year"] if form.is_valid() else None
    return Period.of(year, starts_in(request)) if year is not None else None


def starts_in(request: HttpRequest) -> int:
    return reach_of(request.user).year_starts_in


def figure_line(
    request: HttpRequest, asked: Asked, value: int, *, of: Any = None, notes: Iterable[str] = ()
) -> FigureLine:
    """Say the figure above its list; `of` is the unit that it was narrowed to."""
    figure, query = asked.figure, request.GET.copy()
    for name in (*NARROWING, "page"):
        query.pop(name, None)
    return FigureLine(
        label=f"{of}　{figure.label}" if of else figure.label,
        value=value,
        unit=figure.unit,
        rule=figure.rule,
        period=asked.period.label,
        clear_url=f"{request.path}?{query.urlencode()}" if query else request.path,
        notes=tuple(notes),
    )


def values_by_school(names: Iterable[str], actor: Any, period: Period) -> Mapping[int, Mapping[str, int]]:
    """Count figures for each school, one query a source; a school without rows counts nothing.

    Only the first part of a figure counts: opening balances belong to no school.
    """
    names = list(names)
    counts: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(names, 0))
    by_source: dict[Source, dict[str, tuple[str, Part]]] = defaultdict(dict)
    for name in names:
        part = figures.get(name).parts[0]
        by_source[part.source][name.replace(".", "_")] = (name, part)
    for source, asked in by_source.items():
        path = source.group.removesuffix("group").removesuffix("__") or "pk"
        aggregates = {alias: part.aggregate(period) for alias, (_, part) in asked.items()}
        rows = source.rows(actor, period).order_by().values(school_key=F(path)).annotate(**aggregates)
        for row in rows:
            for alias, (name, _) in asked.items():
                counts[row["school_key"]][name] += row[alias] or 0
    return counts


def facts_of(
    figure_names: Iterable[str], values: Mapping[str, int], period: Period, **more: Any
) -> list[Fact]:
    """Write figures as facts of a sheet, each a link to its rows."""
    chosen = [figures.get(name) for name in figure_names]
    return [
        Fact(one.label, f"{values[one.name]:,} {one.unit}", url=one.url(period, **more)) for one in chosen
    ]
