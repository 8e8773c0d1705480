"""The to-do list: what waits for an actor, what he set going, what he did. Nothing is stored twice.

Each app offers its share in its `todos` module, and all shares of an actor are read by ONE query, whatever
their number and that of their rows. An offer is a function `(actor, now) -> querysets of lines`, registered
with the function that puts such lines into words:

    def _words(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
        return [Todo(line.title, _url(line.key), "待办", line.closes_at) for line in lines]

    @offers(_words, roles={Role.SCHOOL})
    def tasks(actor, now):
        rows = Task.objects.visible_to(actor, roles={Role.SCHOOL}).open()
        return [lines_of(rows, title=F("title"), closes_at=F("deadline_at"))]

- `roles` are those that the offer is for; it is not asked for anybody else. It scopes its rows by
  `visible_to` in these roles and asks no query itself; it may answer [].
- `lines_of(rows, …)` makes a line a row; `count_of(rows, …)` makes one line whose `number` counts the rows,
  left out where there are none ("3 张志愿者证建议注销"). Columns are expressions (`F("round__title")`) or
  plain values; those of `Line` not named are empty. Texts are as stored: a choice gets its words later, in
  the function of words. Sealed fields do not go: a union unseals nothing.
- The function of words gets all lines of its offer, in no order, and gives any number of `Todo`; never called
  without a line. It asks no query either.
- `@started(_words)` is the same register for what the actor or his unit set going (我发起的); there
  `waits_for` says who has it now, and is empty when nobody has.
"""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from django.db.models import (
    BigIntegerField,
    DateTimeField,
    Expression,
    Field,
    Func,
    IntegerField,
    QuerySet,
    TextField,
    Value,
)
from django.db.models import F as Path
from django.db.models.functions import Cast

from guanweihui import actions
from guanweihui.models import AuditEvent
from guanweihui.scope import reach_of

#: Amber from three days before a deadline, red from one (ux.md 6.4).
AMBER, RED = datetime.timedelta(days=3), datetime.timedelta(days=1)
#: So far back the list of what somebody did (已办) goes.
DONE_WITHIN = datetime.timedelta(days=30)
#: Who has it, where a to-do names nobody else.
OWN_UNIT = "本单位"


@dataclass(frozen=True)
class Todo:
    """One matter: something that waits for this actor, or (我发起的) that he set going.

    `status` is a word the status tag knows; `origin` says from whom it comes, `waits_for` who has it now.
    """

    title: str
    url: str
    status: str
    closes_at: datetime.datetime | None = None
    origin: str = ""
    waits_for: str = OWN_UNIT
    began_at: datetime.datetime | None = None

    def note(self, now: datetime.datetime) -> str:
        """Say how long is left, or how long it is overdue."""
        if self.closes_at is None:
            return ""
        left = self.closes_at - now
        return f"已逾期 {_length(-left)}" if left < datetime.timedelta() else f"剩 {_length(left)}"

    def urgency(self, now: datetime.datetime) -> str:
        if self.closes_at is None or self.closes_at - now > AMBER:
            return ""
        return "wrong" if self.closes_at - now <= RED else "warn"


def _length(span: datetime.timedelta) -> str:
    if span.days:
        return f"{span.days} 天"
    minutes = span.seconds // 60
    return f"{minutes // 60} 小时" if minutes >= 60 else f"{minutes} 分钟"


class Line(NamedTuple):
    """One row of the query; an offer gives its columns their meaning, for its own words."""

    key: int
    title: str
    origin: str
    status: str
    detail: str
    closes_at: datetime.datetime | None
    began_at: datetime.datetime | None
    number: int
    whole: int


#: What a column is where an offer names none, and its type: branches of one union have one type a column.
COLUMNS: dict[str, tuple[Any, type[Field]]] = {
    "key": (0, BigIntegerField),
    "title": ("", TextField),
    "origin": ("", TextField),
    "status": ("", TextField),
    "detail": ("", TextField),
    "closes_at": (None, DateTimeField),
    "began_at": (None, DateTimeField),
    "number": (0, BigIntegerField),
    "whole": (0, BigIntegerField),
}


def lines_of(rows: QuerySet, **columns: Any) -> QuerySet:
    """Give each row as a line; `key` is its primary key unless named."""
    return _shaped(rows, {"key": Path("pk"), **columns})


def count_of(rows: QuerySet, **columns: Any) -> QuerySet:
    """Give all rows as one line whose `number` counts them; the other columns are plain values."""
    # Not Count(): an aggregate would group by what the rows carry beside.
    template = "COUNT(DISTINCT %(expressions)s)" if rows.query.distinct else "COUNT(%(expressions)s)"
    number = Func(Path("pk"), template=template, output_field=BigIntegerField())
    return _shaped(rows, {**columns, "number": number}, counts=1)


def _shaped(rows: QuerySet, given: dict[str, Any], *, counts: int = 0) -> QuerySet:
    if unknown := given.keys() - COLUMNS.keys():
        raise TypeError(f"no such column of a line: {', '.join(sorted(unknown))}")
    # The prefix keeps a column apart from a field of the same name.
    shaped = {
        f"line_{name}": _expression(given.get(name, empty), field) for name, (empty, field) in COLUMNS.items()
    }
    return rows.order_by().annotate(line_counts=_expression(counts, IntegerField), **shaped)


class Constant(Expression):
    """Nothing, an empty text or a number, written into the statement with its type.

    Most columns of most branches are one: resolving and binding each was half of the list's work.
    """

    def __init__(self, value: int | None | Literal[""], field: Field):
        super().__init__(output_field=field)
        self.literal = {"": "''", None: "NULL"}[value] if value in ("", None) else str(int(value))

    def resolve_expression(self, *args: Any, **kwargs: Any) -> "Constant":
        return self

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return f"CAST({self.literal} AS {self.output_field.cast_db_type(connection)})", []


def _expression(value: Any, field: type[Field]) -> Any:
    # A bare NULL or text has no type of its own in PostgreSQL, and takes that of the branch before it.
    if hasattr(value, "resolve_expression"):
        return value
    return (
        Constant(value, field())
        if value in ("", None) or isinstance(value, int)
        else Cast(Value(value), field())
    )


Offered = Callable[[Any, datetime.datetime], Iterable[QuerySet]]
Words = Callable[[Sequence[Line], datetime.datetime], Iterable[Todo]]


@dataclass(frozen=True)
class Offer:
    """A share of the list: `lines` gives its querysets, `words` turns what they find into to-dos.

    `roles` are whom it concerns, None for everybody. Called by itself it reads its own lines alone.
    """

    lines: Offered
    words: Words
    roles: frozenset[str] | None = None

    def __call__(self, actor: Any, now: datetime.datetime) -> list[Todo]:
        return _todos_of([self], _read([self.asked], actor, now), now)

    def asked(self, actor: Any, now: datetime.datetime) -> Iterable[QuerySet]:
        """Give the querysets for an actor whom the offer concerns, none for anybody else."""
        concerns = self.roles is None or reach_of(actor).serves(*self.roles)
        return self.lines(actor, now) if concerns else ()


_OFFERS: list[Offer] = []
_STARTED: list[Offer] = []


def offers(words: Words, *, roles: Iterable[str] | None = None) -> Callable[[Offered], Offer]:
    """Register what waits for an actor (待办)."""
    return _register(_OFFERS, words, roles)


def started(words: Words, *, roles: Iterable[str] | None = None) -> Callable[[Offered], Offer]:
    """Register what an actor or his unit set going, and where it stands (我发起的)."""
    return _register(_STARTED, words, roles)


def _register(register: list[Offer], words: Words, roles: Iterable[str] | None) -> Callable[[Offered], Offer]:
    def with_lines(lines: Offered) -> Offer:
        register.append(Offer(lines, words, None if roles is None else frozenset(roles)))
        return register[-1]

    return with_lines


@dataclass(frozen=True)
class Desk:
    """What lies before an actor: to do, most urgent first; set going, newest first; how much he did."""

    todos: list[Todo]
    started: list[Todo]
    done: int


def desk_of(actor: Any, now: datetime.datetime) -> Desk:
    """Read everything of an actor: one query, whatever the number of offers and rows."""
    asked = [*_OFFERS, *_STARTED]
    *found, done = _read([*(offer.asked for offer in asked), _done_counted], actor, now)
    size = len(_OFFERS)
    return Desk(
        todos=_by_urgency(_todos_of(_OFFERS, found[:size], now)),
        started=_newest_first(_todos_of(_STARTED, found[size:], now)),
        done=sum(line.number for line in done),
    )


def for_actor(actor: Any, now: datetime.datetime) -> list[Todo]:
    """Join every app's to-dos, most urgent first; those without a deadline come last."""
    return _by_urgency(_todos_of(_OFFERS, _read([offer.asked for offer in _OFFERS], actor, now), now))


def done_by(actor: Any, now: datetime.datetime) -> QuerySet:
    """Return what the actor did lately: his own lines of the trail, the latest first.

    Signing in and out is no work done.
    """
    own = AuditEvent.objects.own_of(actor).since(now - DONE_WITHIN)
    return own.without(actions.SESSION).order_by("-pk")


def _done_counted(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    return [count_of(done_by(actor, now))]


def _todos_of(asked: Sequence[Offer], found: Sequence[Sequence[Line]], now: datetime.datetime) -> list[Todo]:
    pairs = zip(asked, found, strict=True)
    return [todo for offer, lines in pairs if lines for todo in offer.words(lines, now)]


def _by_urgency(todos: Iterable[Todo]) -> list[Todo]:
    never = datetime.datetime.max.replace(tzinfo=datetime.UTC)
    return sorted(todos, key=lambda todo: (todo.closes_at or never, todo.title, todo.origin, todo.url))


def _newest_first(todos: Iterable[Todo]) -> list[Todo]:
    always = datetime.datetime.min.replace(tzinfo=datetime.UTC)
    settled = sorted(todos, key=lambda todo: (todo.title, todo.url))
    return sorted(settled, key=lambda todo: todo.began_at or always, reverse=True)


def _read(asked: Sequence[Offered], actor: Any, now: datetime.datetime) -> list[list[Line]]:
    """Read all these lines by one union; answer them share by share, in the order asked."""
    names = ["line_share", "line_counts", *(f"line_{name}" for name in COLUMNS)]
    branches = [
        rows.annotate(line_share=_expression(share, IntegerField)).values_list(*names)
        for share, lines in enumerate(asked)
        for rows in lines(actor, now)
    ]
    found: list[list[Line]] = [[] for _ in asked]
    for share, counts, *cells in _union(branches):
        line = Line(*cells)
        if line.number or not counts:
            found[share].append(line)
    return found


def _union(branches: Sequence[QuerySet]) -> Iterable[tuple]:
    return branches[0].union(*branches[1:], all=True) if branches else ()
