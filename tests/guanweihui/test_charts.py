"""Tests of the charts: what they say, and that a strict content policy lets them pass."""

import datetime
import re
from xml.etree import ElementTree

import pytest

from guanweihui.documents import charts

SPACE = "{http://www.w3.org/2000/svg}"
GROUPS = [f"{name}协作组" for name in ("东苑", "西苑", "南里", "北里", "中街", "白家庄", "垂杨柳", "望京")]
GROUPS += [f"{name}协作组" for name in ("和平街", "酒仙桥", "管庄", "劲松", "安贞", "奥运村", "朝外")]
D = datetime.date
YEARS = [
    ("第1年", D(2018, 10, 22), D(2019, 10, 21)),
    ("第2年", D(2019, 10, 22), D(2020, 10, 21)),
    ("第3年", D(2020, 10, 22), D(2021, 10, 21)),
]
LONG = "听课指导，逐校诊断课堂教学，每位老校长每学期听课不少于八节并逐节反馈意见"
SPANS = [
    charts.Span(LONG, D(2018, 10, 22), D(2019, 6, 30), 0.75, "6 / 8 节"),
    charts.Span("师徒结对", D(2018, 10, 22), D(2019, 12, 31), 0.2, "2 / 10 对", is_second=True),
    charts.Span("送教活动", D(2019, 10, 22), D(2020, 5, 30), 1.0, "2,000 / 20,000 次"),
    charts.Span("最后一天", D(2020, 10, 22), D(2021, 10, 21), 0, "0 / 3 项", is_second=True),
]
KINDS = ("整体推进", "分散活动")
DRAWINGS = {
    "timeline": charts.timeline("进度图", YEARS, SPANS, kinds=KINDS),
    "narrow timeline": charts.timeline("进度图", YEARS, SPANS, kinds=KINDS, width=600),
    "empty timeline": charts.timeline("空", YEARS, []),
    "bar": charts.bar("各组人数", GROUPS, [*range(13), None, 1200], unit="人"),
    "stacked": charts.stacked_bar("学生", GROUPS, {"小学": [40] * 15, "中学": [30] * 15}, unit="人"),
    "horizontal": charts.horizontal_bar("时长", ["白家庄小学", "东苑中学"], [1234.5, None], unit="小时"),
    "line": charts.line("五年", ["2016", "2017", "2018"], {"志愿者": [10, None, 30], "党员": [1, 2, 3]}),
    "donut": charts.donut("构成", ["集体", "个人"], [37, 40], unit="项"),
    "sparkline": charts.sparkline("三年", [1, 2, 3]),
    "empty bar": charts.bar("空", [], []),
    "empty line": charts.line("空", [], {}),
    "empty donut": charts.donut("空", ["甲"], [0]),
    "empty sparkline": charts.sparkline("空", [None]),
}


def words(svg: str) -> list[str]:
    return [text.text for text in ElementTree.fromstring(svg).iter(f"{SPACE}text")]


@pytest.mark.parametrize("name", DRAWINGS)
def test_drawing_is_named_and_described_and_carries_no_style(name):
    root = ElementTree.fromstring(DRAWINGS[name])
    assert root.get("role") == "img"
    assert [child.tag for child in root[:2]] == [f"{SPACE}title", f"{SPACE}desc"]
    assert root[0].text
    assert not re.search(r"\sstyle=|<style|\son\w+=|href|nan|inf", DRAWINGS[name])


@pytest.mark.parametrize("name", DRAWINGS)
def test_nothing_stands_outside_the_drawing(name):
    root = ElementTree.fromstring(DRAWINGS[name])
    width, height = float(root.get("width")), float(root.get("height"))
    for node in root.iter(f"{SPACE}text"):
        assert 0 <= float(node.get("x")) <= width
        assert 0 <= float(node.get("y")) <= height
    for node in root.iter(f"{SPACE}rect"):
        assert float(node.get("x")) + float(node.get("width")) <= width
        assert float(node.get("height")) >= 0


def test_every_value_is_printed_and_spoken():
    said = words(DRAWINGS["bar"])
    assert {"0", "1", "12", "1,200", "未报", *GROUPS} <= set(said)
    assert "朝外协作组 1,200人" in ElementTree.fromstring(DRAWINGS["bar"])[1].text


def test_missing_value_is_not_a_zero():
    svg = charts.bar("人数", ["甲", "乙", "丙"], [5, 0, None])
    assert len(ElementTree.fromstring(svg).findall(f"{SPACE}rect")) == 1
    assert ElementTree.fromstring(svg)[1].text == "甲 5，乙 0，丙 未报"


def test_fifteen_group_names_stand_at_an_angle_and_three_do_not():
    assert DRAWINGS["bar"].count("rotate(-40") == 15
    assert "rotate" not in charts.bar("人数", GROUPS[:3], [1, 2, 3])


def test_angled_names_stay_inside():
    svg = charts.bar("人数", ["一个名字特别特别长的协作组"] + GROUPS[1:], [1] * 15)
    root = ElementTree.fromstring(svg)
    first = next(text for text in root.iter(f"{SPACE}text") if text.text.startswith("一个"))
    assert float(first.get("x")) >= 0.76 * charts._text_width(first.text)


def test_stack_prints_its_sum():
    assert words(DRAWINGS["stacked"]).count("70") == 15
    assert {"小学", "中学"} <= set(words(DRAWINGS["stacked"]))


def test_missing_value_breaks_the_line():
    root = ElementTree.fromstring(DRAWINGS["line"])
    assert len(root.findall(f"{SPACE}polyline")) == 1
    assert len(root.findall(f"{SPACE}circle")) == 5


def test_donut_prints_sum_and_shares():
    assert words(DRAWINGS["donut"]) == ["构成", "77", "项", "集体　37（48.1%）", "个人　40（51.9%）"]


def test_gold_has_an_edge():
    gold = [
        node for node in ElementTree.fromstring(DRAWINGS["stacked"]).iter() if node.get("fill") == "#D48806"
    ]
    assert {node.get("stroke") for node in gold} == {"#874D00"}


def test_labels_cannot_smuggle_markup():
    svg = charts.bar('<b>"', ["<script>"], [1])
    assert "<script>" not in svg
    assert ElementTree.fromstring(svg)[0].text == '<b>"'


@pytest.mark.parametrize(
    ("most", "ticks"),
    [
        (0, [0, 1]),
        (3, [0, 1, 2, 3]),
        (100, [0, 20, 40, 60, 80, 100]),
        (48134, [0, 10000, 20000, 30000, 40000, 50000]),
    ],
)
def test_axis_steps_are_round(most, ticks):
    assert charts._ticks(most) == ticks


# --- timeline -------------------------------------------------------------------------------------------


def boxes(svg: str) -> list[tuple[float, float, float, float]]:
    """The box of each text: left, top, right, bottom."""
    found = []
    for node in ElementTree.fromstring(svg).iter(f"{SPACE}text"):
        size, wide = float(node.get("font-size")), charts._text_width(node.text, float(node.get("font-size")))
        shift = {"start": 0, "middle": wide / 2, "end": wide}[node.get("text-anchor")]
        left, foot = float(node.get("x")) - shift, float(node.get("y"))
        found.append((left, foot - size * 0.85, left + wide, foot + size * 0.15))
    return found


@pytest.mark.parametrize("name", ["timeline", "narrow timeline"])
def test_no_text_of_a_timeline_lies_on_another_or_on_a_bar(name):
    texts = boxes(DRAWINGS[name])
    bars = [
        tuple(float(node.get(key)) for key in ("x", "y", "width", "height"))
        for node in ElementTree.fromstring(DRAWINGS[name]).iter(f"{SPACE}rect")
        if node.get("stroke-width") == "1.5"
    ]
    bars = [(x, y, x + wide, y + high) for x, y, wide, high in bars]
    assert len(bars) == len(SPANS) + 2  # two of the legend

    def cross(one, other):
        return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]

    clashes = [(a, b) for i, a in enumerate(texts) for b in (*texts[i + 1 :], *bars) if cross(a, b)]
    assert clashes == []
    width = float(ElementTree.fromstring(DRAWINGS[name]).get("width"))
    assert all(left >= 0 and right <= width for left, _, right, _ in texts)


def test_the_two_kinds_of_a_timeline_differ_without_colour():
    both = {
        is_second: charts.timeline(
            "", YEARS, [charts.Span("甲", D(2018, 10, 22), D(2019, 6, 30), 0.5, is_second=is_second)]
        )
        for is_second in (False, True)
    }
    assert ["stroke-dasharray" in both[False], "stroke-dasharray" in both[True]] == [False, True]
    assert ["<path" in both[False], "<path" in both[True]] == [False, True]


def test_a_bar_runs_from_its_year_to_its_due_day_and_is_filled_by_its_share():
    svg = charts.timeline("", YEARS, [charts.Span("甲", D(2018, 10, 22), D(2021, 10, 21), 0.25)])
    bands, bar, fill = [], None, None
    for node in ElementTree.fromstring(svg).iter(f"{SPACE}rect"):
        if node.get("fill") in charts.BANDS:
            bands.append(node)
        elif node.get("stroke-width") == "1.5":
            bar = node
        elif float(node.get("width")) != 10:  # not the sign before the label
            fill = node
    whole = sum(float(band.get("width")) for band in bands)
    assert (len(bands), float(bar.get("x"))) == (3, float(bands[0].get("x")))
    assert float(bar.get("width")) == pytest.approx(whole, abs=0.3)
    assert float(fill.get("width")) == pytest.approx(whole / 4, abs=0.3)


def test_a_timeline_is_told_in_words():
    said = ElementTree.fromstring(DRAWINGS["timeline"])[1].text
    assert "第1年 2018-10-22至2019-10-21" in said
    assert "师徒结对（分散活动，2018-10-22至2019-12-31，2 / 10 对，完成20%）" in said
    assert {"第1年", "2018.10—2019.10", "6 / 8 节", *KINDS} <= set(words(DRAWINGS["timeline"]))
