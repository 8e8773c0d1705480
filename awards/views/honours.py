"""The honour roll: who was commended, by which document, under which certificate."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from awards.filters.honours import HonourFilter
from awards.models import Honour, OpeningBalance
from awards.reports.honours import honour_roll
from guanweihui.figures_page import Asked, FigureLine, asked_figure, figure_line
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list, answer_workbook, unit_name, unit_of
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.scope import COMMITTEE, Role, reach_of
from guanweihui.sheets import trail_of

COLUMNS = (
    ListColumn("证书编号", sort="certificate"),
    ListColumn("姓名 / 集体", is_name=True, sort="name"),
    ListColumn("单位（当时名称）", is_long=True, sort="unit"),
    ListColumn("奖项"),
    ListColumn("评选周期"),
    ListColumn("发文字号"),
    ListColumn("发文日期", format="date", sort="decided"),
    ListColumn("状态"),
)
SORTS = {
    "certificate": ("certificate_no",),
    "name": ("printed_name", "printed_unit"),
    "unit": ("unit__group__position", "unit__position", "printed_name"),
    "decided": ("decision__decided_on", "certificate_no"),
}


def chosen_honours(request: HttpRequest) -> tuple[Asked | None, HonourFilter]:
    asked = asked_figure(request, "honour-list")
    honours = asked.rows(request.user) if asked else Honour.objects.visible_to(request.user)
    return asked, HonourFilter(request.GET, queryset=honours, request=request)


@require_safe
@posts(*COMMITTEE)
def honour_list(request: HttpRequest) -> HttpResponse:
    """List the honours, void ones struck through; with a figure, its opening balances stand above."""
    asked, chosen = chosen_honours(request)
    page = page_of(request, chosen.qs.for_list(), SORTS)
    may_load = reach_of(request.user).serves(Role.DISTRICT)
    shown = ListPage(
        title="表彰名册",
        columns=COLUMNS,
        rows=[row(honour) for honour in page],
        page=page,
        form=chosen.form,
        behind=line_of(request, asked, chosen) if asked else None,
        export="honour-export",
        empty_words="还没有表彰记录。请导入历届表彰名单。" if may_load else "还没有表彰记录。",
        empty_url=reverse("import-new") if may_load else "",
        empty_action="导入表彰名单" if may_load else "",
    )
    return answer_list(request, shown)


def line_of(request: HttpRequest, asked: Asked, chosen: HonourFilter) -> FigureLine:
    """Say the figure; the district's own total takes in the years before the portal, with their basis."""
    unit = unit_of(chosen)
    listed = asked.value(chosen.qs)
    balances: list[OpeningBalance] = [] if unit else asked.others(request.user)
    notes = [
        f"其中本平台记录 {listed:,} {asked.figure.unit}；期初数 {balance.count:,} {asked.figure.unit}，"
        f"截至 {balance.as_of_on}，依据：{balance.basis}。下表只列本平台的记录。"
        for balance in balances
    ]
    value = listed + sum(balance.count for balance in balances)
    return figure_line(request, asked, value, of=unit, notes=notes)


def row(honour: Honour) -> ListRow:
    name, number = honour.printed_name or honour.unit.short_name, honour.certificate_no
    url = reverse("honour-detail", args=[honour.pk])
    is_void = honour.voided_on is not None
    return ListRow(
        (
            format_html("<s>{}</s>", number) if is_void else number,
            format_html('<a href="{}"><s>{}</s></a>', url, name) if is_void else Link(name, url),
            honour.printed_unit,
            honour.category.name,
            honour.decision.cycle.name,
            honour.decision.doc_number,
            honour.decision.decided_on,
            Mark("已作废") if is_void else Mark("有效"),
        )
    )


@require_safe
@posts(*COMMITTEE)
def honour_export(request: HttpRequest) -> HttpResponse:
    """Give the queried honours as a workbook."""
    asked, chosen = chosen_honours(request)
    notes: tuple[str, ...] = ()
    if asked:
        line = line_of(request, asked, chosen)
        notes = (f"{line.label} {line.value:,} {line.unit}：{line.rule}。", *line.notes)
    table = honour_roll(chosen.qs.for_list(), reporting_unit=unit_name(request), notes=notes)
    return answer_workbook(request, table, is_register=True)


@require_safe
@posts(*COMMITTEE)
def honour_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one honour as it was conferred."""
    honour = get_object_or_404(Honour.objects.visible_to(request.user).for_page(), pk=pk)
    name = honour.printed_name or honour.printed_unit
    context = {
        "crumbs": [("评选表彰", reverse("honour-list")), (name, "")],
        "title": name,
        "status": "已作废" if honour.voided_on else "有效",
        "honour": honour,
        "facts": facts(honour),
        "trail": trail_of(request.user, honour),
    }
    return render(request, "awards/honour_detail.html", context)


def facts(honour: Honour) -> list[Fact]:
    person: dict[str, Any] = {}
    if honour.person_id:
        person["url"] = reverse("person-detail", args=[honour.person_id])
    whose = [Fact("姓名", honour.printed_name, **person), Fact("职务", honour.printed_duty)]
    voided = [Fact("作废日期", honour.voided_on), Fact("作废原因", honour.void_reason)]
    return [
        Fact("奖项", honour.category.name),
        Fact("证书编号", honour.certificate_no),
        *(whose if honour.printed_name else []),
        Fact("单位（当时名称）", honour.printed_unit),
        Fact("现单位", honour.unit.full_name, url=reverse("school-detail", args=[honour.unit_id])),
        Fact("协作组", honour.unit.group.short_name),
        Fact("评选周期", honour.decision.cycle.name),
        Fact("发文字号", honour.decision.doc_number),
        Fact("发文日期", honour.decision.decided_on),
        *(voided if honour.voided_on else []),
    ]
