"""Cycles: the list, one cycle with its calendar and awards, planning, copying, rules, opening, closing."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from awards import cycle_calendar
from awards.areas import AWARDS
from awards.forms.cycles import CloseForm, CycleForm, OpenForm, RulesForm
from awards.models import Category, Cycle, CycleRule
from awards.models.nominations import SENT
from awards.views.cycle_page import conferred, context_of, is_from_before, tally
from awards.workflow import cycle_parts as parts
from awards.workflow import cycles as steps
from guanweihui import workdays
from guanweihui.areas import tabs_of
from guanweihui.board import deadline_words
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.models import School, Workday
from guanweihui.scope import COMMITTEE, Role, committee_of, reach_of
from guanweihui.templatetags.portal import moment

OFFICE = (Role.DISTRICT,)
FORM_METHODS = ["GET", "HEAD", "POST"]
KINDS = {Cycle.State.PLANNED: "plain", Cycle.State.OPEN: "info", Cycle.State.CLOSED: "ok"}
COLUMNS = (
    ListColumn("名称", is_name=True, is_long=True),
    ListColumn("表彰年度"),
    ListColumn("申报截止"),
    ListColumn("表彰名额", format="int"),
    ListColumn("已推荐", format="int"),
    ListColumn("已表彰", format="int"),
    ListColumn("状态"),
)


def cycles_of(request: HttpRequest, roles: Any = None) -> Any:
    return Cycle.objects.visible_to(request.user, roles=roles)


def cycle_or_404(request: HttpRequest, pk: int, roles: Any = OFFICE) -> Cycle:
    return get_object_or_404(cycles_of(request, roles).for_page(), pk=pk)


def url_of(cycle: Cycle) -> str:
    return reverse("cycle-detail", args=[cycle.pk])


def crumbs_of(cycle: Cycle | None = None) -> list[tuple[str, str]]:
    crumbs = [("评选周期", reverse("cycle-list"))]
    return [*crumbs, (cycle.name, url_of(cycle))] if cycle else crumbs


def corrections_of(request: HttpRequest) -> workdays.Corrections:
    return Workday.objects.visible_to(request.user).corrections()


def keeping(form: Any, step: Any) -> Any:
    """Take a step; when somebody was faster, what was typed stays, under the mark of now."""

    def taken(data: dict[str, Any]) -> Any:
        try:
            return step(data)
        except parts.Moved as moved:
            form.data = form.data.copy()
            form.data["mark"] = moved.mark
            raise

    return taken


@require_safe
@posts(*COMMITTEE)
def cycle_list(request: HttpRequest) -> HttpResponse:
    """List the cycles, the latest first, with their places and how many were nominated and commended."""
    page = page_of(request, cycles_of(request).for_list().select_related("round"))
    may_plan, cycles = reach_of(request.user).serves(Role.DISTRICT), list(page)
    categories = list(Category.objects.visible_to(request.user).of_cycles(cycles))
    counted = tally(request.user, cycles)
    shown = ListPage(
        title="评选周期",
        columns=COLUMNS,
        rows=[
            row(cycle, [one for one in categories if one.cycle_id == cycle.pk], counted) for cycle in cycles
        ],
        page=page,
        tabs=tabs_of(request, AWARDS),
        unit="届",
        empty_words="还没有评选周期。" if may_plan else "区里还没有布置评选。",
        empty_url=reverse("cycle-new") if may_plan else "",
        empty_action="新建评选" if may_plan else "",
        buttons=[("新建评选", reverse("cycle-new"), "plus-lg", "primary")] if may_plan else (),
    )
    return answer_list(request, shown)


def row(cycle: Cycle, categories: list[Category], counted: dict[tuple[int, str], int]) -> ListRow:
    def count(*states: str) -> int:
        return sum(counted.get((one.pk, state), 0) for one in categories for state in states)

    is_known = not is_from_before(cycle)
    return ListRow(
        (
            Link(cycle.name, url_of(cycle)),
            str(cycle.year),
            moment(cycle_calendar.deadline_of(cycle)),
            sum(one.places for one in categories) if is_known else None,
            count(*SENT) if is_known else None,
            conferred(categories, counted),
            Mark(cycle.get_state_display(), KINDS[Cycle.State(cycle.state)]),
        )
    )


@require_safe
@posts(*COMMITTEE)
def cycle_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a cycle: what to review, calendar, awards with what was nominated, sheet, rules."""
    cycle = cycle_or_404(request, pk, None)
    context = {
        "crumbs": [*crumbs_of(), (cycle.name, "")],
        "kind": KINDS[Cycle.State(cycle.state)],
        **context_of(request.user, cycle, now=timezone.now()),
    }
    return render(request, "awards/cycle_detail.html", context)


# --- planning ---------------------------------------------------------------------------------------------


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def cycle_new(request: HttpRequest) -> HttpResponse:
    """Plan a cycle with the four awards, their usual forms and the usual rules."""
    year = timezone.localdate().year
    home = reach_of(request.user).home
    initial = {
        "year": year,
        "name": f"{year}年度关心下一代工作先进评选",
        "organiser": committee_of(request.user)[:60],
        "scope": f"{home.short_name}教育系统各基层单位及其在职、退休人员。" if home else "",
    }
    words = "保存后先建立四个奖项、各自的表单和评选规则，都可以逐项修改。核对以后再开始申报。"
    return planning(request, initial, None, title="新建评选", words=words)


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def cycle_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan the next cycle after this one: the days two years on stand in the form for review."""
    source = cycle_or_404(request, pk)
    values = steps.shifted(source)
    days = [cycle_calendar.day_of(day) for name in steps.DAYS if (day := values[name])]
    missing = workdays.missing_data(min(days), max(days), corrections_of(request)) if days else ""
    words = f"内容照“{source}”，奖项、表单和规则一并复制；日期顺延两年，遇休息日推到下一个工作日。"
    words += "请核对依据文号、日期、名额和经费来源，保存后的页面列出要核对的事项。"
    words += f"{missing}。" if missing else ""
    return planning(request, values, source, title="复制到下届", words=words)


def planning(
    request: HttpRequest, initial: dict[str, Any], source: Cycle | None, *, title: str, words: str
) -> HttpResponse:
    form = CycleForm(request.POST or None, corrections=corrections_of(request), initial=initial)

    def step(data: dict[str, Any]) -> Cycle:
        return steps.plan_cycle(form.values(), by=request.user, at=timezone.now(), copied_from=source)

    return answer_form(
        request,
        form,
        step,
        title=title,
        action="保存",
        words=words,
        back_url=url_of(source) if source else reverse("cycle-list"),
        crumbs=crumbs_of(source),
        done=lambda cycle: f"已建立“{cycle}”。请核对各项内容，再开始申报。",
        then=url_of,
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def cycle_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a cycle: all of it before it starts, words and the days to come while it is open."""
    cycle = cycle_or_404(request, pk)
    initial = {"mark": parts.mark_of(cycle), "deadline_at": cycle_calendar.deadline_of(cycle)}
    form = CycleForm(
        request.POST or None, corrections=corrections_of(request), instance=cycle, initial=initial
    )

    def step(data: dict[str, Any]) -> Cycle:
        version = int(data["mark"][:18]) if data["mark"].isdecimal() else 0
        reason = data.get("reason", "")
        return steps.edit_cycle(
            cycle, form.values(), version=version, by=request.user, at=timezone.now(), reason=reason
        )

    is_open = cycle.state == Cycle.State.OPEN
    return answer_form(
        request,
        form,
        keeping(form, step),
        title="修改评选",
        action="保存",
        words="申报已经开始，只能修改文字和以后的日期；奖项、名额、表单和规则已经冻结。" if is_open else "",
        back_url=url_of(cycle),
        crumbs=crumbs_of(cycle),
        done="已保存。",
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def cycle_rules(request: HttpRequest, pk: int) -> HttpResponse:
    """Set who may be commended; each rule warns, blocks, or is not checked."""
    cycle = cycle_or_404(request, pk)
    rules = {one.code: one for one in CycleRule.objects.visible_to(request.user, roles=OFFICE).of(cycle)}
    form = RulesForm(request.POST or None, rules=rules, initial={"mark": parts.rules_mark(cycle)})

    def step(data: dict[str, Any]) -> Cycle:
        return parts.set_rules(cycle, form.values(), mark=data["mark"], by=request.user, at=timezone.now())

    return answer_form(
        request,
        form,
        keeping(form, step),
        title="评选规则",
        action="保存",
        words="“拦截”的不能提交，“提醒”的可以提交、由审核人判断。申报开始后规则冻结，不能再改。",
        back_url=url_of(cycle),
        crumbs=crumbs_of(cycle),
        done="已保存。",
    )


# --- opening and closing ----------------------------------------------------------------------------------


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def cycle_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a planned cycle: what it lacks, whom it asks and what is granted stand on the page first."""
    cycle = cycle_or_404(request, pk)
    now = timezone.now()
    sent = request.POST if request.method == "POST" else None
    form = OpenForm(sent, cycle=cycle, now=now, corrections=corrections_of(request))
    schools = School.objects.visible_to(request.user, roles=OFFICE).open_on(timezone.localdate(now)).count()
    categories = Category.objects.visible_to(request.user, roles=OFFICE).of(cycle)
    lacks = steps.missing_of(cycle, at=now) if cycle.state == Cycle.State.PLANNED else []
    return answer_form(
        request,
        form,
        lambda data: steps.open_cycle(cycle, by=request.user, at=now),
        title="开始申报",
        action="开始",
        words="开始后，每所学校都会收到待办，推荐名额记入区里的台账；奖项、名额、表单和规则随即冻结，不能再改。",
        facts=[
            Fact("评选", cycle.name),
            Fact("应报学校", f"{schools} 所"),
            Fact("申报开始", "现在"),
            Fact("申报截止", deadline_words(cycle.deadline_at) if cycle.deadline_at else ""),
            Fact("推荐名额", "，".join(f"{one} {one.proposals} 个" for one in categories), wide=True),
            *([Fact("还缺", "\n".join(lacks), wide=True)] if lacks else ()),
        ],
        back_url=url_of(cycle),
        crumbs=crumbs_of(cycle),
        done=lambda found: f"“{found}”已开始，学校可以推荐了。下一步请把名额下达到协作组。",
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def cycle_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a cycle in which nothing waits for a decision any more."""
    cycle = cycle_or_404(request, pk)
    waits = steps.undecided_of(cycle) if cycle.state == Cycle.State.OPEN else []
    return answer_form(
        request,
        CloseForm(request.POST or None),
        lambda data: steps.close_cycle(cycle, by=request.user, at=timezone.now()),
        title="结束评选",
        action="结束",
        words="结束后，这一届只能查看，不能再改。表彰名册和市级推荐的结果保留。",
        danger=True,
        facts=[
            Fact("评选", cycle.name),
            Fact("还在办的事", "\n".join(waits) or "没有", wide=True),
        ],
        back_url=url_of(cycle),
        crumbs=crumbs_of(cycle),
        done=lambda found: f"“{found}”已结束。",
    )
