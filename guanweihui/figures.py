"""One number, one source: every figure the portal says, and the rows that make it.

A figure is counted over the rows that its source shows to an actor in a period. Tile, list, Excel, PDF
and JSON ask here; `rows()` is the list behind the number. Each app registers its own in `reports`.
"""

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Aggregate, Count, Expression, F, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.http import urlencode


@dataclass(frozen=True)
class Period:
    """A statistical year. Flows and decisions fall within it; stock stands at `last`, the cut-off date."""

    year: int
    first: datetime.date
    last: datetime.date

    @classmethod
    def of(cls, year: int, starts_in: int = 9) -> "Period":
        """Return the year that begins in month `starts_in`; 9 makes 2018 run to 31 August 2019."""
        first = datetime.date(year, starts_in, 1)
        return cls(year, first, first.replace(year=year + 1) - datetime.timedelta(days=1))

    @classmethod
    def holding(cls, day: datetime.date, starts_in: int = 9) -> "Period":
        """Return the year that `day` falls in."""
        return cls.of(day.year if day.month >= starts_in else day.year - 1, starts_in)

    @property
    def label(self) -> str:
        if self.first.month == 1:
            return f"{self.year}年"
        return f"{self.year}—{self.year + 1}学年"

    @property
    def span(self) -> str:
        """Say the period with its days, as reports print it."""
        first, last = self.first, self.last
        return f"{first.year}年{first.month}月{first.day}日至{last.year}年{last.month}月{last.day}日"

    def holds(self, path: str) -> Q:
        """Return the condition that the date at `path` falls within the period."""
        return Q(**{f"{path}__gte": self.first, f"{path}__lte": self.last})


@dataclass(frozen=True)
class Source:
    """Rows that figures are counted over: `rows(actor, period)` is scoped and holds to the period.

    `group` is the lookup path from a row to its collaboration group; empty where rows have none.
    """

    name: str
    rows: Callable[[Any, Period], QuerySet]
    group: str = ""


Measure = Callable[[Q], Expression]
#: Which rows of the source a figure is about; a function where the period decides.
Condition = Q | Callable[[Period], Q]


def counted(path: str = "pk") -> Measure:
    """Count distinct values of `path` among the rows that a figure is about."""
    if path == "pk":
        return _counted_rows
    return lambda where: Count(path, filter=where, distinct=True)


def _counted_rows(where: Q) -> Aggregate:
    return Count("pk", filter=where)


def summed(path: str) -> Measure:
    return lambda where: Sum(path, filter=where, default=0)


@dataclass(frozen=True)
class Part:
    """A figure's share from one source."""

    source: Source
    measure: Measure
    where: Condition = Q()

    @property
    def counts_rows(self) -> bool:
        """Tell whether the share is the number of its rows."""
        return self.measure is _counted_rows

    def aggregate(self, period: Period) -> Expression:
        return self.measure(self.condition(period))

    def condition(self, period: Period) -> Q:
        return self.where(period) if callable(self.where) else self.where


@dataclass(frozen=True)
class Figure:
    """A number with its name, unit, counting rule (口径) and the page that lists its rows.

    Most figures have one part; a total with opening balances has two, which are added.
    """

    name: str
    label: str
    unit: str
    rule: str
    parts: tuple[Part, ...]
    route: str = ""

    def rows(self, actor: Any, period: Period) -> QuerySet:
        """Return the rows that make the number (those of its first part)."""
        part = self.parts[0]
        return part.source.rows(actor, period).filter(part.condition(period))

    def url(self, period: Period, **more: Any) -> str:
        """Return the address of the list behind the number; `more` narrows it further."""
        if not self.route:
            return ""
        return f"{reverse(self.route)}?{urlencode({'figure': self.name, 'year': period.year, **more})}"


_FIGURES: dict[str, Figure] = {}


def figure(
    name: str,
    label: str,
    unit: str,
    rule: str,
    source: Source,
    measure: Measure | None = None,
    *,
    where: Condition | None = None,
    route: str = "",
    also: tuple[Part, ...] = (),
) -> Figure:
    """Register a figure under its dotted name, which is also its key in the statistics' JSON."""
    first = Part(source, measure or counted(), where or Q())
    _FIGURES[name] = Figure(name, label, unit, rule, (first, *also), route)
    return _FIGURES[name]


def get(name: str) -> Figure:
    """Return a registered figure. Raises KeyError for a name that nobody registered."""
    return _FIGURES[name]


def every() -> list[Figure]:
    return list(_FIGURES.values())


def values(names: Iterable[str], actor: Any, period: Period) -> dict[str, int]:
    """Count figures, one query a source whatever their number. Keys are in the order asked."""
    totals: dict[str, int] = dict.fromkeys(names, 0)
    for source, asked in _by_source(totals).items():
        aggregates = {alias: part.aggregate(period) for alias, (_, part) in asked.items()}
        found = source.rows(actor, period).order_by().aggregate(**aggregates)
        for alias, (name, _) in asked.items():
            totals[name] += found[alias] or 0
    return totals


@dataclass(frozen=True)
class GroupValues:
    """The figures of one collaboration group."""

    pk: int
    name: str
    values: Mapping[str, int]


def values_by_group(names: Iterable[str], actor: Any, period: Period) -> list[GroupValues]:
    """Count figures for each collaboration group in the district's order, one query a source.

    A row belongs to one group, so a column adds up to `values()`. Sources without a path to the group
    have no share in this breakdown and count nothing.
    """
    names = list(names)
    counts: dict[tuple[int, int, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(names, 0))
    for source, asked in _by_source(names).items():
        if not source.group:
            continue
        path = "" if source.group == "pk" else f"{source.group}__"
        key = [F(f"{path}position"), F(f"{path}pk"), F(f"{path}short_name")]
        keys = dict(zip(("group_position", "group_pk", "group_name"), key, strict=True))
        aggregates = {alias: part.aggregate(period) for alias, (_, part) in asked.items()}
        for row in source.rows(actor, period).order_by().values(**keys).annotate(**aggregates):
            group = (row["group_position"], row["group_pk"], row["group_name"])
            for alias, (name, _) in asked.items():
                counts[group][name] += row[alias] or 0
    return [GroupValues(pk, name, counts[position, pk, name]) for position, pk, name in sorted(counts)]


def _by_source(names: Iterable[str]) -> Mapping[Source, dict[str, tuple[str, Part]]]:
    asked: dict[Source, dict[str, tuple[str, Part]]] = defaultdict(dict)
    for name in names:
        for number, part in enumerate(get(name).parts):
            asked[part.source][f"{name.replace('.', '_')}_{number}"] = (name, part)
    return asked
