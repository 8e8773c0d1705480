"""The portal's components and filters. Shapes of what they take are in guanweihui/lists.py and tables.py."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django import template
from django.core.paginator import Page
from django.http import QueryDict
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from guanweihui import tables, text
from guanweihui.lists import PER_PAGE, Fact, Link, ListColumn, ListRow, Mark, Stage
from guanweihui.text import PartialDate

register = template.Library()

SPRITE = "vendor/bootstrap-icons-1.13.2/icons.svg"
ACTIONS_LABEL = "操作"  # links to work with a row mean nothing on paper
CARD_COLUMNS = 6  # a list of up to so many columns turns into cards on a phone

KIND_ICONS = {
    "ok": "check-circle-fill",
    "warn": "hourglass-split",
    "wrong": "exclamation-circle",
    "info": "info-circle",
    "honour": "award",
    "void": "slash-circle",
    "plain": "circle",
}
WORDS = {
    "plain": "草稿 未开始 待开始 已退出 停用 已撤回 未报送 已截止 在职 已结束 免报 退休 已取消 起草中",
    "warn": "待审核 待提交 待初审 待复核 待办 待确认 即将截止 已提交 初审中 复核中 协作组初审中 "
    "逾期报送 排队中 警告 疑似重复 待协作组审核 待区级复核 待领导审定 核查中 提醒 "
    "待安排 待审定",
    "wrong": "已退回 逾期 未报 错误 失败 不予推荐 已逾期 有错误",
    "ok": "已通过 在册 已完成 完成 有效 已审核 按时报送 已确认 无误 启用 正常 已导入 已接收 已报送 已报 "
    "零报告 新增 复核通过 已审定 市级表彰 已解决",
    "info": "公示中 待评分 进行中 正在处理 填报中 报送中 已初审 协作组已审 修改 更新 已更新 "
    "拟表彰 递补 筹备中 评审中 拟推荐 已上报 推进中",
    "honour": "已表彰 先进集体 先进个人",
    "void": "已作废 已撤销 已合并 已失效 不再办理 已被修订",
}
KIND_OF_WORD = {word: kind for kind, words in WORDS.items() for word in words.split()}
ICON_OF_WORD = {
    "已退回": "arrow-return-left",
    "草稿": "pencil-square",
    "待评分": "pencil-square",
    "公示中": "megaphone",
    "正在处理": "arrow-repeat",
    "新增": "plus-lg",
    "修改": "pencil-square",
}


# --- filters ----------------------------------------------------------------------------------------------


@register.filter
def thousands(value: Any) -> str:
    """Group digits by comma (48,134), which Django does not do in Chinese; words stay as they are."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return f"{value:,}"
    return "" if value is None else str(value)


def local_day(value: date | datetime) -> date:
    """Give the day of a moment in the office's time zone."""
    if not isinstance(value, datetime):
        return value
    return (timezone.localtime(value) if timezone.is_aware(value) else value).date()


@register.filter
def cn_date(value: date | datetime | None) -> str:
    """Write 2026年11月2日, as prose and documents do."""
    if not value:
        return ""
    day = local_day(value)
    return f"{day.year}年{day.month}月{day.day}日"


@register.filter
def iso(value: date | datetime | None) -> str:
    """Write 2026-11-02, as tables do."""
    return local_day(value).isoformat() if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """Write 2026-11-02 09:05 in the office's time zone."""
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""


@register.filter
def weekday(value: date | datetime | None) -> str:
    """Write 星期日."""
    return text.weekday_cn(local_day(value)) if value else ""


@register.filter
def deadline(value: datetime | None) -> str:
    """Write 11月28日（星期六）17:00."""
    return text.deadline_cn(timezone.localtime(value)) if value else ""


# --- small pieces -----------------------------------------------------------------------------------------


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """Draw an icon of the sprite; a visible word must stand beside it."""
    return format_html(
        '<svg class="i" aria-hidden="true"><use href="{}#{}"></use></svg>', static(SPRITE), name
    )


@register.simple_tag
def tag(word: str, kind: str = "", icon_name: str = "") -> SafeString:
    """Show a status as word, icon and colour; the word decides unless kind or icon_name are given."""
    kind = kind or KIND_OF_WORD.get(str(word), "plain")
    picture = icon(icon_name or ICON_OF_WORD.get(str(word), KIND_ICONS[kind]))
    return format_html('<span class="tag tag-{}">{}{}</span>', kind, picture, word)


@register.simple_tag
def button(
    label: str, url: str, icon_name: str = "", kind: str = "outline-secondary", **attributes: Any
) -> SafeString:
    """Draw a link as a button; further names become attributes (download=True, hx_get=…)."""
    picture = icon(icon_name) if icon_name else ""
    extra = attributes_text(attributes)
    return format_html('<a class="btn btn-{}" href="{}"{}>{}{}</a>', kind, url, extra, picture, label)


@register.simple_tag
def submit(label: str, icon_name: str = "", kind: str = "primary", **attributes: Any) -> SafeString:
    """Draw a submit button; name=, value=, formaction=, form= become attributes."""
    picture = icon(icon_name) if icon_name else ""
    extra = attributes_text(attributes)
    return format_html(
        '<button type="submit" class="btn btn-{}"{}>{}{}</button>', kind, extra, picture, label
    )


def attributes_text(attributes: dict[str, Any]) -> SafeString:
    """Write HTML attributes; True stands alone, None and False are left out, hx_get becomes hx-get."""
    parts = [
        format_html(" {}", name.replace("_", "-"))
        if value is True
        else format_html(' {}="{}"', name.replace("_", "-"), value)
        for name, value in attributes.items()
        if value is not None and value is not False
    ]
    return mark_safe("".join(parts))  # noqa: S308 - each part is escaped above


@register.simple_block_tag(end_name="end_card_head")
def card_head(content: str, title: str, note: str = "") -> SafeString:
    """Head a card; the block's content (buttons, links, a tag) stands at the right."""
    heading = format_html("<h2>{}</h2>", title)
    words = format_html('<span class="muted">{}</span>', note) if note else ""
    return head_row("card-head", heading, words, content)


@register.simple_block_tag(end_name="end_page_head")
def page_head(content: str, title: str, status: str = "", note: str = "") -> SafeString:
    """Head a page with its only h1, an optional status tag, and actions at the right."""
    heading = format_html("<h1>{}</h1>", title)
    words = format_html('<span class="muted">{}</span>', note) if note else ""
    mark = tag(status) if status else ""
    return head_row("page-head", heading, format_html("{}{}", mark, words), content)


def head_row(name: str, heading: str, words: str, content: str) -> SafeString:
    """Put heading, words and actions in one row; on a phone two or more buttons become a grid."""
    content = content.strip()
    look = "actions toolbar" if content.count('class="btn') > 1 else "actions"
    block = mark_safe(content)  # noqa: S308 - rendered by the template engine, only stripped here
    actions = format_html('<div class="{}">{}</div>', look, block) if content else ""
    return format_html('<div class="{}">{}{}{}</div>', name, heading, words, actions)


@register.inclusion_tag("components/kpi.html")
def kpi(label: str, value: Any, url: str = "", unit: str = "", note: str = "", due: bool = False) -> dict:
    """Show one figure that links to the rows behind it; due paints it red when it is above 0."""
    return {
        "label": label,
        "value": thousands(value),
        "url": url,
        "unit": unit,
        "note": note,
        "due": due and bool(value),
    }


@register.inclusion_tag("components/crumbs.html")
def crumbs(items: Sequence[tuple[str, str]] | None = None) -> dict:
    """Show 当前位置: pairs of label and URL after 首页; the last one is the page itself."""
    return {"items": items or []}


@register.inclusion_tag("components/tabs.html")
def tabs(items: Iterable[dict[str, Any]], label: str = "分类") -> dict:
    """Show links as tabs: label, url, current and, if any, count; with `due` a count above 0 is red."""
    return {"items": items, "label": label}


@register.inclusion_tag("components/steps.html")
def steps(stages: Iterable[Stage]) -> dict:
    """Show the stages of a filing with aria-current on the present one."""
    pictures = {
        "done": ("check-circle-fill", "已完成"),
        "current": ("record-circle", "当前"),
        "todo": ("circle", "未开始"),
    }
    return {"stages": [(stage, *pictures[stage.state]) for stage in stages]}


@register.inclusion_tag("components/paper.html")
def paper(facts: Iterable[Fact | tuple[str, Any]], empty: str = "未填写") -> dict:
    """Show facts as the paper form does: grey label cells, white values, two pairs a line."""
    pairs = [fact if isinstance(fact, Fact) else Fact(*fact) for fact in facts]
    return {"cells": [(fact, words_of(fact.value)) for fact in pairs], "empty": empty}


@register.inclusion_tag("components/trail.html")
def trail(events: Iterable[Any], empty: str = "还没有办理记录。") -> dict:
    """Show 办理记录: events with at, by, unit, action and words (objects or dicts)."""
    return {"events": events, "empty": empty}


@register.inclusion_tag("components/progress.html")
def progress(label: str, done: int, whole: int, url: str = "") -> dict:
    """Show how far something is, as a bar and in words (98 / 105，93%)."""
    percent = min(100, done * 100 // whole) if whole else 0
    return {"label": label, "done": done, "whole": whole, "percent": percent, "url": url}


@register.inclusion_tag("components/empty.html")
def empty(words: str, url: str = "", action: str = "", url2: str = "", action2: str = "") -> dict:
    """Say that there is nothing yet and what to do next."""
    return {"words": words, "ways": [(u, a) for u, a in ((url, action), (url2, action2)) if u]}


@register.inclusion_tag("components/line_list.html")
def line_list(items: Iterable[dict[str, Any]], empty: str = "暂无内容。") -> dict:
    """Show to-dos or notices, one a line: title, url and, if any, status, note, urgency (warn or wrong)."""
    return {"items": items, "empty": empty}


@register.inclusion_tag("components/chart.html")
def chart(title: str, svg: str, table: tables.Table | None = None) -> dict:
    """Show an SVG of documents/charts.py with its data table folded below."""
    return {"title": title, "svg": mark_safe(svg), "table": table}  # noqa: S308 - our own drawing, texts escaped there


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms: Any) -> dict:
    """List every fault of the forms on top of the page, each a link to its field; focus moves there."""
    faults = []
    for form in forms:
        if not form.is_bound:
            continue
        faults += [("", "", message) for message in form.non_field_errors()]
        for bound in form:
            faults += [(f"#{target(bound)}", bound.label, message) for message in bound.errors]
    return {"faults": faults}


def target(bound: Any) -> str:
    """Name the element that a fault of this field leads to; a group of boxes is led to by its first box."""
    return bound.id_for_label or (f"{bound.auto_id}_0" if bound.field.widget.use_fieldset else bound.auto_id)


# --- query bar, list, pages -------------------------------------------------------------------------------


@register.inclusion_tag("components/query_form.html", takes_context=True)
def query_form(context: template.Context, form: Any, action: str = "") -> dict:
    """Draw a django-filter form as the query bar; on a phone only the first field stays open."""
    fields = form.visible_fields()
    query = context["request"].GET
    return {
        "form": form,
        "first": fields[:1],
        "rest": fields[1:],
        "action": action or context["request"].path,
        "kept": [(name, query[name]) for name in ("per", "sort") if query.get(name)],
        "folded": sum(1 for bound in fields[1:] if query.get(bound.html_name)),
        "said": [(bound.label, said(bound, query)) for bound in fields if query.get(bound.html_name)],
    }


def said(bound: Any, query: QueryDict) -> str:
    """Write what one field of the query asks for, in the words of its choices."""
    words = {str(value): str(label) for value, label in getattr(bound.field.widget, "choices", ())}
    return "、".join(words.get(value, value) for value in query.getlist(bound.html_name))


@register.inclusion_tag("components/data_list.html", takes_context=True)
def data_list(
    context: template.Context,
    caption: str,
    columns: Sequence[ListColumn],
    rows: Iterable[ListRow],
    page: Page | None = None,
    totals: Sequence[tuple[str, Sequence[Any]]] = (),
    tick: str = "",
    numbered: bool = True,
    unit: str = "条",
    empty_words: str = "没有符合条件的记录，请放宽查询条件。",
    empty_url: str = "",
    empty_action: str = "",
) -> dict:
    """Draw a list: head with sort links, rows, totals, pages.

    totals are pairs of a label and the cells of every column after the label's; tick names the boxes of
    bulk_form. Up to six columns turn into cards on a phone, more scroll sideways beside the name.
    """
    query = context["request"].GET
    sort = getattr(page, "sort", query.get("sort", ""))
    start = page.start_index() if page else 1
    lead = bool(tick) + bool(numbered)
    drawn = [(column.format, attributes_of(column)) for column in columns]
    return {
        "caption": caption,
        "heads": [head(column, sort, query) for column in columns],
        "lines": [(number, row, cells_of(row.cells, drawn)) for number, row in enumerate(rows, start=start)],
        "totals": [
            (label, lead + len(columns) - len(cells), cells_of(cells, drawn[-len(cells) :]))
            for label, cells in totals
        ],
        "look": "table-cards" if len(columns) <= CARD_COLUMNS else "table-scroll",
        "tick": tick,
        "numbered": numbered,
        "page": page,
        "unit": unit,
        "request": context["request"],
        "empty_words": empty_words,
        "empty_url": empty_url,
        "empty_action": empty_action,
    }


@register.inclusion_tag("components/bulk_form.html")
def bulk_form(actions: Iterable[tuple[str, str]], unit: str = "条") -> dict:
    """Draw the bar for ticked rows above a data_list with tick=…; actions are pairs of label and URL."""
    return {"actions": actions, "unit": unit}


def head(column: ListColumn, sort: str, query: QueryDict) -> dict[str, Any]:
    """Describe one head cell; a sortable one leads to the same list the other way round."""
    if not column.sort:
        return {"label": column.label, "look": look(column)}
    ascending, descending = sort == column.sort, sort == f"-{column.sort}"
    return {
        "label": column.label,
        "look": look(column),
        "url": query_url(query, sort=f"-{column.sort}" if ascending else column.sort, page=None),
        "order": "ascending" if ascending else "descending" if descending else "",
        "icon": "chevron-up" if ascending else "chevron-down" if descending else "chevron-expand",
        "id": f"sort-{column.sort}",
    }


def look(column: ListColumn) -> str:
    """Name the classes of a column's cells."""
    words = ["num"] if column.align == "right" or column.format in tables.FIGURE_FORMATS else []
    words += ["center"] if column.align == "center" else []
    words += ["name-cell"] if column.is_name else []
    words += ["long"] if column.is_long else []
    words += ["no-print"] if column.label == ACTIONS_LABEL else []
    return " ".join(words)


def attributes_of(column: ListColumn) -> SafeString:
    """Write the attributes that every cell of a column carries; a phone shows data-label beside the value."""
    return attributes_text({"class": look(column) or None, "data-label": column.label})


def cells_of(values: Sequence[Any], drawn: Sequence[tuple[str, str]]) -> list[tuple[str, SafeString]]:
    """Pair attributes and words of each cell of a line; drawn is a format and attributes a column."""
    return [
        (attributes, words_of(value, form)) for value, (form, attributes) in zip(values, drawn, strict=True)
    ]


def words_of(value: Any, form: str = "text") -> SafeString:
    """Write one value as text, status, link or links; a list has thousands, so no template runs for each."""
    if isinstance(value, SafeString):
        return value
    if isinstance(value, Mark):
        return tag(value.word, value.kind)
    if isinstance(value, Link):
        return format_html('<a href="{}">{}</a>', value.url, value.text)
    if isinstance(value, list | tuple):
        links = format_html_join("", '<a href="{}">{}</a>', ((link.url, link.text) for link in value))
        return format_html('<span class="links">{}</span>', links)
    if isinstance(value, PartialDate):
        return conditional_escape(value.iso())
    if isinstance(value, datetime):
        return conditional_escape(moment(value))
    return conditional_escape(tables.format_value(value, form))


def query_url(query: QueryDict, **changes: Any) -> str:
    """Give the present query with some names changed, or dropped where the value is None."""
    changed = query.copy()
    for name, value in changes.items():
        changed.pop(name, None)
        if value is not None:
            changed[name] = str(value)
    return f"?{changed.urlencode()}"


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Page, unit: str = "条") -> dict:
    """Show 首页 上一页 1 2 3 … 下一页 末页, the count, and 20, 50 or 100 a page; the query is kept."""
    query, last = context["request"].GET, page.paginator.num_pages
    shown = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    around = [
        ("首页", 1 if page.number > 1 else None),
        ("上一页", page.number - 1 if page.number > 1 else None),
        *((number, number) if isinstance(number, int) else ("…", None) for number in shown),
        ("下一页", page.number + 1 if page.number < last else None),
        ("末页", last if page.number < last else None),
    ]
    return {
        "page": page,
        "unit": unit,
        "several": last > 1,
        "links": [
            {
                "label": label,
                "url": query_url(query, page=number) if number else "",
                "current": label == page.number,
            }
            for label, number in around
        ],
        "sizes": [(size, query_url(query, per=size, page=None)) for size in PER_PAGE],
        "size": page.paginator.per_page,
    }


# --- statistical table ------------------------------------------------------------------------------------


#: From so many columns on the heads of a table break, so that it keeps to the width of a desk's screen.
CROWDED = 14


@register.inclusion_tag("components/table.html")
def table_html(table: tables.Table, titled: bool = True) -> dict:
    """Draw a Table as the printed page has it: merged heads, total first, links in the cells."""
    looks = {"right": "num", "center": "center", "left": None}
    attributes = [attributes_text({"class": looks[column.effective_align]}) for column in table.columns]
    return {
        "table": table,
        "titled": titled,
        "is_crowded": len(table.columns) > CROWDED,
        "name": tables.name_column(table.columns),
        "heads": tables.header_rows(table.columns),
        "lines": [
            (row.kind, list(zip(attributes, sheet_cells(row, table.columns), strict=True)))
            for row in table.all_rows()
        ],
    }


def sheet_cells(row: tables.Row, columns: Sequence[tables.Column]) -> list[SafeString]:
    """Write the cells of a line; a figure with a link leads to the rows that make it."""
    words = [
        tables.format_value(value, column.format) for value, column in zip(row.cells, columns, strict=True)
    ]
    return [
        format_html('<a href="{}">{}</a>', row.links[column.key], word)
        if row.links.get(column.key) and word
        else conditional_escape(word)
        for word, column in zip(words, columns, strict=True)
    ]
