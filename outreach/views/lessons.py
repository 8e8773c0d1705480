"""Items of teaching events: the list over all events, its workbook; entering, editing, removing one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from guanweihui.figures_page import asked_figure, figure_line
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list, answer_workbook, unit_name
from guanweihui.lists import Fact, Link, ListColumn, ListRow, page_of
from guanweihui.scope import DISTRICT_WIDE
from outreach.areas import OUTREACH, READERS, tabs_of
from outreach.filters.events import LessonFilter
from outreach.forms.events import LessonForm, RemoveForm
from outreach.models import Lesson
from outreach.reports.events import lesson_table
from outreach.views.events import FORM_METHODS, crumbs_of, event_or_404, radiated_words, url_of
from outreach.views.shared import export_for, how_to_begin, keeping
from outreach.workflow.events import OFFICE
from outreach.workflow.lessons import LESSON_FIELDS, add_lesson, edit_lesson, remove_lesson
from outreach.workflow.rows import mark_of

COLUMNS = (
    ListColumn("送教活动", is_name=True),
    ListColumn("日期", format="date", sort="held"),
    ListColumn("地点", sort="place"),
    ListColumn("形式"),
    ListColumn("学科", sort="subject"),
    ListColumn("本地教师"),
    ListColumn("本区教师"),
    ListColumn("教研员"),
    ListColumn("辐射学校", is_long=True),
    ListColumn("参加人次", format="int", sort="attendances"),
)
SORTS = {
    "held": ("held_on", "host_school"),
    "place": ("host_school__name", "held_on"),
    "subject": ("subject", "held_on"),
    "attendances": ("attendances",),
}


@require_safe
@posts(*READERS)
def lesson_list(request: HttpRequest) -> HttpResponse:
    """List what the teaching events held, item by item."""
    asked = asked_figure(request, "lesson-list")
    chosen = chosen_lessons(request, asked)
    page = page_of(request, chosen.qs.for_list(), SORTS)
    shown = ListPage(
        title="送教项目",
        columns=COLUMNS,
        rows=[lesson_row(lesson) for lesson in page],
        page=page,
        form=chosen.form,
        behind=figure_line(request, asked, asked.value(chosen.qs)) if asked else None,
        totals=[("全部合计", [chosen.qs.attendances()])],
        tabs=tabs_of(request, OUTREACH),
        export=export_for(request, "lesson-export"),
        unit="项",
        **how_to_begin(request, "送教项目"),
    )
    return answer_list(request, shown)


def chosen_lessons(request: HttpRequest, asked: Any) -> LessonFilter:
    lessons = asked.rows(request.user) if asked else Lesson.objects.visible_to(request.user)
    return LessonFilter(request.GET, queryset=lessons, request=request)


def lesson_row(lesson: Lesson) -> ListRow:
    return ListRow(
        (
            Link(lesson.event.name, url_of(lesson.event)),
            lesson.held_on,
            lesson.host_school.name,
            lesson.get_kind_display(),
            lesson.subject,
            lesson.local_teacher,
            lesson.visiting_teacher,
            lesson.research_officer,
            radiated_words(lesson),
            lesson.attendances,
        )
    )


@require_safe
@posts(*DISTRICT_WIDE)
def lesson_export(request: HttpRequest) -> HttpResponse:
    """Give the queried items of teaching events as a workbook."""
    chosen = chosen_lessons(request, asked_figure(request, "lesson-list"))
    return answer_workbook(request, lesson_table(chosen.qs.for_list(), reporting_unit=unit_name(request)))


def lesson_or_404(request: HttpRequest, pk: int) -> Lesson:
    lessons = Lesson.objects.visible_to(request.user, roles=OFFICE)
    return get_object_or_404(lessons.for_page(), pk=pk)


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def lesson_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter an item of an event: a paired lesson, a review or a lecture."""
    event = event_or_404(request, pk)
    form = LessonForm(request.POST or None, user=request.user, event=event)
    return answer_form(
        request,
        form,
        lambda data: add_lesson(event, form.values(), **form.schools(), by=request.user, at=timezone.now()),
        title="登记送教项目",
        action="保存",
        back_url=url_of(event),
        crumbs=crumbs_of(event),
        words=f"“{event}”从{event.from_on}到{event.to_on}。一项一登：同一课题的两位教师、一次评课、一场讲座各登一项。",
        done="已登记。",
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def lesson_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an item and the schools it radiates to."""
    lesson = lesson_or_404(request, pk)
    initial = {"mark": mark_of(lesson, LESSON_FIELDS)}
    form = LessonForm(
        request.POST or None, user=request.user, event=lesson.event, instance=lesson, initial=initial
    )

    def step(data: dict[str, Any]) -> Lesson:
        more = {"mark": data["mark"], "by": request.user, "at": timezone.now()}
        return edit_lesson(lesson, form.values(), **form.schools(), **more)

    return answer_form(
        request,
        form,
        keeping(form, step),
        title="修改送教项目",
        action="保存",
        back_url=url_of(lesson.event),
        crumbs=crumbs_of(lesson.event),
        done="已保存。",
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def lesson_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove an item that was entered by mistake, with the reason."""
    lesson = lesson_or_404(request, pk)
    return answer_form(
        request,
        RemoveForm(request.POST or None),
        lambda data: remove_lesson(lesson, by=request.user, at=timezone.now(), reason=data["reason"]),
        title="删除送教项目",
        action="删除",
        back_url=url_of(lesson.event),
        crumbs=crumbs_of(lesson.event),
        words="删除后不能恢复，统计随之减少；删除的内容和理由会留在操作记录里。",
        danger=True,
        facts=[
            Fact("日期", lesson.held_on),
            Fact("地点", lesson.host_school.name),
            Fact("活动", lesson.get_kind_display()),
            Fact("学科", lesson.subject),
            Fact("参加人次", lesson.attendances),
            Fact("辐射学校", radiated_words(lesson), wide=True),
        ],
        done="已删除。",
    )
