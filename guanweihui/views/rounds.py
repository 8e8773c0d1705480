"""Rounds: the list, planning one, copying last year's, opening it, closing it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from activities.models import Campaign
from guanweihui import board, filing_kinds, round_tables, rounds, workdays
from guanweihui.areas import FILINGS, tabs_of
from guanweihui.filters import RoundFilter
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.models import Due, Round, School, Workday
from guanweihui.round_forms import CloseForm, OpenForm, RoundForm, kinds
from guanweihui.rounds import OFFICE
from guanweihui.scope import COMMITTEE, DISTRICT_WIDE, Role, reach_of
from guanweihui.templatetags.portal import moment

COLUMNS = (
    ListColumn("名称", is_name=True, is_long=True),
    ListColumn("种类"),
    ListColumn("年度"),
    ListColumn("截止时间"),
    ListColumn("应报", format="int"),
    *(ListColumn(standing.label, format="int") for standing in Due.Standing),
    ListColumn("状态"),
)
OWN_COLUMNS = (
    ListColumn("名称", is_name=True, is_long=True),
    ListColumn("种类"),
    ListColumn("截止时间"),
    ListColumn("本校状态"),
    ListColumn("报送时间"),
    ListColumn("操作"),
)


def rounds_of(request: HttpRequest, roles: Any = None) -> Any:
    return Round.objects.visible_to(request.user, roles=roles)


def round_or_404(request: HttpRequest, pk: int, roles: Any = None) -> Round:
    return get_object_or_404(rounds_of(request, roles), pk=pk)


def is_school(request: HttpRequest) -> bool:
    """Tell whether the reader works for a school and nothing wider."""
    return not reach_of(request.user).serves(Role.GROUP, *DISTRICT_WIDE)


def crumbs_of(round_: Round | None = None) -> list[tuple[str, str]]:
    crumbs = [("报送任务", reverse("round-list"))]
    return [*crumbs, (round_.title, reverse("round-detail", args=[round_.pk]))] if round_ else crumbs


@require_safe
@posts(*COMMITTEE)
def round_list(request: HttpRequest) -> HttpResponse:
    """List the rounds, the newest first: for a school what it owes, for others how many stand how."""
    if is_school(request):
        return own_list(request)
    chosen = RoundFilter(request.GET, queryset=rounds_of(request), request=request)
    page = page_of(request, chosen.qs.for_list())
    dues = Due.objects.visible_to(request.user).standing(*page)
    counted = dues.count_standings("round")
    may_plan = reach_of(request.user).serves(Role.DISTRICT)
    buttons = [
        ("新建任务", reverse("round-new"), "plus-lg", "primary"),
        ("布置主题读书活动", reverse("campaign-new"), "book", "outline-primary"),
    ]
    shown = ListPage(
        title="报送任务",
        columns=COLUMNS,
        rows=[row(round_, board.tally(round_.title, counted, round_.pk)) for round_ in page],
        page=page,
        form=chosen.form,
        tabs=tabs_of(request, FILINGS),
        unit="项",
        empty_words="还没有报送任务。",
        empty_url=reverse("round-new") if may_plan else "",
        empty_action="新建任务",
        buttons=buttons if may_plan else (),
    )
    return answer_list(request, shown)


def row(round_: Round, tally: board.Tally) -> ListRow:
    is_planned = round_.state == Round.State.PLANNED
    url = reverse("round-detail", args=[round_.pk])
    counts: list[Any] = (
        [None] * len(Due.Standing)
        if is_planned
        else [
            Link(str(count), f"{url}?standing={standing.value}") if count else 0
            for standing, count, _ in tally.parts()
        ]
    )
    return ListRow(
        (
            Link(round_.title, url),
            round_.get_kind_display(),
            round_.year,
            moment(round_.deadline_at),
            None if is_planned else tally.whole,
            *counts,
            Mark(round_.get_state_display()),
        )
    )


def own_list(request: HttpRequest) -> HttpResponse:
    """List what a school owes and sent, in all rounds."""
    page = page_of(request, Due.objects.visible_to(request.user).for_list())
    shown = ListPage(
        title="报送任务",
        columns=OWN_COLUMNS,
        rows=[own_row(due) for due in page],
        page=page,
        tabs=tabs_of(request, FILINGS),
        unit="项",
        empty_words="区里还没有布置报送任务。",
    )
    return answer_list(request, shown)


def own_row(due: Due) -> ListRow:
    board_url = reverse("round-detail", args=[due.round_id])
    return ListRow(
        (
            Link(due.round.title, filing_kinds.url_of(due)),
            due.round.get_kind_display(),
            moment(due.deadline_at or due.round.deadline_at),
            Mark(due.get_state_display()),
            moment(due.met_at),
            Link("任务说明", board_url),
        )
    )


# --- planning ---------------------------------------------------------------------------------------------


def corrections_of(request: HttpRequest) -> dict:
    return Workday.objects.visible_to(request.user).corrections()


@require_http_methods(["GET", "HEAD", "POST"])
@posts(Role.DISTRICT)
def round_new(request: HttpRequest) -> HttpResponse:
    """Plan a round; one whose opening has come is opened at once."""
    today = timezone.localdate()
    asked = request.GET.get("kind", "")
    initial = {"year": today.year, "group_endorses": True, "kind": asked if asked in dict(kinds()) else None}
    form = RoundForm(request.POST or None, corrections=corrections_of(request), initial=initial)
    words = "开始时间已到的任务，保存后立即开始，应报学校都会收到待办；未到的，请到时在任务页上开始。"
    words += "主题读书活动的报名随活动一起布置，请在“主题读书活动”中新建。"
    return planning(request, form, None, title="新建报送任务", words=words)


@require_http_methods(["GET", "HEAD", "POST"])
@posts(Role.DISTRICT)
def round_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan next year's round from this one: the dates moved on by a year stand in the form for review."""
    source = round_or_404(request, pk, OFFICE)
    if source.kind == Round.Kind.ENROLMENT:  # it begins with its campaign
        campaign = Campaign.objects.visible_to(request.user).of_round(source).first()
        return redirect("campaign-copy", campaign.pk) if campaign else redirect("campaign-new")
    corrections = corrections_of(request)
    values = rounds.shifted(source)
    form = RoundForm(request.POST or None, corrections=corrections, initial=values)
    first, last = timezone.localdate(values["opens_at"]), timezone.localdate(values["deadline_at"])
    missing = workdays.missing_data(first, last, corrections)
    words = f"内容照{source.quoted}，日期顺延一年，遇休息日推到下一个工作日，请逐项核对后保存。"
    words += f"{missing}。" if missing else ""
    return planning(request, form, source, title="复制到下一年", words=words)


def planning(
    request: HttpRequest, form: RoundForm, source: Round | None, *, title: str, words: str
) -> HttpResponse:
    now = timezone.now()

    return answer_form(
        request,
        form,
        lambda data: rounds.call_round(form.values(data), by=request.user, at=now, copied_from=source),
        title=title,
        action="保存",
        words=words,
        back_url=reverse("round-detail", args=[source.pk]) if source else reverse("round-list"),
        crumbs=crumbs_of(source),
        done=lambda round_: f"{round_.quoted}{round_.get_state_display()}。",
        then=lambda round_: reverse("round-detail", args=[round_.pk]),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@posts(Role.DISTRICT)
def round_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a round: all of it before it starts, words and deadline while it runs."""
    round_ = round_or_404(request, pk, OFFICE)
    initial = {name: getattr(round_, name) for name in rounds.PLANNED_FIELDS}
    initial["mark"] = rounds.mark_of(round_)
    form = RoundForm(
        request.POST or None, corrections=corrections_of(request), round_=round_, initial=initial
    )
    runs = round_.state == Round.State.OPEN
    back = reverse("round-detail", args=[pk])

    def step(data: dict) -> Round:
        by, reason = request.user, data.get("reason", "")
        try:
            return rounds.edit_round(
                round_, form.values(data), by=by, at=timezone.now(), reason=reason, mark=data["mark"]
            )
        except rounds.Moved as moved:
            # What was typed stays, under the mark of now: after a look it may be saved.
            form.data = form.data.copy()
            form.data["mark"] = rounds.mark_of(moved.round)
            raise

    return answer_form(
        request,
        form,
        step,
        title="修改报送任务",
        action="保存",
        words="任务正在报送，只能修改文字和截止时间；报送内容和应报范围不能再改。" if runs else "",
        back_url=back,
        crumbs=crumbs_of(round_),
        done="已保存。",
    )


# --- opening and closing ----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@posts(Role.DISTRICT)
def round_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a planned round: every school of its stages that exists today gets its due."""
    round_ = round_or_404(request, pk, OFFICE)
    now = timezone.now()
    sent = request.POST if request.method == "POST" else None  # an empty confirmation is one too
    form = OpenForm(sent, round_=round_, now=now, corrections=corrections_of(request))
    return answer_form(
        request,
        form,
        lambda data: rounds.open_round(round_, by=request.user, at=now),
        title="开始报送",
        action="开始",
        words="开始后，应报学校都会收到待办；报送内容和应报范围不能再改。",
        facts=[
            Fact("报送任务", round_.title),
            Fact("应报学校", f"{due_schools(request, round_)} 所（{stage_words(round_)}）"),
            Fact("截止时间", board.deadline_words(round_.deadline_at)),
            Fact("宽限", board.grace_words(round_)),
        ],
        back_url=reverse("round-detail", args=[pk]),
        crumbs=crumbs_of(round_),
        done=lambda found: f"{found.quoted}已开始，学校可以填报了。",
    )


def due_schools(request: HttpRequest, round_: Round) -> int:
    """Count the schools that would owe a round opened today."""
    schools = School.objects.visible_to(request.user).open_on(timezone.localdate())
    return schools.of_stages(round_.stages).count()


def stage_words(round_: Round) -> str:
    return "、".join(round_.stage_labels()) or "全部学校"


@require_http_methods(["GET", "HEAD", "POST"])
@posts(Role.DISTRICT)
def round_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a round: name what is stored, and who is still missing, before anything is."""
    round_ = round_or_404(request, pk, OFFICE)
    counted = Due.objects.visible_to(request.user).standing(round_).count_standings("round")
    tally = board.tally(round_.title, counted, round_.pk)
    standing = "，".join(f"{one.label} {count} 所（{share}%）" for one, count, share in tally.parts())
    return answer_form(
        request,
        CloseForm(request.POST or None),
        lambda data: rounds.close_round(round_, by=request.user, at=timezone.now()),
        title="定稿",
        action="定稿",
        words="定稿后，下列报表按现在的数字封存，以后学校更正、补报或调整隶属都不会改变；定稿不能撤销。",
        danger=True,
        facts=[
            Fact("报送任务", round_.title),
            Fact("统计时点", round_.as_of_on or "未填写"),
            Fact("报送情况", f"应报 {tally.whole} 所：{standing}", wide=True),
            Fact("封存报表", "\n".join(round_tables.titles(round_, request.user)), wide=True),
        ],
        back_url=reverse("round-detail", args=[pk]),
        crumbs=crumbs_of(round_),
        done=lambda found: f"{found.quoted}已定稿，报表已封存。",
        then=reverse("round-tables", args=[pk]),
    )
