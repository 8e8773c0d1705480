"""Teaching events: the list with what each came to, its workbook, one event, entering and editing it."""

from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from guanweihui.areas import url_or_none
from guanweihui.figures_page import asked_figure, figure_line
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list, answer_workbook, unit_name
from guanweihui.lists import Fact, Link, ListColumn, ListRow, page_of
from guanweihui.scope import DISTRICT_WIDE, Role, reach_of
from guanweihui.sheets import trail_of
from guanweihui.workflow import Refused
from outreach.areas import OUTREACH, READERS, tabs_of
from outreach.filters.events import EventFilter
from outreach.forms.events import EventForm, FeedbackForm, ProgrammeForm
from outreach.models import EventFeedback, Lesson, Need, Programme, TeachingEvent
from outreach.reports.events import event_table, figures_of
from outreach.reports.tallies import Events, add_events
from outreach.views.shared import export_for, how_to_begin, keeping
from outreach.workflow.events import EVENT_FIELDS, OFFICE, add_event, add_feedback, edit_event
from outreach.workflow.rows import mark_of

FORM_METHODS = ["GET", "HEAD", "POST"]
EVENT_COLUMNS = (
    ListColumn("送教活动", is_name=True),
    ListColumn("起", format="date", sort="day"),
    ListColumn("止", format="date"),
    ListColumn("组织单位", is_long=True),
    ListColumn("同课异构（节）", format="int"),
    ListColumn("评课（次）", format="int"),
    ListColumn("讲座（场次）", format="int"),
    ListColumn("参加人次", format="int"),
    ListColumn("辐射学校", is_long=True),
)
EVENT_SORTS = {"day": ("from_on",)}
#: Of one event: everything but the event itself.
LESSON_COLUMNS = (
    ListColumn("日期", format="date"),
    ListColumn("地点", is_name=True),
    ListColumn("形式"),
    ListColumn("学科"),
    ListColumn("课题"),
    ListColumn("本地教师"),
    ListColumn("本区教师"),
    ListColumn("教研员"),
    ListColumn("参加人次", format="int"),
    ListColumn("辐射学校", is_long=True),
)
WORK_COLUMN = ListColumn("操作")
FEEDBACK_COLUMNS = (
    ListColumn("学校", is_name=True),
    ListColumn("日期", format="date"),
    ListColumn("收回份数", format="int"),
    ListColumn("满意份数", format="int"),
    ListColumn("满意率", format="percent"),
    ListColumn("意见和建议", is_long=True),
)


def writes(request: HttpRequest) -> bool:
    return reach_of(request.user).serves(*OFFICE)


def event_or_404(request: HttpRequest, pk: int, roles: Any = OFFICE) -> TeachingEvent:
    """Return the event with those of its needs that the reader sees: a principal his own schools'."""
    events = TeachingEvent.objects.visible_to(request.user, roles=roles)
    needs = Prefetch("needs", queryset=Need.objects.visible_to(request.user, roles=roles).order_by("pk"))
    # Said before for_page(), which goes on from these needs to their schools.
    return get_object_or_404(events.prefetch_related(needs).for_page(), pk=pk)


def url_of(event: TeachingEvent) -> str:
    return reverse("event-detail", args=[event.pk])


def crumbs_of(event: TeachingEvent | None = None) -> list[tuple[str, str]]:
    crumbs = [("送教活动", reverse("event-list"))]
    return [*crumbs, (event.name, url_of(event))] if event else crumbs


@require_safe
@posts(*READERS)
def event_list(request: HttpRequest) -> HttpResponse:
    """List the teaching events with what each came to."""
    asked = asked_figure(request, "event-list")
    chosen = chosen_events(request, asked)
    page = page_of(request, chosen.qs.for_list(), EVENT_SORTS)
    buttons = [("查看各项", reverse("lesson-list"), "list", "outline-secondary")]
    if writes(request):
        buttons.insert(0, ("登记送教", reverse("event-new"), "plus-lg", "primary"))
    shown = ListPage(
        title="送教活动",
        columns=EVENT_COLUMNS,
        rows=[event_row(event) for event in page],
        page=page,
        form=chosen.form,
        behind=figure_line(request, asked, asked.value(chosen.qs)) if asked else None,
        tabs=tabs_of(request, OUTREACH),
        export=export_for(request, "event-export"),
        unit="次",
        buttons=buttons,
        **how_to_begin(request, "送教活动"),
    )
    return answer_list(request, shown)


def chosen_events(request: HttpRequest, asked: Any = None) -> EventFilter:
    events = asked.rows(request.user) if asked else TeachingEvent.objects.visible_to(request.user)
    return EventFilter(request.GET, queryset=events, request=request)


def event_row(event: TeachingEvent) -> ListRow:
    sums = figures_of(event)
    return ListRow(
        (
            Link(event.name, url_of(event)),
            event.from_on,
            event.to_on,
            event.organiser,
            sums.lessons,
            sums.reviews,
            sums.lectures,
            sums.attendances,
            radiation(sums),
        )
    )


def radiation(sums: Events) -> str:
    """Say the radiated schools with a name, and apart those without one; never their sum."""
    named = f"有校名 {sums.named} 校" if sums.named else ""
    unnamed = sums.unnamed_words if sums.unnamed else ""
    return "；".join(filter(None, (named, unnamed))) or "无"


@require_safe
@posts(*DISTRICT_WIDE)
def event_export(request: HttpRequest) -> HttpResponse:
    """Give the queried teaching events as a workbook."""
    chosen = chosen_events(request, asked_figure(request, "event-list"))
    return answer_workbook(request, event_table(chosen.qs.for_list(), reporting_unit=unit_name(request)))


@require_safe
@posts(*READERS)
def event_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an event: its figures, its items, what was said of it."""
    event = event_or_404(request, pk, None)
    lessons = list(Lesson.objects.visible_to(request.user).of(event).for_list())
    sums, is_office = add_events([event], lessons), writes(request)
    context = {
        "crumbs": [*crumbs_of(), (event.name, "")],
        "event": event,
        "is_office": is_office,
        "facts": facts(event, is_partial=not reach_of(request.user).serves(*DISTRICT_WIDE)),
        "figures": figure_facts(sums),
        "lesson_columns": (*LESSON_COLUMNS, WORK_COLUMN) if is_office else LESSON_COLUMNS,
        "lessons": [lesson_row(lesson, is_office=is_office) for lesson in lessons],
        "feedback_columns": FEEDBACK_COLUMNS,
        "feedback": [feedback_row(one) for one in EventFeedback.objects.visible_to(request.user).of(event)],
        "trail": trail_of(request.user, event),
    }
    return render(request, "outreach/event_detail.html", context)


def facts(event: TeachingEvent, *, is_partial: bool) -> list[Fact]:
    """Say what an event is about; a reader who sees only part of its needs is told so."""
    needs = tuple(
        Link(f"{one.visit.host_school}：{one.text}", url_or_none("need-detail", one.pk))
        for one in event.needs.all()
    )
    items = tuple(Link(one.title, url_or_none("plan-detail", one.plan_id)) for one in event.items.all())
    return [
        Fact("项目", event.programme.name),
        Fact("组织单位", event.organiser),
        Fact("起", event.from_on),
        Fact("止", event.to_on),
        Fact("针对的需求（只含本人结对的学校）", linked(needs) or "无", wide=True)
        if is_partial
        else Fact("针对的需求", linked(needs), wide=True),
        Fact("对应的方案任务", linked(items), wide=True),
        Fact("活动小结", event.summary, wide=True),
    ]


def linked(links: tuple[Link, ...]) -> Any:
    """Show links as words where their page does not exist."""
    if all(link.url for link in links):
        return links or None
    return "；".join(link.text for link in links)


def figure_facts(sums: Events) -> list[Fact]:
    """Write an event's figures, each in its own unit."""
    return [
        Fact("同课异构", f"{sums.lessons} 节"),
        Fact("评课", f"{sums.reviews} 次"),
        Fact("学科讲座", f"{sums.lectures} 场次"),
        Fact("参加", f"{sums.attendances:,} 人次"),
        Fact("活动学校", f"{sums.held_at} 所"),
        Fact("辐射学校（有校名）", f"{sums.named} 所"),
        Fact("辐射学校（未具名）", sums.unnamed_words, wide=True),
    ]


def lesson_row(lesson: Lesson, *, is_office: bool) -> ListRow:
    cells: tuple[Any, ...] = (
        lesson.held_on,
        lesson.host_school.name,
        lesson.get_kind_display(),
        lesson.subject,
        lesson.topic,
        lesson.local_teacher,
        lesson.visiting_teacher,
        lesson.research_officer,
        lesson.attendances,
        radiated_words(lesson),
    )
    ways = (
        Link("修改", reverse("lesson-edit", args=[lesson.pk])),
        Link("删除", reverse("lesson-remove", args=[lesson.pk])),
    )
    return ListRow((*cells, ways) if is_office else cells)


def radiated_words(lesson: Lesson) -> str:
    """Name the radiated schools; those without a name stand behind them as a number."""
    named = "、".join(school.name for school in lesson.radiated.all())
    unnamed = f"另有{lesson.radiated_unnamed}校，未具名" if lesson.radiated_unnamed else ""
    return "；".join(filter(None, (named, unnamed)))


def feedback_row(one: EventFeedback) -> ListRow:
    share = 100 * one.content_with / one.returned if one.returned else None
    school = one.host_school.name if one.host_school else "全体参加人员"
    return ListRow((school, one.said_on, one.returned, one.content_with, share, one.words))


# --- entering and editing -----------------------------------------------------------------------------------


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def event_new(request: HttpRequest) -> HttpResponse:
    """Enter an event; where there are several programmes, ask first which one it belongs to."""
    programmes = Programme.objects.visible_to(request.user, roles=OFFICE).for_list()
    found = list(programmes)
    if not found:
        raise Refused("还没有老校长下乡项目。请先新建项目，或导入老校长下乡工作簿。")
    asked = request.GET.get("programme", "")
    if asked:
        programme = get_object_or_404(programmes, pk=asked if asked.isdecimal() else 0)
    elif len(found) == 1:
        programme = found[0]
    else:
        return choose_programme(request, programmes)
    form = EventForm(request.POST or None, user=request.user, programme=programme)

    def step(data: dict[str, Any]) -> TeachingEvent:
        links = {name: rows or () for name, rows in form.links().items()}
        return add_event(programme, form.values(), **links, by=request.user, at=timezone.now())

    return answer_form(
        request,
        form,
        step,
        title="登记送教",
        action="保存",
        back_url=reverse("event-list"),
        crumbs=crumbs_of(),
        words=f"项目：{programme}。保存后逐项登记同课异构、评课和讲座。",
        done=lambda event: f"已登记“{event}”，请接着登记各项活动。",
        then=url_of,
    )


def choose_programme(request: HttpRequest, programmes: Any) -> HttpResponse:
    def url_with(programme: Programme) -> str:
        return f"{reverse('event-new')}?{urlencode({'programme': programme.pk})}"

    return answer_form(
        request,
        ProgrammeForm(request.POST or None, programmes=programmes),
        lambda data: data["programme"],
        title="登记送教",
        action="下一步",
        back_url=reverse("event-list"),
        crumbs=crumbs_of(),
        words="先选择这次送教属于哪一批老校长下乡。",
        done=lambda programme: f"已选“{programme}”，请填写送教活动。",
        then=url_with,
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def event_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an event, the needs it answers and the tasks it carries out."""
    event = event_or_404(request, pk)
    initial = {"mark": mark_of(event, EVENT_FIELDS)}
    form = EventForm(
        request.POST or None, user=request.user, programme=event.programme, instance=event, initial=initial
    )

    def step(data: dict[str, Any]) -> TeachingEvent:
        more = {"mark": data["mark"], "by": request.user, "at": timezone.now()}
        return edit_event(event, form.values(), **form.links(), **more)

    return answer_form(
        request,
        form,
        keeping(form, step),
        title="修改送教",
        action="保存",
        back_url=url_of(event),
        crumbs=crumbs_of(event),
        words=f"项目：{event.programme}。",
        done="已保存。",
    )


@require_http_methods(FORM_METHODS)
@posts(Role.DISTRICT)
def event_feedback(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter what those who took part said of an event."""
    event = event_or_404(request, pk)
    form = FeedbackForm(request.POST or None, user=request.user, event=event)
    return answer_form(
        request,
        form,
        lambda data: add_feedback(event, form.values(), by=request.user, at=timezone.now()),
        title="登记反馈",
        action="保存",
        back_url=url_of(event),
        crumbs=crumbs_of(event),
        words="按学校或全体汇总填写：收回几份反馈表，满意几份，有什么意见。不填写个人姓名。",
        done="已登记反馈。",
    )
