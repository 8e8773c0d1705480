"""Volunteer teams: the list, a team's sheet with its roster, who joins and leaves, charter and plans."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from guanweihui.figures_page import Asked, asked_figure, figure_line
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.list_page import (
    ListPage,
    answer_list,
    answer_workbook,
    unit_name,
    unit_of,
)
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.scope import COMMITTEE, DISTRICT_WIDE, reach_of
from guanweihui.sheets import trail_of
from members.areas import SERVICE, tabs_of
from members.filters.teams import MembershipFilter, TeamFilter
from members.forms.teams import JoinForm, LeaveForm, OfficeForm, PlanForm, TeamForm
from members.models import Person, Team, TeamMembership, TeamPlan
from members.reports.teams import state_of, team_roster
from members.views.committees import answer_pdf, asked_day
from members.workflow.teams import (
    WRITERS,
    change_office,
    edit_team,
    found_team,
    join_team,
    leave_team,
    staff_of,
    write_plan,
)

#: Said wherever a school or group reads a roster: people of other schools are not its business.
OWN_ONLY = "只显示和统计您所在单位的队员，不是全队人数。"
Office = TeamMembership.Office


def is_wide(request: HttpRequest) -> bool:
    return reach_of(request.user).serves(*DISTRICT_WIDE)


def writes(request: HttpRequest) -> bool:
    return reach_of(request.user).serves(*WRITERS)


def count_label(request: HttpRequest) -> str:
    return "队员" if is_wide(request) else "本单位队员"


# --- lists ------------------------------------------------------------------------------------------------


@require_safe
@posts(*COMMITTEE)
def team_list(request: HttpRequest) -> HttpResponse:
    """List the teams with their officers and how many people are in them today."""
    asked = asked_figure(request, "team-list")
    teams = asked.rows(request.user) if asked else Team.objects.visible_to(request.user)
    chosen = TeamFilter(request.GET, queryset=teams, request=request)
    page = page_of(request, chosen.qs.for_list())
    members = TeamMembership.objects.visible_to(request.user).counting_on(timezone.localdate())
    tally, officers = members.tally_by_team(), officers_by_team(members)
    columns = (
        ListColumn("队伍", is_name=True),
        ListColumn("主要工作", is_long=True),
        *(ListColumn(office.label) for office in (Office.HEAD, Office.DEPUTY, Office.SECRETARY)),
        ListColumn(count_label(request), format="int"),
        ListColumn("联系工作人员"),
        ListColumn("联系电话"),
        ListColumn("状态"),
    )
    begins = writes(request)
    buttons = [("队员名册", reverse("membership-list"), "people", "outline-secondary")]
    if begins:
        buttons.append(("新建队伍", reverse("team-add"), "plus-lg", "primary"))
    shown = ListPage(
        title="志愿者队伍",
        columns=columns,
        rows=[team_row(team, tally.get(team.pk, 0), officers) for team in page],
        page=page,
        form=chosen.form,
        behind=figure_line(request, asked, asked.value(chosen.qs)) if asked else None,
        notes=[] if is_wide(request) else [OWN_ONLY],
        tabs=tabs_of(request, SERVICE),
        unit="支",
        empty_words="还没有志愿者队伍。",
        empty_url=reverse("team-add") if begins else "",
        empty_action="新建队伍" if begins else "",
        buttons=buttons,
    )
    return answer_list(request, shown)


def officers_by_team(members: Any) -> dict[tuple[int, int], list[str]]:
    """Name the officers by team and office, in one query."""
    names: dict[tuple[int, int], list[str]] = {}
    for one in members.officers().for_roster():
        names.setdefault((one.team_id, one.office), []).append(one.person.name)
    return names


def team_row(team: Team, number: int, officers: dict[tuple[int, int], list[str]]) -> ListRow:
    named = ("、".join(officers.get((team.pk, office), ())) for office in Office)
    head, deputy, secretary, _ = named
    return ListRow(
        (
            Link(team.name, reverse("team-detail", args=[team.pk])),
            team.purpose,
            head,
            deputy,
            secretary,
            number,
            str(team.staff or ""),
            team.phone,
            state_mark(team),
        )
    )


def state_mark(team: Team) -> Mark:
    if team.dissolved_on and team.dissolved_on <= timezone.localdate():
        return Mark("已撤销", "void")
    return Mark("示例", "info") if team.is_invented else Mark("正常", "ok")


def chosen_members(request: HttpRequest) -> tuple[Asked | None, MembershipFilter]:
    asked = asked_figure(request, "membership-list")
    members = asked.rows(request.user) if asked else TeamMembership.objects.visible_to(request.user)
    return asked, MembershipFilter(request.GET, queryset=members, request=request)


MEMBER_COLUMNS = (
    ListColumn("姓名", is_name=True, sort="name"),
    ListColumn("队伍", sort="team"),
    ListColumn("队内职务"),
    ListColumn("性别", align="center"),
    ListColumn("单位"),
    ListColumn("协作组"),
    ListColumn("加入日期", format="date", sort="from"),
    ListColumn("退出日期", format="date", sort="to"),
    ListColumn("状态"),
)
MEMBER_SORTS = {
    "name": ("person__pinyin",),
    "team": ("team__position", "team", "office", "person__pinyin"),
    "from": ("from_on",),
    "to": ("to_on",),
}


@require_safe
@posts(*COMMITTEE)
def membership_list(request: HttpRequest) -> HttpResponse:
    """List the members of all teams; the rows behind the figure of people in teams."""
    asked, chosen = chosen_members(request)
    page = page_of(request, chosen.qs.for_roster(), MEMBER_SORTS)
    behind = None
    if asked:
        behind = figure_line(request, asked, asked.value(chosen.qs), of=unit_of(chosen))
    shown = ListPage(
        title="队员名册",
        columns=MEMBER_COLUMNS,
        rows=[member_row(one) for one in page],
        page=page,
        form=chosen.form,
        behind=behind,
        notes=[] if is_wide(request) else [OWN_ONLY],
        tabs=tabs_of(request, SERVICE),
        export="membership-export",
        unit="条",
        empty_words="队伍里还没有队员。",
    )
    return answer_list(request, shown)


def member_row(one: TeamMembership) -> ListRow:
    person = one.person
    return ListRow(
        (
            Link(person.name, reverse("person-detail", args=[person.pk])),
            Link(one.team.name, reverse("team-detail", args=[one.team_id])),
            one.get_office_display(),
            person.sex,
            person.school.short_name,
            person.school.group.short_name,
            one.from_on,
            one.to_on,
            member_mark(one),
        )
    )


def member_mark(one: TeamMembership) -> Mark:
    word = state_of(one, timezone.localdate())
    return Mark(word, "ok" if word == "在队" else "plain")


@require_safe
@posts(*COMMITTEE)
def membership_export(request: HttpRequest) -> HttpResponse:
    """Give the queried members as a workbook."""
    _, chosen = chosen_members(request)
    table = team_roster(
        chosen.qs.for_roster(), timezone.localdate(), title="队员名册", reporting_unit=unit_name(request)
    )
    return answer_workbook(request, table)


# --- one team ---------------------------------------------------------------------------------------------

ROSTER_COLUMNS = (
    ListColumn("姓名", is_name=True),
    ListColumn("队内职务"),
    ListColumn("性别", align="center"),
    ListColumn("单位"),
    ListColumn("五老类别"),
    ListColumn("加入日期", format="date"),
    ListColumn("退出日期", format="date"),
    ListColumn("状态"),
    ListColumn("操作"),
)
PLAN_COLUMNS = (
    ListColumn("年度", is_name=True),
    ListColumn("计划", is_long=True),
    ListColumn("总结", is_long=True),
    ListColumn("操作"),
)


def team_or_404(request: HttpRequest, pk: int, roles: Any = None) -> Team:
    return get_object_or_404(Team.objects.visible_to(request.user, roles=roles).for_list(), pk=pk)


@require_safe
@posts(*COMMITTEE)
def team_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a team: facts, charter, plans, and the roster of those within reach."""
    team, may_write = team_or_404(request, pk), writes(request)
    members = TeamMembership.objects.visible_to(request.user).of_team(team)
    page = page_of(request, members.for_roster())
    serving = members.counting_on(timezone.localdate())
    context = {
        "crumbs": crumbs_of(team)[:1] + [(team.name, "")],
        "team": team,
        "state": state_mark(team),
        "facts": facts_of(request, team, serving),
        "plan_columns": PLAN_COLUMNS if may_write else PLAN_COLUMNS[:-1],
        "plans": [
            plan_row(plan, may_write) for plan in TeamPlan.objects.visible_to(request.user).of_team(team)
        ],
        "columns": ROSTER_COLUMNS if may_write else ROSTER_COLUMNS[:-1],
        "rows": [roster_row(one, may_write) for one in page],
        "page": page,
        "own_only": "" if is_wide(request) else OWN_ONLY,
        "may_write": may_write,
        "export_url": reverse("team-roster-export", args=[pk]),
        "trail": trail_of(request.user, team) if is_wide(request) else None,
    }
    return render(request, "members/teams_detail.html", context)


def facts_of(request: HttpRequest, team: Team, serving: Any) -> list[Fact]:
    officers = officers_by_team(serving)
    number = serving.tally_by_team().get(team.pk, 0)
    nobody = "无" if is_wide(request) else "本单位无"
    return [
        *(
            Fact(office.label, "、".join(officers.get((team.pk, office), ())) or nobody)
            for office in (Office.HEAD, Office.DEPUTY, Office.SECRETARY)
        ),
        Fact(count_label(request), f"{number:,} 人"),
        Fact("联系工作人员", str(team.staff or "")),
        Fact("联系电话", team.phone),
        Fact("成立日期", team.founded_on),
        Fact("撤销日期", team.dissolved_on or "无"),
        Fact("主要工作", team.purpose, wide=True),
    ]


def crumbs_of(team: Team) -> list[tuple[str, str]]:
    return [("志愿者队伍", reverse("team-list")), (team.name, reverse("team-detail", args=[team.pk]))]


def plan_row(plan: TeamPlan, may_write: bool) -> ListRow:
    cells = (f"{plan.year}年", linebreaksbr(plan.plan), linebreaksbr(plan.summary))
    if not may_write:
        return ListRow(cells)
    url = f"{reverse('team-plan', args=[plan.team_id])}?year={plan.year}"
    return ListRow((*cells, (Link("修改", url),)))


def roster_row(one: TeamMembership, may_write: bool) -> ListRow:
    person = one.person
    cells = (
        Link(person.name, reverse("person-detail", args=[person.pk])),
        one.get_office_display(),
        person.sex,
        person.school.short_name,
        person.elder_class.name if person.elder_class else "",
        one.from_on,
        one.to_on,
        member_mark(one),
    )
    if not may_write:
        return ListRow(cells)
    links = (
        Link("改任", reverse("membership-office", args=[one.pk])),
        Link("退出", reverse("membership-leave", args=[one.pk])),
    )
    return ListRow((*cells, links if one.to_on is None else ""))


@require_safe
@posts(*COMMITTEE)
def team_roster_export(request: HttpRequest, pk: int) -> HttpResponse:
    """Give who is in a team on a day (?on=) as a workbook, or as a PDF with ?format=pdf."""
    team, day = team_or_404(request, pk), asked_day(request)
    members = TeamMembership.objects.visible_to(request.user).of_team(team).counting_on(day)
    title = f"{team.name}队员名册" if is_wide(request) else f"{team.name}队员名册（本单位）"
    table = team_roster(members.for_roster(), day, title=title, reporting_unit=unit_name(request))
    if request.GET.get("format") == "pdf":
        return answer_pdf(request, table)
    return answer_workbook(request, table)


# --- steps ------------------------------------------------------------------------------------------------

FORM_METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(FORM_METHODS)
@posts(*WRITERS)
def team_add(request: HttpRequest) -> HttpResponse:
    """Found a team."""
    home, now = reach_of(request.user).of(WRITERS).home, timezone.now()
    form = TeamForm(request.POST or None, staff=staff_of(home, timezone.localdate()))
    return answer_form(
        request,
        form,
        lambda cleaned: found_team(home, form.values(), by=request.user, at=now),
        title="新建队伍",
        action="保存",
        back_url=reverse("team-list"),
        done=lambda team: f"已新建{team}。",
        then=lambda team: reverse("team-detail", args=[team.pk]),
        crumbs=[("志愿者队伍", reverse("team-list"))],
    )


@require_http_methods(FORM_METHODS)
@posts(*WRITERS)
def team_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a team: name, charter, phone, staff, dissolution."""
    team = team_or_404(request, pk, WRITERS)
    form = TeamForm(
        request.POST or None,
        instance=team_or_404(request, pk, WRITERS),
        staff=staff_of(team.district, timezone.localdate()),
    )

    def step(cleaned: dict[str, Any]) -> Team:
        version = cleaned["version"] or 0
        return edit_team(team, form.values(), version=version, by=request.user, at=timezone.now())

    return answer_form(
        request,
        form,
        step,
        title="修改队伍",
        action="保存",
        back_url=reverse("team-detail", args=[pk]),
        done="已保存。",
        crumbs=crumbs_of(team),
        words="填写撤销日期后，还在队的队员退出日期记为前一天。",
    )


@require_http_methods(FORM_METHODS)
@posts(*WRITERS)
def team_join(request: HttpRequest, pk: int) -> HttpResponse:
    """Let one volunteer into a team."""
    team = team_or_404(request, pk, WRITERS)
    people = Person.objects.visible_to(request.user, roles=WRITERS).for_page()

    def step(cleaned: dict[str, Any]) -> TeamMembership:
        return join_team(
            cleaned["who"],
            team,
            office=cleaned["office"],
            from_on=cleaned["from_on"],
            by=request.user,
            at=timezone.now(),
        )

    return answer_form(
        request,
        JoinForm(request.POST or None, people=people),
        step,
        title="新增队员",
        action="保存",
        back_url=reverse("team-detail", args=[pk]),
        done=lambda one: f"{one.person}已加入{team}。",
        crumbs=crumbs_of(team),
    )


def membership_or_404(request: HttpRequest, pk: int) -> TeamMembership:
    members = TeamMembership.objects.visible_to(request.user, roles=WRITERS)
    return get_object_or_404(members.for_roster(), pk=pk)


@require_http_methods(FORM_METHODS)
@posts(*WRITERS)
def membership_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a member's last day."""
    one = membership_or_404(request, pk)
    return answer_form(
        request,
        LeaveForm(request.POST or None),
        lambda cleaned: leave_team(one, **cleaned, by=request.user, at=timezone.now()),
        title=f"{one.person}退出{one.team}",
        action="保存",
        back_url=reverse("team-detail", args=[one.team_id]),
        done=f"{one.person}已退出{one.team}。",
        crumbs=crumbs_of(one.team),
    )


@require_http_methods(FORM_METHODS)
@posts(*WRITERS)
def membership_office(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a member another office."""
    one = membership_or_404(request, pk)
    return answer_form(
        request,
        OfficeForm(request.POST or None, initial={"office": one.office}),
        lambda cleaned: change_office(one, **cleaned, by=request.user, at=timezone.now()),
        title=f"{one.person}改任",
        action="保存",
        back_url=reverse("team-detail", args=[one.team_id]),
        done=lambda changed: f"{one.person}改任{changed.get_office_display()}。",
        crumbs=crumbs_of(one.team),
    )


@require_http_methods(FORM_METHODS)
@posts(*WRITERS)
def team_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a team's plan and summary of a year; ?year= opens a written one."""
    team = team_or_404(request, pk, WRITERS)
    plans = {plan.year: plan for plan in TeamPlan.objects.visible_to(request.user).of_team(team)}
    year = request.GET.get("year", "")
    plan = plans.get(int(year)) if year.isdecimal() else None
    initial = {
        "year": plan.year if plan else timezone.localdate().year,
        "plan": plan.plan if plan else "",
        "summary": plan.summary if plan else "",
        "version": team.version,
    }

    def step(cleaned: dict[str, Any]) -> TeamPlan:
        return write_plan(team, **cleaned, by=request.user, at=timezone.now())

    return answer_form(
        request,
        PlanForm(request.POST or None, initial=initial),
        step,
        title="年度计划",
        action="保存",
        back_url=reverse("team-detail", args=[pk]),
        done=lambda row: f"{row.year}年的计划已保存。",
        crumbs=crumbs_of(team),
        words="同一年度再次保存会替换原来的内容。",
    )
