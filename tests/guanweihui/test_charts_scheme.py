"""The schematic diagram: what it says, where its boxes stand, that a strict content policy lets it pass."""

import re
from xml.etree import ElementTree

import pytest

from guanweihui.documents.charts_scheme import Giver, Place, Region, Tie, scheme, width_for_page

SPACE = "{http://www.w3.org/2000/svg}"
GIVERS = [Giver("1", "周海光", "助理 韩淑珍"), Giver("2", "唐伟", "助理 无")]
REGIONS = [
    Region("承德", (Place("a", "第一高级中学", "优质高中"), Place("b", "下板城镇初级中学", "农村初中"))),
    Region("密云", (Place("c", "平泉市第三高级中学暨职业技术教育中心附属高级中学", "优质高中"),)),
]
TIES = [Tie("1", "a", "3次"), Tie("1", "b", "0次"), Tie("2", "c", "12次"), Tie("2", "nowhere", "9次")]


def drawn(**changes):
    given = {"left": "示例区", "givers": GIVERS, "regions": REGIONS, "ties": TIES, **changes}
    return ElementTree.fromstring(scheme("示意图", **given))


def texts(svg):
    return [one.text for one in svg.iter(f"{SPACE}text")]


def test_every_box_and_every_line_is_named():
    said = texts(drawn())
    for words in ("示意图", "示例区", "周海光", "助理 无", "承德", "密云", "优质高中", "3次", "0次", "12次"):
        assert words in said
    assert "9次" not in said
    assert len(list(drawn().iter(f"{SPACE}line"))) == 3


def test_it_is_told_in_words():
    assert drawn().find(f"{SPACE}desc").text == (
        "周海光到承德第一高级中学 3次；周海光到承德下板城镇初级中学 0次；"
        "唐伟到密云平泉市第三高级中学暨职业技术教育中心附属高级中学 12次"
    )


def test_a_long_name_takes_two_lines():
    first = next(words for words in texts(drawn()) if words.startswith("平泉市"))
    rest = texts(drawn())[texts(drawn()).index(first) + 1]
    assert first + rest == REGIONS[1].places[0].name


def test_nothing_stands_outside_and_no_two_boxes_of_places_touch():
    svg = drawn()
    width, height = float(svg.get("width")), float(svg.get("height"))
    boxes = []
    for one in svg.iter(f"{SPACE}rect"):
        x, y, w, h = (float(one.get(name)) for name in ("x", "y", "width", "height"))
        assert x >= 0
        assert (x + w <= width, y + h <= height) == (True, True)
        if h == 54 and x > 300:
            boxes.append((y, y + h))
    assert all(first[1] < second[0] for first, second in zip(boxes, boxes[1:], strict=False))


@pytest.mark.parametrize(
    "changes", [{"givers": [], "ties": []}, {"regions": []}, {"givers": GIVERS * 1, "ties": []}]
)
def test_an_empty_side_is_drawn(changes):
    assert "示例区" in texts(drawn(**changes))


@pytest.mark.parametrize("places", [2, 12, 40])
def test_a_page_holds_it_at_the_width_for_a_page(places):
    many = [Region("承德", tuple(Place(str(number), "中学") for number in range(places)))]
    svg = drawn(regions=many, width=width_for_page(many, 1.2))
    assert float(svg.get("height")) <= 1.2 * float(svg.get("width"))


def test_a_strict_content_policy_lets_it_pass_and_names_are_escaped():
    svg = scheme("<b>", "区", [Giver("1", "<script>")], REGIONS, [Tie("1", "a", "1次")])
    assert not re.search(r"\sstyle=|<style|<script|\son[a-z]+=|<b>", svg)
    assert "&lt;script&gt;" in svg
