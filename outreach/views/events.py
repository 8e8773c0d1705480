"""Teaching events: the list item by item, its workbook."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list, answer_workbook, unit_name
from guanweihui.lists import ListColumn, ListRow, page_of
from guanweihui.scope import DISTRICT_WIDE
from outreach.areas import OUTREACH, READERS, tabs_of
from outreach.filters.events import LessonFilter
from outreach.models import Lesson
from outreach.reports.events import lesson_table
from outreach.views.shared import export_for, how_to_begin

LESSON_COLUMNS = (
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
LESSON_SORTS = {
    "held": ("held_on", "host_school"),
    "place": ("host_school__name", "held_on"),
    "subject": ("subject", "held_on"),
    "attendances": ("attendances",),
}


@require_safe
@posts(*READERS)
def event_list(request: HttpRequest) -> HttpResponse:
    """List what the teaching events held, item by item."""
    chosen = chosen_lessons(request)
    page = page_of(request, chosen.qs.for_list(), LESSON_SORTS)
    shown = ListPage(
        title="送教活动",
        columns=LESSON_COLUMNS,
        rows=[lesson_row(lesson) for lesson in page],
        page=page,
        form=chosen.form,
        totals=[("全部合计", [chosen.qs.attendances()])],
        tabs=tabs_of(request, OUTREACH),
        export=export_for(request, "event-export"),
        unit="项",
        **how_to_begin(request, "送教活动"),
    )
    return answer_list(request, shown)


def chosen_lessons(request: HttpRequest) -> LessonFilter:
    lessons = Lesson.objects.visible_to(request.user)
    return LessonFilter(request.GET, queryset=lessons, request=request)


def lesson_row(lesson: Lesson) -> ListRow:
    radiated = "、".join(school.name for school in lesson.radiated.all())
    if lesson.radiated_unnamed:
        radiated = "，".join(filter(None, (radiated, f"另 {lesson.radiated_unnamed} 所")))
    return ListRow(
        (
            lesson.event.name,
            lesson.held_on,
            lesson.host_school.name,
            lesson.get_kind_display(),
            lesson.subject,
            lesson.local_teacher,
            lesson.visiting_teacher,
            lesson.research_officer,
            radiated,
            lesson.attendances,
        )
    )


@require_safe
@posts(*DISTRICT_WIDE)
def event_export(request: HttpRequest) -> HttpResponse:
    """Give the queried items of teaching events as a workbook."""
    table = lesson_table(chosen_lessons(request).qs.for_list(), reporting_unit=unit_name(request))
    return answer_workbook(request, table)
