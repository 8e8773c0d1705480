"""Tests of the PDFs, measured with poppler as a reader would see them."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import date, datetime

import pytest

from guanweihui.documents import charts, marks, pdf
from guanweihui.documents.official import (
    Attachment,
    OfficialDocument,
    Paragraph,
    attachment_labels,
    chinese_number,
    numbered,
    place_signature,
)
from guanweihui.tables import Column, Imprint, Row, Table, total_row

NO_PDF = pdf.available() or (None if shutil.which("pdftotext") else "poppler-utils is not installed")
needs_pdf = pytest.mark.skipif(NO_PDF is not None, reason=str(NO_PDF))
IMPRINT = Imprint(datetime(2026, 11, 22, 9, 5), "李老师", 'B"0042')
POINTS_PER_MM = 72 / 25.4
ALLOWED_FONTS = re.compile(r"[A-Z]{6}\+(GGW-|Noto-S)")


@dataclass(frozen=True)
class Line:
    """One printed line: its text and edges in mm."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


def poppler(tool: str, content: bytes, tmp_path, *options: str) -> str:
    source = tmp_path / "document.pdf"
    source.write_bytes(content)
    target = ["-"] if tool == "pdftotext" else []
    return subprocess.run(
        [tool, *options, source, *target], capture_output=True, check=True, text=True
    ).stdout


def pages_of(content: bytes, tmp_path) -> list[list[Line]]:
    """Read the lines of each page; words that stand at one height are one line."""
    source = poppler("pdftotext", content, tmp_path, "-bbox")
    box = r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>'
    pages = []
    for page in source.split("<page ")[1:]:
        rows: dict[float, list[tuple[float, float, float, str]]] = {}
        for left, top, right, bottom, text in re.findall(box, page):
            rows.setdefault(float(top), []).append((float(left), float(right), float(bottom), text))
        pages.append(
            [
                Line(
                    "".join(word[3] for word in sorted(words)),
                    min(word[0] for word in words) / POINTS_PER_MM,
                    top / POINTS_PER_MM,
                    max(word[1] for word in words) / POINTS_PER_MM,
                    words[0][2] / POINTS_PER_MM,
                )
                for top, words in sorted(rows.items())
            ]
        )
    return pages


def fonts_of(content: bytes, tmp_path) -> set[str]:
    return {line.split()[0] for line in poppler("pdffonts", content, tmp_path).splitlines()[2:]}


def roster(columns: int = 3, rows: int = 2, name: str = "王𬭎") -> Table:
    heads = [Column("serial", "序号", format="int"), Column("name", "姓名")]
    heads += [
        Column(f"c{number}", f"列{number}", ("组",), format="int", total=True)
        for number in range(columns - 2)
    ]
    lines = tuple(Row((number + 1, name, *range(columns - 2))) for number in range(rows))
    total = total_row(heads, lines)
    return Table("r", "花名册", tuple(heads), lines, total, "示例区", "2018年", "人", notes=("一。",))


def document(**changes) -> OfficialDocument:
    given = {
        "organ_mark": "示例区教育系统关心下一代工作委员会文件",
        "title": "关于表彰先进集体和\n先进个人的决定",
        "body": (Paragraph("基本情况", 1), Paragraph("组织发动", 2), Paragraph("一" * 1500)),
        "signed_by": "示例区教育系统关心下一代工作委员会",
        "signed_on": date(2026, 11, 2),
        "number": "示教关〔2026〕5号",
        "addressee": "各中小学",
        "copied_to": "区关心下一代工作委员会",
        "printed_by": "示例区教育关工委办公室",
    }
    return OfficialDocument(**given | changes)


def certificate(name: str = "王䶮玥", **changes) -> pdf.Certificate:
    given = {
        "text": "您在2025—2026学年度关心下一代工作中成绩突出，被评为示例区教育系统",
        "award": "先进个人",
        "organ": "示例区教育系统关心下一代工作委员会",
        "awarded_on": date(2026, 11, 22),
        "number": "ZS2026-000123",
        "check_code": "7F3A9C",
        "check_url": "https://portal.example/check/abc",
    }
    return pdf.Certificate(name, **given | changes)


def certificate_text(content: bytes, tmp_path) -> str:
    return "".join(line.text for page in pages_of(content, tmp_path) for line in page)


# --- what needs no pango -------------------------------------------------------------------------------


def test_headings_are_numbered_and_start_anew_below_a_higher_one():
    levels = (1, 2, 2, 3, 4, 1, 2, 0)
    texts = [part.text for part in numbered(Paragraph("题", level) for level in levels)]
    assert texts == ["一、题", "（一）题", "（二）题", "1.题", "（1）题", "二、题", "（一）题", "题"]


@pytest.mark.parametrize(
    ("number", "text"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (23, "二十三")]
)
def test_chinese_numbers(number, text):
    assert chinese_number(number) == text


def test_single_attachment_has_no_number():
    assert attachment_labels((Attachment("名单"),)) == [("附件", "名单")]
    assert attachment_labels((Attachment("甲"), Attachment("乙"))) == [("附件1", "1.甲"), ("附件2", "2.乙")]


@pytest.mark.parametrize(
    ("name", "sealed", "name_right", "day_right"),
    [
        ("示例区教委", True, 4.75, 4.0),  # centred over a date 4 from the right
        ("示例区教育系统关心下一代工作委员会", True, 0.0, 5.25),  # too long: at the edge, date centred below
        ("示例区教育系统关心下一代工作委员会", False, 2.0, 10.5),  # date begins two characters after the name
        ("示例区教委", False, 5.5, 2.0),
    ],
)
def test_place_of_the_signature(name, sealed, name_right, day_right):
    placed = place_signature(document(signed_by=name, sealed=sealed))
    assert (placed.name_right, placed.day_right, placed.day) == (name_right, day_right, "2026年11月2日")


def test_whole_name_changes_face_and_text_is_escaped():
    assert marks.in_role("张頔、王玥<b>", "GGW-Kai") == '<span class="song">张頔</span>、王玥&lt;b&gt;'
    sentence = "这是一个很长的句子里面有頔字"
    assert marks.in_role(sentence, "GGW-Kai") == '这是一个很长的句子里面有<span class="song">頔</span>字'
    assert marks.in_role("王玥", "GGW-Kai") == "王玥"


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError("cannot load library 'libpango-1.0-0'"), pdf.NO_PANGO),
        (PermissionError("fonts.conf"), pdf.NOT_WRITABLE),
    ],
)
def test_available_says_what_is_missing(monkeypatch, error, sentence):
    def fail():
        raise error

    monkeypatch.setattr(pdf, "_weasyprint", fail)
    assert pdf.available() == sentence


# --- rosters -------------------------------------------------------------------------------------------


@needs_pdf
@pytest.mark.parametrize(
    ("columns", "size"), [(7, "595.276 x 841.89"), (8, "841.89 x 595.276"), (17, "1190.55 x 841.89")]
)
def test_paper_follows_the_number_of_columns(columns, size, tmp_path):
    assert size in poppler("pdfinfo", pdf.tables([roster(columns)], IMPRINT), tmp_path)


@needs_pdf
def test_roster_says_everything_and_repeats_its_head(tmp_path):
    content = pdf.tables([roster(rows=40)], IMPRINT, charts=[charts.bar("人数", ["甲", "乙"], [1, 2])])
    pages = [[line.text for line in page] for page in pages_of(content, tmp_path)]
    assert len(pages) == 3
    assert [text for text in pages[0] if text.startswith(("花名册", "填报单位"))] == [
        "花名册",
        "填报单位：示例区统计期间：2018年单位：人",
    ]
    assert "合计0" in [text.replace("\u3000", "") for text in pages[0]]
    assert all("姓名" in "".join(page) for page in pages[:2])
    assert "单位负责人：填报人：填报日期：" in pages[1]
    assert "说明：一。" in pages[1]
    assert '数据时间：2026-11-2209:05制表人：李老师批次号：B"0042第1页共3页' in "".join(pages[0]).replace(
        "&quot;", '"'
    )
    assert "人数" in pages[2]


@needs_pdf
def test_only_our_fonts_are_embedded(tmp_path):
    drawing = charts.donut("构成", ["甲"], [1])
    names = fonts_of(pdf.tables([roster(8, name="頔澔")], IMPRINT, [drawing]), tmp_path)
    names |= fonts_of(pdf.official(document(attachments=(Attachment("名单", (roster(),)),))), tmp_path)
    names |= fonts_of(pdf.certificates([certificate("张頔")]), tmp_path)
    assert names
    assert [name for name in names if not ALLOWED_FONTS.match(name)] == []


@needs_pdf
def test_character_of_no_font_is_named_on_the_page(tmp_path):
    content = pdf.tables([roster(name="王\ue000")], IMPRINT)
    assert "请核对：字库中没有这些字" in certificate_text(content, tmp_path)


@needs_pdf
def test_markup_in_a_cell_fetches_nothing(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    name = f'<img src="file://{secret}"><link rel="attachment" href="file://{secret}">'
    content = pdf.tables([roster(name=name)], IMPRINT)
    assert "<imgsrc=" in certificate_text(content, tmp_path).replace("&lt;", "<")
    assert b"EmbeddedFile" not in content


@needs_pdf
def test_renderer_refuses_every_file(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    drawing = f'<link rel="attachment" href="file://{secret}"><img src="http://127.0.0.1:9/x.png">'
    content = pdf.tables([roster()], IMPRINT, charts=[drawing])
    assert b"EmbeddedFile" not in content


# --- official documents --------------------------------------------------------------------------------


@needs_pdf
def test_full_page_holds_22_lines_of_28_characters_within_the_margins(tmp_path):
    *lines, number = pages_of(pdf.official(document()), tmp_path)[1]
    assert number.text == "—2—"
    assert [len(line.text) for line in lines] == [28] * 22
    pitches = [
        (after.top - before.top) * POINTS_PER_MM for before, after in zip(lines, lines[1:], strict=False)
    ]
    assert all(abs(pitch - 29.0) < 0.1 for pitch in pitches)
    assert {round(line.left, 1) for line in lines} == {28.0}
    assert all(abs(210 - line.right - 26) <= 1 for line in lines)
    character, line_height = 16 / POINTS_PER_MM, 10.227
    leading = (line_height - (lines[0].bottom - lines[0].top)) / 2
    assert abs(lines[0].top - leading - 37) <= 1
    assert abs(lines[-1].bottom + leading - (37 + 225)) <= 1
    assert lines[-1].bottom - lines[0].top <= 225 + character


@needs_pdf
def test_lines_with_a_rare_name_quotes_and_digits_keep_their_pitch(tmp_path):
    text = "“张頔”获奖，李澔·甲于2026年参加。" * 60
    page = pages_of(pdf.official(document(body=(Paragraph(text),))), tmp_path)[1]
    source = poppler(
        "pdftotext", pdf.official(document(body=(Paragraph(text),))), tmp_path, "-f", "2", "-l", "2", "-bbox"
    )
    tops = sorted({float(top) for top in re.findall(r'yMin="([\d.]+)"[^>]*>[^<]*获奖', source)})
    assert len(page) > 20
    assert all(
        abs((after - before) / 29.0 - round((after - before) / 29.0)) < 0.01
        for before, after in zip(tops, tops[1:], strict=False)
    )


@needs_pdf
def test_first_page_carries_mark_number_title_and_addressee(tmp_path):
    first = pages_of(pdf.official(document()), tmp_path)[0]
    assert [line.text for line in first[:7]] == [
        "示例区教育系统关心下一代工作委员会文件",
        "示教关〔2026〕5号",
        "关于表彰先进集体和",
        "先进个人的决定",
        "各中小学：",
        "一、基本情况",
        "（一）组织发动",
    ]
    assert abs(first[0].top - (37 + 35)) < 4
    assert abs((first[0].left + first[0].right) / 2 - (28 + 156 / 2)) < 0.5


@needs_pdf
def test_page_number_stands_outside_odd_right_even_left(tmp_path):
    pages = pages_of(pdf.official(document()), tmp_path)
    assert [page[-1].text for page in pages] == ["—1—", "—2—", "—3—", "—4—"]
    assert abs(210 - pages[0][-1].right - (26 + 4.9)) < 0.5
    assert abs(pages[1][-1].left - (28 + 4.9)) < 0.5


@needs_pdf
def test_record_closes_the_last_page(tmp_path):
    *_, copied, printed, number = pages_of(pdf.official(document()), tmp_path)[-1]
    assert (copied.text, number.text) == ("抄送：区关心下一代工作委员会。", "—4—")
    assert printed.text == "示例区教育关工委办公室2026年11月2日印发"
    assert 250 < printed.bottom < 262


@needs_pdf
@pytest.mark.parametrize("count", range(22, 32))
def test_signature_never_stands_alone_on_a_page(count, tmp_path):
    body = (Paragraph("正文"),) * count
    pages = pages_of(pdf.official(document(body=body, copied_to="", printed_by="")), tmp_path)
    signed = next(page for page in pages if any(line.text == "2026年11月2日" for line in page))
    assert "正文" in [line.text for line in signed]


@needs_pdf
def test_attachments_begin_pages_of_their_own(tmp_path):
    given = (Attachment("先进集体名单", (Paragraph("甲学校"),)), Attachment("先进个人名单", (roster(8),)))
    pages = [
        [line.text for line in page] for page in pages_of(pdf.official(document(attachments=given)), tmp_path)
    ]
    whole = [text for page in pages for text in page]
    assert "附件：1.先进集体名单" in whole
    assert [page[:2] for page in pages if page[0].startswith("附件")][-2:] == [
        ["附件1", "先进集体名单"],
        ["附件2", "先进个人名单"],
    ]


@needs_pdf
def test_draft_says_so_until_it_has_a_number(tmp_path):
    draft = poppler("pdftotext", pdf.official(document(number="")), tmp_path)
    final = poppler("pdftotext", pdf.official(document()), tmp_path)
    assert set("征求意见稿") <= set(draft)
    assert "稿" not in final


# --- certificates --------------------------------------------------------------------------------------


@needs_pdf
def test_certificate_says_who_what_and_by_whom(tmp_path):
    text = certificate_text(pdf.certificates([certificate()]), tmp_path)
    assert "荣誉证书" in text
    assert "王䶮玥同志：" in text
    assert "先进个人。" in text
    assert "2026年11月" in text
    assert "证书编号：ZS2026-000123" in text
    assert "查验码：7F3A9C" in text


@needs_pdf
@pytest.mark.parametrize(
    "name", ["买买提·阿不都热合曼·艾力", "示例区第一实验小学附属幼儿园东苑校区教育集团总校部分校"]
)
def test_long_name_stays_on_one_line(name, tmp_path):
    page = pages_of(pdf.certificates([certificate(name)]), tmp_path)[0]
    assert any(name in line.text and line.right < 297 - 42 for line in page)


@needs_pdf
def test_each_certificate_is_one_page(tmp_path):
    content = pdf.certificates([certificate(), certificate("张三"), certificate("李四", number="")])
    assert [("证书编号" in "".join(line.text for line in page)) for page in pages_of(content, tmp_path)] == [
        True,
        True,
        False,
    ]


@needs_pdf
def test_stock_has_no_frame_and_moves_by_the_offset(tmp_path):
    plain, moved = (
        pdf.certificates([certificate()], stock=True),
        pdf.certificates([certificate()], True, (3, -2)),
    )
    before, after = pages_of(plain, tmp_path)[0][0], pages_of(moved, tmp_path)[0][0]
    assert (round(after.left - before.left, 1), round(after.top - before.top, 1)) == (3.0, -2.0)


@needs_pdf
def test_certificate_with_a_character_of_no_font_is_refused():
    with pytest.raises(pdf.Unprintable, match="字库中没有这些字，不能制证：\ue000"):
        pdf.certificates([certificate("王\ue000")])
