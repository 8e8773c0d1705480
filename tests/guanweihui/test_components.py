"""The portal's components: what each one puts on the page."""

import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.paginator import Paginator
from django.template import Context, engines
from django.template.loader import render_to_string
from django.test import RequestFactory

from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, Stage
from guanweihui.tables import Column, Row, Table
from guanweihui.templatetags import portal
from guanweihui.text import PartialDate

ROOT = Path(__file__).resolve().parent.parent.parent


def draw(source, url="/list/", **context):
    """Render without context processors, so without a database."""
    template = engines["django"].engine.from_string(
        source if "extends" in source else "{% load portal %}" + source
    )
    request = RequestFactory().get(url)
    return template.render(Context(context | {"portal": FRAME, "request": request}))


FRAME = SimpleNamespace(
    site_name="示例区教育系统关心下一代工作平台",
    motto="",
    today=date(2026, 11, 22),
    who="刘志强（区教育关工委）",
    nav=(
        SimpleNamespace(label="工作台", url="/", current=True),
        SimpleNamespace(label="名册", url="/people/", current=False),
    ),
    help_url="",
    contrast="",
    is_demo=True,
    print_note="打印人：刘志强",
    contact="",
)


# --- filters ---


@pytest.mark.parametrize(
    ("value", "words"),
    [(48134, "48,134"), (0, "0"), (None, ""), (Decimal("1149.5"), "1,149.5"), ("未报", "未报")],
)
def test_thousands_groups_digits_and_leaves_words(value, words):
    assert portal.thousands(value) == words


def test_dates_are_written_as_prose_table_weekday_and_deadline():
    day = date(2026, 11, 2)
    assert (portal.cn_date(day), portal.iso(day), portal.weekday(day)) == (
        "2026年11月2日",
        "2026-11-02",
        "星期一",
    )
    assert portal.deadline(datetime(2026, 11, 28, 9, 0, tzinfo=UTC)) == "11月28日（星期六）17:00"


def test_a_moment_late_in_the_day_of_utc_is_the_next_day_here():
    moment = datetime(2026, 11, 2, 17, 30, tzinfo=UTC)
    assert (portal.iso(moment), portal.moment(moment)) == ("2026-11-03", "2026-11-03 01:30")


def test_filters_write_nothing_for_nothing():
    assert [
        f(None) for f in (portal.cn_date, portal.iso, portal.weekday, portal.deadline, portal.moment)
    ] == [""] * 5


# --- small pieces ---


def test_status_carries_word_icon_and_colour():
    html = draw('{% tag "已退回" %}')
    assert 'class="tag tag-wrong"' in html
    assert "#arrow-return-left" in html
    assert "已退回" in html


def test_unknown_status_is_plain_unless_the_caller_names_a_kind():
    assert "tag-plain" in draw('{% tag "某种状态" %}')
    assert "tag-ok" in draw('{% tag "某种状态" kind="ok" %}')


def test_every_icon_that_python_or_a_template_names_is_in_the_sprite():
    sprite = (ROOT / "static" / portal.SPRITE).read_text()
    names = set(portal.KIND_ICONS.values()) | set(portal.ICON_OF_WORD.values())
    for path in (ROOT / "templates").rglob("*.html"):
        names |= {part.split('"')[0] for part in path.read_text().split('{% icon "')[1:]}
    assert [name for name in sorted(names) if f'id="{name}"' not in sprite] == []


def test_words_of_a_user_are_escaped_everywhere():
    evil = "<script>alert(1)</script>"
    rows = [ListRow((Link(evil, "/x"), evil, Mark(evil)), key=evil, name=evil)]
    columns = [ListColumn(evil), ListColumn("乙"), ListColumn("丙")]
    html = draw(
        "{% tag evil %}{% button evil evil title=evil %}{% kpi evil evil evil %}{% paper facts %}"
        "{% card_head evil note=evil %}{% end_card_head %}{% page_head evil status=evil %}{% end_page_head %}"
        "{% data_list evil columns rows tick='ids' %}{% crumbs pairs %}{% line_list items %}"
        "{% trail events %}",
        evil=evil,
        facts=[(evil, evil)],
        rows=rows,
        columns=columns,
        pairs=[(evil, evil), (evil, "")],
        items=[{"title": evil, "url": evil, "status": evil, "note": evil}],
        events=[
            {"at": datetime(2026, 1, 1, tzinfo=UTC), "by": evil, "unit": evil, "action": evil, "words": evil}
        ],
    )
    assert "<script>" not in html


def test_kpi_links_to_its_rows_and_is_red_only_when_something_is_due():
    html = draw('{% kpi "待我处理" 1284 "/todo/" unit="件" due=True %}')
    assert '<a class="kpi kpi-due" href="/todo/">' in html
    assert "1,284<small>件</small>" in html
    assert "kpi-due" not in draw('{% kpi "待我处理" 0 "/todo/" due=True %}')


def test_progress_says_its_share_in_words_and_survives_an_empty_whole():
    assert 'value="93" aria-label="学校申报，已完成 93%"' in draw('{% progress "学校申报" 98 105 %}')
    assert "<b>0 / 0</b>（0%）" in draw('{% progress "学校申报" 0 0 %}')


def test_steps_mark_the_present_stage():
    html = draw("{% steps stages %}", stages=[Stage("申报", "done"), Stage("初审", "current"), Stage("公示")])
    assert html.count('aria-current="step"') == 1
    assert html.index("申报") < html.index("aria-current") < html.index("初审")


def test_paper_says_that_an_empty_value_is_missing_but_prints_zero():
    html = draw("{% paper facts %}", facts=[("电话", ""), ("次数", 0), Fact("事迹", "全文", wide=True)])
    assert html.count("未填写") == 1
    assert "<dd>0</dd>" in html
    assert '<div class="wide"><dt>事迹</dt>' in html


def test_crumbs_link_all_but_the_page_itself():
    html = draw("{% crumbs items %}", items=[("志愿者", "/people/"), ("名册", "/people/list/")])
    assert '<a href="/people/">志愿者</a>' in html
    assert '<span aria-current="page">名册</span>' in html


def test_empty_state_offers_the_ways_on():
    html = draw('{% empty "还没有推荐人选。" "/new/" "新建推荐" "/load/" "批量导入" %}')
    assert '<a class="btn btn-primary" href="/new/">新建推荐</a>' in html
    assert '<a class="btn btn-outline-primary" href="/load/">批量导入</a>' in html


# --- list ---

COLUMNS = (
    ListColumn("姓名", sort="name", is_name=True),
    ListColumn("时长", "hours", sort="hours"),
    ListColumn("生日"),
)
ROWS = (
    ListRow(
        (Link("王䶮", "/1/"), Decimal("326.5"), PartialDate(date(1955, 3, 1), "month")), key="1", name="王䶮"
    ),
    ListRow(("李𫖯", None, date(1950, 1, 2)), key="2", name="李𫖯"),
)


def test_list_shows_cells_by_their_format_with_a_label_for_narrow_screens():
    html = draw("{% data_list '名册' columns rows %}", columns=COLUMNS, rows=ROWS)
    assert '<td class="name-cell" data-label="姓名"><a href="/1/">王䶮</a></td>' in html
    assert '<td class="num" data-label="时长">326.5</td><td data-label="生日">1955-03</td>' in html
    assert '<td class="num" data-label="时长"></td><td data-label="生日">1950-01-02</td>' in html


def test_list_head_sorts_the_other_way_round_and_keeps_the_query():
    page = Paginator(ROWS, 20).get_page(1)
    page.sort = "name"
    html = draw(
        "{% data_list '名册' columns rows page=page %}",
        "/list/?q=a&page=3",
        columns=COLUMNS,
        rows=ROWS,
        page=page,
    )
    assert html.count("aria-sort") == 1
    assert 'class="name-cell" aria-sort="ascending"><a id="sort-name" href="?q=a&amp;sort=-name"' in html
    assert 'href="?q=a&amp;sort=hours"' in html


def test_list_of_more_than_six_columns_scrolls_and_a_smaller_one_turns_into_cards():
    wide = [ListColumn(str(number)) for number in range(7)]
    assert "table-scroll" in draw(
        "{% data_list '宽' columns rows %}", columns=wide, rows=[ListRow(tuple("1234567"))]
    )
    assert "table-cards" in draw("{% data_list '窄' columns rows %}", columns=COLUMNS, rows=ROWS)


def test_list_totals_stand_under_their_columns():
    html = draw(
        "{% data_list '名册' columns rows totals=totals tick='ids' %}",
        columns=COLUMNS,
        rows=ROWS,
        totals=[("本页合计", (Decimal("326.5"), None))],
    )
    assert (
        '<th scope="row" class="num" colspan="3">本页合计</th><td class="num" data-label="时长">326.5</td>'
        in html
    )


def test_list_tick_boxes_name_their_person_and_belong_to_the_bulk_form():
    html = draw("{% data_list '名册' columns rows tick='ids' %}", columns=COLUMNS, rows=ROWS)
    assert '<input type="checkbox" name="ids" value="1" form="bulk" aria-label="选择王䶮">' in html


def test_empty_list_says_what_to_do():
    html = draw("{% data_list '名册' columns rows empty_words='还没有人。' %}", columns=COLUMNS, rows=[])
    assert "还没有人。" in html
    assert "<table" not in html


def test_pages_keep_the_query_and_name_first_previous_next_and_last():
    page = Paginator(range(2986), 20).get_page(2)
    html = draw("{% pagination page '人' %}", "/list/?q=wang&page=2&per=20", page=page)
    assert "共 2,986 人，第 21—40 人" in html
    assert '<span class="page-link" aria-current="page">2</span>' in html
    for label, number in (("首页", 1), ("上一页", 1), ("3", 3), ("下一页", 3), ("末页", 150)):
        assert f'href="?q=wang&amp;per=20&amp;page={number}"' in html
        assert f">{label}</a>" in html
    assert '<a href="?q=wang&amp;per=50">50</a>' in html


def test_one_page_has_no_page_links():
    assert "<nav" not in draw("{% pagination page %}", page=Paginator(range(3), 20).get_page(1))


# --- statistical table ---


def test_table_merges_heads_and_links_figures_to_their_rows():
    table = Table(
        key="reading",
        title="统计表",
        columns=(
            Column("group", "协作组"),
            Column("classes", "合计", ("班级数",), format="int"),
            Column("primary", "小学", ("班级数",), format="int"),
        ),
        rows=(Row(("东苑协作组", 1616, None), links={"classes": "/rows/"}),),
        total=Row(("合　计", 1616, 1034), "total"),
        unit_line="个",
    )
    html = draw("{% table_html table %}", table=table)
    assert '<th rowspan="2" scope="col">协作组</th><th colspan="2" scope="colgroup">班级数</th>' in html
    assert (
        '<th scope="row" class="name-cell">东苑协作组</th><td class="num"><a href="/rows/">1,616</a></td>'
        in html
    )
    assert html.index('<tr class="total">') < html.index("东苑协作组")
    assert "单位：个" in html


# --- pages ---


def test_page_has_one_language_one_main_and_no_inline_code():
    html = draw('{% extends "base.html" %}{% block content %}<h1>名册</h1>{% endblock %}')
    assert '<html lang="zh-CN">' in html
    assert html.count("<main") == html.count("<h1") == 1
    assert " style=" not in html
    assert " onclick=" not in html
    assert "<script>" not in html
    assert "演示数据" in html


def test_menu_marks_the_present_entry():
    html = draw('{% extends "base.html" %}')
    assert '<a href="/" aria-current="true">工作台</a>' in html
    assert '<a href="/people/">名册</a>' in html


@pytest.mark.parametrize("code", ["400", "500", "503", "403_csrf"])
def test_plain_error_pages_need_no_context_and_show_the_request_number(code):
    assert '<html lang="zh-CN">' in render_to_string(f"{code}.html")
    assert "a1b2c3" in render_to_string(f"{code}.html", {"request_id": "a1b2c3"})


@pytest.mark.parametrize("code", ["403", "404", "409", "410", "422"])
def test_error_pages_say_what_the_view_says(code):
    html = draw(f'{{% include "{code}.html" %}}', message="第三协作组名额已用完。")
    assert "第三协作组名额已用完。" in html


def test_confirm_page_names_the_effect_and_asks_for_a_tick():
    html = draw(
        '{% include "components/confirm.html" %}',
        title="作废证书",
        effect="3 张证书作废。",
        action="作废",
        danger=True,
    )
    assert "3 张证书作废。" in html
    assert 'name="confirmed" value="1" id="id_confirmed" required' in html
    assert "btn-outline-danger" in html


def test_vendored_files_are_those_of_the_list():
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "vendor.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "vendored files match VENDOR.toml\n")
