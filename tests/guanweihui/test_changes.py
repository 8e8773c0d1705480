"""What changed between two versions, in Chinese text that has no spaces to part it by."""

import pytest

from guanweihui.changes import LONGEST_BY_CHARACTER, Change, Piece, compare, pieces
from guanweihui.questionnaire import Paragraph


def said(before, after):
    """Write pieces as one line: [-gone-] and {+new+}."""
    marks = {"same": "{}", "gone": "[-{}-]", "new": "{{+{}+}}"}
    return "".join(marks[piece.kind].format(piece.words) for piece in pieces(before, after))


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("全校参加读书活动。", "全校学生参加读书活动。", "全校{+学生+}参加读书活动。"),
        ("参加班级三十六个。", "参加班级三十八个。", "参加班级三十[-六-]{+八+}个。"),
        ("学生1,616人。", "学生1,618人。", "学生[-1,616-]{+1,618+}人。"),
        ("共2场，100人。", "共2场，10人。", "共2场，[-100-]{+10+}人。"),
        ("", "新写的话。", "{+新写的话。+}"),
        ("删去的话。", "", "[-删去的话。-]"),
        ("没有变。", "没有变。", "没有变。"),
        ("𫖯同志", "李𫖯同志", "{+李+}𫖯同志"),
    ],
)
def test_single_characters_and_whole_figures_are_marked(before, after, line):
    assert said(before, after) == line


def test_long_prose_is_compared_by_sentences():
    lead = "我校围绕主题开展读书教育活动。" * (LONGEST_BY_CHARACTER // 15 + 1)
    line = said(f"{lead}共八场。五老进校。", f"{lead}共九场。五老进校。")
    assert line == f"{lead}[-共八场。-]{{+共九场。+}}五老进校。"


@pytest.mark.parametrize("words", ["甲" * 5000, "甲。" * 2500, "\n" * 700, "，" * 650])
def test_nothing_is_lost_whatever_is_compared(words):
    before, after = f"前{words}", f"{words}后"
    found = pieces(before, after)
    assert "".join(one.words for one in found if one.kind != "new") == before
    assert "".join(one.words for one in found if one.kind != "gone") == after


def test_paragraphs_are_paired_by_their_key_and_only_differences_are_kept():
    before = [Paragraph("a", "班级数", "3"), Paragraph("b", "学生数", "90"), Paragraph("c", "经费", "100")]
    after = [Paragraph("a", "班级数", "3"), Paragraph("d", "负责人", "李明"), Paragraph("b", "学生数", "95")]
    assert compare(before, after) == [
        Change("d", "负责人", "", "李明", (Piece("new", "李明"),)),
        Change("b", "学生数", "90", "95", (Piece("gone", "90"), Piece("new", "95"))),
        Change("c", "经费", "100", "", (Piece("gone", "100"),)),
    ]


def test_a_paragraph_that_only_moved_or_was_renamed_is_no_change():
    before = [Paragraph("a", "班级数", "3"), Paragraph("b", "学生数", "90")]
    assert compare(before, [Paragraph("b", "学生数（人）", "90"), Paragraph("a", "班级数", "3")]) == []
