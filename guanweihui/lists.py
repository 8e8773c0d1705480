"""What a list or detail page shows, before it is HTML: columns, rows, one page of a queryset."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from guanweihui.text import PartialDate

PER_PAGE = (20, 50, 100)


@dataclass(frozen=True)
class Link:
    """Words that lead somewhere."""

    text: str
    url: str


@dataclass(frozen=True)
class Mark:
    """A status; its word decides the look unless kind does (ok warn wrong info honour void plain)."""

    word: str
    kind: str = ""


Cell = str | int | float | Decimal | date | PartialDate | None | Link | Mark | tuple[Link, ...]


@dataclass(frozen=True)
class ListColumn:
    """Describe one column; sort is its name in the query string, empty when it cannot sort.

    The first column with is_name stays visible when a narrow screen scrolls sideways; is_long may wrap.
    """

    label: str
    format: Literal["text", "int", "hours", "date", "percent", "money"] = "text"
    align: Literal["left", "center", "right"] = "left"
    sort: str = ""
    is_name: bool = False
    is_long: bool = False


@dataclass(frozen=True)
class ListRow:
    """Hold one line: cells in column order; key is the value of its tick box, name says whose box it is."""

    cells: tuple[Cell, ...]
    key: str = ""
    name: str = ""


@dataclass(frozen=True)
class Fact:
    """One pair of a paper form. A wide one takes the whole line; None and empty print as 未填写."""

    label: str
    value: Any
    url: str = ""
    wide: bool = False


@dataclass(frozen=True)
class Stage:
    """One stage of a step line; note says when and by whom."""

    label: str
    state: Literal["done", "current", "todo"] = "todo"
    note: str = ""


class KeyPaginator(Paginator):
    """Cuts a page out of the keys, which an index gives in order, and then loads the rows of these keys.

    Whatever narrows and sorts the list runs over an index and not over rows; `load` says what a row needs.
    """

    def __init__(self, queryset: QuerySet, per_page: int, load: Callable[[QuerySet], QuerySet]) -> None:
        super().__init__(queryset, per_page)
        self.load = load

    def page(self, number: int | str) -> Page:
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        keys = list(self.object_list.values_list("pk", flat=True)[first : first + self.per_page])
        # The keys come from the reader's own rows, so nobody else's can be among them.
        rows = self.load(self.object_list.model._default_manager.filter(pk__in=keys)).in_bulk()
        return self._get_page([rows[key] for key in keys if key in rows], number, self)


def page_of(
    request: HttpRequest,
    queryset: QuerySet,
    sorts: Mapping[str, Sequence[str]] | None = None,
    default: str = "",
    *,
    load: Callable[[QuerySet], QuerySet] | None = None,
    count: int | None = None,
) -> Page:
    """Cut out the page that the query string asks for: page, per (20, 50, 100) and sort (-name descends).

    sorts maps a column's sort name to order_by() fields; any other name falls back to default, and without a
    default the queryset keeps its own order. The page carries `sort` for the head of the list.
    With `load` the page is cut out of the keys alone and `load` says what to load of its rows. A `count` that
    the caller knows already is not asked for again.
    """
    sorts = sorts or {}
    sort = request.GET.get("sort", default)
    if sort.removeprefix("-") not in sorts:
        sort = default
    if sort:
        fields = [*sorts[sort.removeprefix("-")], "pk"]
        queryset = queryset.order_by(*(reverse(field) if sort.startswith("-") else field for field in fields))
    per = request.GET.get("per", "")
    per_page = int(per) if per in map(str, PER_PAGE) else PER_PAGE[0]
    paginator = KeyPaginator(queryset, per_page, load) if load else Paginator(queryset, per_page)
    if count is not None:
        paginator.count = count
    page = paginator.get_page(request.GET.get("page"))
    page.sort = sort  # type: ignore[attr-defined]
    return page


def reverse(field: str) -> str:
    """Turn an order_by() field round."""
    return field.removeprefix("-") if field.startswith("-") else f"-{field}"
