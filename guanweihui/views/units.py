"""The hierarchy: the district's tree, its groups, its schools."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from guanweihui import figures
from guanweihui.figures import Period, values_by_group
from guanweihui.figures_page import Asked, asked_figure, facts_of, figure_line, values_by_school
from guanweihui.filters import GroupFilter, SchoolFilter
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list, answer_workbook, unit_name, unit_of
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.models import CollaborationGroup, School, Succession, UnitName
from guanweihui.models.org import Stage
from guanweihui.reports import group_register, partial, school_register
from guanweihui.scope import COMMITTEE, DISTRICT_WIDE, Role, reach_of
from guanweihui.sheets import trail_of
from guanweihui.text import mask_phone
from guanweihui.views.reports import asked_period
from members.models import Appointment

#: Figures of a unit's people, shown in every list of units.
PEOPLE = ("retired", "volunteers")
#: Figures on the sheet of a school.
SHEET = (
    *PEOPLE,
    "campaign.classes",
    "campaign.students",
    "honours.cycle.collectives",
    "honours.cycle.leaders",
    "honours.cycle.in_service",
    "honours.cycle.retired",
)
GROUP_COLUMNS = (
    ListColumn("协作组", is_name=True),
    ListColumn("组长"),
    ListColumn("学校", format="int"),
    *(ListColumn(stage.label, format="int") for stage in Stage),
    ListColumn("离退休教师", format="int"),
    ListColumn("五老志愿者", format="int"),
)
SCHOOL_COLUMNS = (
    ListColumn("学校", is_name=True, sort="name"),
    ListColumn("学校代码", sort="code"),
    ListColumn("协作组", sort="group"),
    ListColumn("学段", sort="stage"),
    ListColumn("离退休教师", format="int"),
    ListColumn("五老志愿者", format="int"),
    ListColumn("状态"),
)
SCHOOL_SORTS = {
    "name": ("short_name",),
    "code": ("code",),
    "group": ("group__position", "position"),
    "stage": ("stage", "group__position", "position"),
}
SEAT_COLUMNS = (
    ListColumn("任职"),
    ListColumn("姓名", is_name=True),
    ListColumn("职务", is_long=True),
    ListColumn("身份"),
    ListColumn("任期"),
    ListColumn("联系电话"),
)


@dataclass(frozen=True)
class GroupLine:
    """One group with its schools, its head and the figures of its people."""

    group: CollaborationGroup
    head: str
    schools: Sequence[School]
    values: Mapping[str, int]
    links: Mapping[str, str]

    @property
    def stages(self) -> list[tuple[Stage, int]]:
        every = [school.stage for school in self.schools]
        return [(stage, every.count(stage)) for stage in Stage]

    @property
    def url(self) -> str:
        return reverse("group-detail", args=[self.group.pk])

    def words(self) -> list[tuple[str, str, str]]:
        """Say the figures: (label, value with unit, address of the rows)."""
        return [
            (figures.get(name).label, f"{value:,} {figures.get(name).unit}", self.links[name])
            for name, value in self.values.items()
        ]


@require_safe
@posts(*COMMITTEE)
def unit_tree(request: HttpRequest) -> HttpResponse:
    """Show the district with its groups and their schools; a school's account goes to its own sheet."""
    if (own := own_school(request)) is not None:
        return redirect("school-detail", own)
    period = asked_period(request)
    groups = CollaborationGroup.objects.visible_to(request.user).open_on(period.last).for_tree()
    lines = group_lines(request, groups, period)
    wide = reach_of(request.user).serves(*DISTRICT_WIDE)
    sums = {name: sum(line.values[name] for line in lines) for name in ("schools", *PEOPLE)}
    home = reach_of(request.user).home
    seats = Appointment.objects.visible_to(request.user).of_unit(home).for_school() if wide else ()
    context = {
        "crumbs": [("单位", "")],
        "title": home.committee_name if wide else "本组单位",
        "seat_columns": SEAT_COLUMNS,
        "seats": [seat_row(request, seat) for seat in seats],
        "period": period,
        "facts": facts_of(("groups", *sums), {"groups": len(lines), **sums}, period) if wide else [],
        "lines": lines,
        "tabs": tabs("unit-tree"),
    }
    return render(request, "guanweihui/units/tree.html", context)


def tabs(here: str) -> list[dict[str, Any]]:
    """Offer the three views of the hierarchy."""
    views = (("单位总览", "unit-tree"), ("协作组", "group-list"), ("学校", "school-list"))
    return [{"label": label, "url": reverse(route), "current": route == here} for label, route in views]


def own_school(request: HttpRequest) -> int | None:
    """Return the school of an account that has a post at a school and no wider one."""
    reach = reach_of(request.user)
    ids = reach.ids("school")
    return ids[0] if ids and not reach.serves(Role.GROUP, *DISTRICT_WIDE) else None


def group_lines(
    request: HttpRequest, groups: Iterable[CollaborationGroup], period: Period
) -> list[GroupLine]:
    """Describe each group; four queries for all of them."""
    heads: dict[int, str] = {}
    for seat in Appointment.objects.visible_to(request.user).serving(timezone.localdate()).at_groups():
        if seat.position == Appointment.Position.GROUP_HEAD:
            heads.setdefault(seat.group_id, seat.printed_name)
    schools: dict[int, list[School]] = defaultdict(list)
    for school in School.objects.visible_to(request.user).open_on(period.last).for_list():
        schools[school.group_id].append(school)
    values = {one.pk: one.values for one in values_by_group(PEOPLE, request.user, period)}
    nothing = dict.fromkeys(PEOPLE, 0)
    lines = []
    for group in groups:
        counted = {"schools": len(schools[group.pk]), **values.get(group.pk, nothing)}
        links = {name: figures.get(name).url(period, group=group.pk) for name in counted}
        lines.append(GroupLine(group, heads.get(group.pk, ""), schools[group.pk], counted, links))
    return lines


def chosen_groups(request: HttpRequest) -> tuple[Asked | None, GroupFilter]:
    asked = asked_figure(request, "group-list")
    groups = asked.rows(request.user) if asked else CollaborationGroup.objects.visible_to(request.user)
    return asked, GroupFilter(request.GET, queryset=groups, request=request)


@require_safe
@posts(*DISTRICT_WIDE, Role.GROUP)
def group_list(request: HttpRequest) -> HttpResponse:
    """List the groups with head, schools by stage and figures of their people."""
    asked, chosen = chosen_groups(request)
    period = asked.period if asked else asked_period(request)
    page = page_of(request, chosen.qs.for_tree())
    lines = group_lines(request, page, period)
    rows = [
        ListRow(
            (
                Link(line.group.short_name, line.url),
                line.head or "无",
                Link(str(line.values["schools"]), line.links["schools"]),
                *(number for _, number in line.stages),
                *(Link(f"{line.values[name]:,}", line.links[name]) for name in PEOPLE),
            )
        )
        for line in lines
    ]
    shown = ListPage(
        title="协作组",
        columns=GROUP_COLUMNS,
        rows=rows,
        page=page,
        form=chosen.form,
        totals=[("本页合计", group_sums(lines))],
        behind=figure_line(request, asked, asked.value(chosen.qs)) if asked else None,
        tabs=tabs("group-list"),
        export="group-export",
        unit="个",
        empty_words="还没有协作组。导入学校名录后，协作组会自动建立。",
    )
    return answer_list(request, shown)


def group_sums(lines: Sequence[GroupLine]) -> list[int]:
    """Add up the figure columns of the list of groups."""
    stages = [sum(dict(line.stages)[stage] for line in lines) for stage in Stage]
    return [sum(stages), *stages, *(sum(line.values[name] for line in lines) for name in PEOPLE)]


@require_safe
@posts(*DISTRICT_WIDE, Role.GROUP)
def group_export(request: HttpRequest) -> HttpResponse:
    """Give the list of groups as a workbook."""
    asked, chosen = chosen_groups(request)
    period = asked.period if asked else asked_period(request)
    lines = [
        (
            line.group.short_name,
            line.head or "无",
            line.values["schools"],
            *(number for _, number in line.stages),
            *(line.values[name] for name in PEOPLE),
        )
        for line in group_lines(request, chosen.qs.for_tree(), period)
    ]
    table = group_register(lines, reporting_unit=unit_name(request), period=period.span)
    return answer_workbook(request, table)


@require_safe
@posts(*DISTRICT_WIDE, Role.GROUP)
def group_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a group: its heads by term, its schools with their figures."""
    group = get_object_or_404(CollaborationGroup.objects.visible_to(request.user).for_page(), pk=pk)
    period = asked_period(request)
    schools = list(School.objects.visible_to(request.user).in_group(group).for_list())
    names = (*PEOPLE, "campaign.classes", "campaign.students")
    values = values_by_school(names, request.user, period)
    sums = {name: sum(values[school.pk][name] for school in schools) for name in names}
    is_open = [school for school in schools if not closed_by(school, period)]
    seats = Appointment.objects.visible_to(request.user).of_unit(group).for_school()
    context = {
        "crumbs": [("单位", reverse("unit-tree")), (group.short_name, "")],
        "group": group,
        "period": period,
        "facts": [
            Fact("全称", group.full_name),
            Fact("所属", group.district.committee_name),
            Fact("学校", f"{len(is_open)} 所", url=figures.get("schools").url(period, group=group.pk)),
            *facts_of(names, sums, period, group=group.pk),
        ],
        "seat_columns": SEAT_COLUMNS,
        "seats": [seat_row(request, seat) for seat in seats],
        "columns": [
            ListColumn("学校", is_name=True),
            ListColumn("学段"),
            *(ListColumn(figures.get(name).label, format="int") for name in names),
            ListColumn("状态"),
        ],
        "rows": [school_line(school, values[school.pk], names, period) for school in schools],
        "totals": [("合计", [*sums.values(), None])] if schools else [],
    }
    return render(request, "guanweihui/units/group.html", context)


def closed_by(school: School, period: Period) -> bool:
    return school.closed_on is not None and school.closed_on <= period.last


def school_line(school: School, values: Mapping[str, int], names: Sequence[str], period: Period) -> ListRow:
    """Write a school as a line of its group: the name and each figure lead on."""
    links = [Link(f"{values[name]:,}", figures.get(name).url(period, school=school.pk)) for name in names]
    return ListRow((school_link(school), school.get_stage_display(), *links, state_of(school)))


def school_link(school: School) -> Link:
    return Link(school.short_name, reverse("school-detail", args=[school.pk]))


def state_of(school: School) -> Mark:
    if school.closed_on and school.closed_on <= timezone.localdate():
        return Mark("已撤销")
    return Mark("在办", "ok")


def chosen_schools(request: HttpRequest) -> tuple[Asked | None, SchoolFilter]:
    asked = asked_figure(request, "school-list")
    schools = asked.rows(request.user) if asked else School.objects.visible_to(request.user)
    return asked, SchoolFilter(request.GET, queryset=schools, request=request)


@require_safe
@posts(*COMMITTEE)
def school_list(request: HttpRequest) -> HttpResponse:
    """List the schools with the figures of their people."""
    asked, chosen = chosen_schools(request)
    period = asked.period if asked else asked_period(request)
    values = values_by_school(PEOPLE, request.user, period)
    keys = list(chosen.qs.values_list("pk", flat=True))
    page = page_of(request, chosen.qs.for_list(), SCHOOL_SORTS)
    rows = []
    for school in page:
        links = [
            Link(f"{values[school.pk][name]:,}", figures.get(name).url(period, school=school.pk))
            for name in PEOPLE
        ]
        cells = (school_link(school), school.code, school.group.short_name, school.get_stage_display())
        rows.append(ListRow((*cells, *links, state_of(school))))
    sums = [sum(values[key][name] for key in keys) for name in PEOPLE]
    shown = ListPage(
        title="学校",
        columns=SCHOOL_COLUMNS,
        rows=rows,
        page=page,
        form=chosen.form,
        totals=[("全部合计", [*sums, None])],
        behind=figure_line(request, asked, asked.value(chosen.qs), of=unit_of(chosen)) if asked else None,
        tabs=() if own_school(request) else tabs("school-list"),
        export="school-export",
        unit="所",
        **how_to_begin(request),
    )
    return answer_list(request, shown)


def how_to_begin(request: HttpRequest) -> dict[str, str]:
    """Say what to do while there is no school at all."""
    if not reach_of(request.user).serves(Role.DISTRICT):
        return {"empty_words": "还没有学校。"}
    return {
        "empty_words": "还没有学校。请先导入学校名录。",
        "empty_url": reverse("import-new"),
        "empty_action": "导入学校名录",
    }


@require_safe
@posts(*COMMITTEE)
def school_export(request: HttpRequest) -> HttpResponse:
    """Give the list of schools as a workbook."""
    asked, chosen = chosen_schools(request)
    period = asked.period if asked else asked_period(request)
    values = values_by_school(PEOPLE, request.user, period)
    table = school_register(
        chosen.qs.for_list(), values, reporting_unit=unit_name(request), period=period.span
    )
    return answer_workbook(request, table)


@require_safe
@posts(*COMMITTEE)
def school_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a school as its paper sheet does, with heads by term, figures, succession and trail."""
    school = get_object_or_404(School.objects.visible_to(request.user).for_page(), pk=pk)
    period = asked_period(request)
    values = values_by_school(SHEET, request.user, period)[school.pk]
    seats = Appointment.objects.visible_to(request.user).of_unit(school).for_school()
    crumbs = [(school.group.short_name, reverse("group-detail", args=[school.group_id]))]
    context = {
        "crumbs": [("单位", reverse("unit-tree")), *crumbs, (school.short_name, "")]
        if not own_school(request)
        else [(school.short_name, "")],
        "school": school,
        "state": state_of(school).word,
        "period": period,
        "facts": school_facts(school),
        "figures": [
            (figures.get(name), values[name], figures.get(name).url(period, school=pk)) for name in SHEET
        ],
        "seat_columns": SEAT_COLUMNS,
        "seats": [seat_row(request, seat) for seat in seats],
        "history": [
            history(line, school) for line in Succession.objects.visible_to(request.user).touching(school)
        ],
        "trail": trail_of(request.user, school),
    }
    return render(request, "guanweihui/units/school.html", context)


def school_facts(school: School) -> list[Fact]:
    names = defaultdict(list)
    for name in school.unitnames.all():
        names[name.kind].append(name.name)
    return [
        Fact("全称", school.full_name, wide=True),
        Fact("简称", school.short_name),
        Fact("学校代码", school.code),
        Fact("协作组", school.group.short_name),
        Fact("学段", school.get_stage_display()),
        Fact("可填报学段", "、".join(segment.label for segment in school.segments())),
        Fact(
            "关工委成立时间",
            partial(school.committee_set_up_on, school.committee_set_up_precision, prose=True),
        ),
        Fact("曾用名", "、".join(names[UnitName.Kind.FORMER]) or "无", wide=True),
        Fact("别名", "、".join(names[UnitName.Kind.ALIAS]) or "无", wide=True),
        *([Fact("撤销日期", school.closed_on, wide=True)] if school.closed_on else []),
    ]


def seat_row(request: HttpRequest, seat: Appointment) -> ListRow:
    """Write a seat: position, name (a link when the person is on file), duty, term, masked phone."""
    name: Any = seat.printed_name
    if seat.person_id:
        name = Link(name, reverse("person-detail", args=[seat.person_id]))
    ended = seat.to_on is not None and seat.to_on < timezone.localdate()
    term = f"{seat.from_on or '起始不详'} 至 {seat.to_on or '今'}"
    return ListRow(
        (
            seat.get_position_display(),
            name,
            seat.duty,
            "、".join(filter(None, (seat.get_service_display(), "随职务" if seat.is_by_office else ""))),
            f"{term}（已离任）" if ended else term,
            mask_phone(seat.phone) if seat.phone else "",
        )
    )


def history(line: Succession, school: School) -> dict[str, Any]:
    """Say one line of succession from this school's side."""
    went_on = line.predecessor_id == school.pk
    other = line.successor if went_on else line.predecessor
    how = f"由{other.full_name}承接" if went_on else f"承接{other.full_name}"
    words = f"{line.get_kind_display()}，{how}"
    return {"on": line.succeeded_on, "words": words, "is_chief": line.is_chief}
