"""The to-do pages: 待办, 已办, 我发起的."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from guanweihui import actions, todos
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list
from guanweihui.lists import Cell, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.models import AuditEvent
from guanweihui.scope import COMMITTEE
from guanweihui.templatetags.portal import deadline, local_day, moment
from guanweihui.todos import Desk, Todo

TODO_COLUMNS = (
    ListColumn("事项", is_name=True, is_long=True),
    ListColumn("来自"),
    ListColumn("状态"),
    ListColumn("截止时间"),
    ListColumn("剩余时间"),
    ListColumn("等谁办"),
)
STARTED_COLUMNS = (
    ListColumn("事项", is_name=True, is_long=True),
    ListColumn("说明"),
    ListColumn("发起时间"),
    ListColumn("状态"),
    ListColumn("截止时间"),
    ListColumn("等谁办"),
)
DONE_COLUMNS = (
    ListColumn("办理时间"),
    ListColumn("办理事项", is_name=True),
    ListColumn("类别"),
    ListColumn("对象", is_long=True),
    ListColumn("事由", is_long=True),
)
#: What stands in 等谁办 once nobody has to do anything any more.
NOBODY = "已办完"


def tabs_of(desk: Desk, here: str = "") -> list[dict[str, Any]]:
    """Return the three tabs with their counts; the number of to-dos is red above 0."""
    tabs = (
        ("待办", "todo-list", len(desk.todos), True),
        ("已办", "todo-done", desk.done, False),
        ("我发起的", "todo-started", len(desk.started), False),
    )
    return [
        {"label": label, "url": reverse(route), "current": route == here, "count": count, "due": due}
        for label, route, count, due in tabs
    ]


@require_safe
@posts(*COMMITTEE)
def todo_list(request: HttpRequest) -> HttpResponse:
    """List what waits for the reader, most urgent first."""
    now = timezone.now()
    desk = todos.desk_of(request.user, now)
    page = page_of(request, desk.todos)  # type: ignore[arg-type]  # a list pages as well
    shown = ListPage(
        title="待办事项",
        columns=TODO_COLUMNS,
        rows=[_todo(todo, now) for todo in page],
        page=page,
        tabs=tabs_of(desk, "todo-list"),
        unit="项",
        empty_words="没有待办事项。",
    )
    return answer_list(request, shown)


@require_safe
@posts(*COMMITTEE)
def todo_started(request: HttpRequest) -> HttpResponse:
    """List what the reader or his unit set going, where it stands and who has it now."""
    now = timezone.now()
    desk = todos.desk_of(request.user, now)
    page = page_of(request, desk.started)  # type: ignore[arg-type]
    shown = ListPage(
        title="我发起的事项",
        columns=STARTED_COLUMNS,
        rows=[_started(todo, now) for todo in page],
        page=page,
        tabs=tabs_of(desk, "todo-started"),
        unit="项",
        empty_words="没有正在办理的事项。",
    )
    return answer_list(request, shown)


@require_safe
@posts(*COMMITTEE)
def todo_done(request: HttpRequest) -> HttpResponse:
    """List what the reader did in the last days: his own lines of the trail and nobody else's."""
    now = timezone.now()
    desk = todos.desk_of(request.user, now)
    page = page_of(request, todos.done_by(request.user, now))
    shown = ListPage(
        title="已办事项",
        columns=DONE_COLUMNS,
        rows=[_done(event) for event in page],
        page=page,
        tabs=tabs_of(desk, "todo-done"),
        notes=(f"最近 {todos.DONE_WITHIN.days} 天内您自己办理的事项。",),
        empty_words=f"最近 {todos.DONE_WITHIN.days} 天没有办理过事项。",
    )
    return answer_list(request, shown)


def _todo(todo: Todo, now: datetime.datetime) -> ListRow:
    note, urgency = todo.note(now), todo.urgency(now)
    left: Cell = Mark(note, urgency) if urgency else note
    cells = (
        Link(todo.title, todo.url),
        todo.origin,
        Mark(todo.status),
        _closing(todo, now),
        left,
        todo.waits_for,
    )
    return ListRow(cells)


def _started(todo: Todo, now: datetime.datetime) -> ListRow:
    cells = (
        Link(todo.title, todo.url),
        todo.origin,
        moment(todo.began_at),
        Mark(todo.status),
        _closing(todo, now),
        todo.waits_for or NOBODY,
    )
    return ListRow(cells)


def _closing(todo: Todo, now: datetime.datetime) -> str:
    """Write the deadline with weekday and hour, with its year unless it is this one."""
    if todo.closes_at is None:
        return ""
    year = local_day(todo.closes_at).year
    return deadline(todo.closes_at) if year == local_day(now).year else f"{year}年{deadline(todo.closes_at)}"


def _done(event: AuditEvent) -> ListRow:
    cells: Sequence[Cell] = (
        moment(event.at),
        actions.action_word(event.action),
        actions.object_word(event.object_type),
        event.object_label,
        event.reason,
    )
    return ListRow(tuple(cells))
