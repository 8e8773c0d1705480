"""The scanner: which numbers it finds in what writing, which it leaves alone, and what files it reads."""

import time

import pytest

from guanweihui import scanner
from guanweihui.documents import pdf
from guanweihui.scanner import BANK_CARD, ID_NUMBER, LANDLINE, MOBILE, Unscannable, find_personal, scan_file
from tests.awards.notice_rows import assembled, pdf_of
from tests.factories import make_id_number

needs_pdf = pytest.mark.skipif(pdf.available() is not None, reason=str(pdf.available()))
#: Invented, of a region that does not exist; the first has X as its check digit.
VALID = next(
    one
    for n in range(1000)
    if (one := make_id_number(__import__("datetime").date(1949, 3, 7), n)).endswith("X")
)
PDF = "application/pdf"


def kinds(words, **how) -> list[str]:
    return [one.kind for one in find_personal(words, **how)]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (VALID, ID_NUMBER),
        (VALID.lower(), ID_NUMBER),
        (f"身份证{VALID}号", ID_NUMBER),
        (VALID[:6] + " " + VALID[6:14] + "-" + VALID[14:], ID_NUMBER),
        (" ".join(VALID), ID_NUMBER),
        ("".join(chr(ord(char) + 0xFEE0) for char in VALID), ID_NUMBER),
        (VALID[:12] + "\n" + VALID[12:], ID_NUMBER),
        (VALID[:9] + "\u200b" + VALID[9:], ID_NUMBER),
        ("110105194903071239", ID_NUMBER),  # the check digit is wrong, the shape is enough
        ("990105490307001", ID_NUMBER),
        ("１３９００００１２３４", MOBILE),
        ("139 0000 1234", MOBILE),
        ("139-0000-1234", MOBILE),
        ("139.0000.1234", MOBILE),
        ("+86 139 0000 1234", MOBILE),
        ("8613900001234", MOBILE),
        ("1.13900001234", MOBILE),
        ("٠١٣٩٠٠٠٠١٢٣٤", MOBILE),
        ("1390000\n1234", MOBILE),
        ("13900001234@example.invalid", MOBILE),
        ("010-85950000", LANDLINE),
        ("（010）8595 0000", LANDLINE),
        ("03168595000", LANDLINE),
        ("联系电话：85950000", LANDLINE),
        ("6222021234567890128", BANK_CARD),
        ("6222 0212 3456 7890 128", BANK_CARD),
        ("4111-1111-1111-1111", BANK_CARD),
    ],
)
def test_a_personal_number_is_found_in_every_writing(words, kind):
    assert kinds(words) == [kind]


@pytest.mark.parametrize(
    "words",
    [
        "公示时间：2025年9月26日至2025年10月9日17:00，共5个工作日",
        "2025-09-26 2025-10-09",
        "2025-09-26 15:00—2025-10-09 17:00",
        "20250926",
        "示教关〔2025〕12号",
        "邮政编码100020",
        " ".join(str(n) for n in range(1, 40)),
        "\n".join(str(n) for n in range(1, 40)),
        "6222021234567890123",  # fails Luhn
        "2025092617000012",  # 16 digits that no card begins with
        "累计服务48,134小时，85950000人次",
        "序号 姓名\n1 王玥\n2 丁一",
        "示例荣字2018-00012",
    ],
)
def test_dates_counts_and_serial_numbers_are_left_alone(words):
    assert find_personal(words) == []


def test_a_find_says_where_it_is_and_shows_too_little_to_use():
    found = find_personal(f"联系人\n王玥 139 0000 1234，{VALID}")
    assert [str(one) for one in found] == [
        "第 2 行第 4 个字处有疑似手机号“139******34”",
        f"第 2 行第 18 个字处有疑似身份证号“{VALID[:3]}*************{VALID[-2:]}”",
    ]
    assert find_personal("王13900001234")[0].where == "第 2 个字处"


def test_two_numbers_written_together_do_not_hide_each_other():
    assert kinds(f"{VALID}13900001234") == [ID_NUMBER, MOBILE]
    assert kinds("13900001234/010-85950000") == [MOBILE, LANDLINE]
    assert kinds("工号12345 13900001234") == [MOBILE]
    valid = make_id_number(__import__("datetime").date(1949, 3, 8), 7)
    assert kinds(f"{valid}13900001234") == [ID_NUMBER]


def test_the_notice_s_own_telephones_are_let_through_and_nothing_else():
    own = ["010-85950000转801 85951111", "13900005678"]
    assert kinds("85950000", allowed=own) == []
    assert kinds("拨打电话：85951111，010-85950000，139 0000 5678", allowed=own) == []
    assert kinds(f"电话：85952222，13900001234，{VALID}", allowed=own) == [LANDLINE, MOBILE, ID_NUMBER]
    assert kinds(VALID, allowed=[VALID]) == [ID_NUMBER]
    assert kinds("13985951111", allowed=own) == [MOBILE]  # only ends like one of them


# --- files ------------------------------------------------------------------------------------------------


def test_a_clean_pdf_passes_and_a_number_is_told_with_its_page():
    assert scan_file(pdf_of("list of names", "2025-09-26"), PDF) == []
    found = scan_file(pdf_of("list", "call 13900001234", VALID), PDF)
    assert [(one.kind, one.where) for one in found] == [
        (MOBILE, "第 2 页第 6 个字处"),
        (ID_NUMBER, "第 3 页第 1 个字处"),
    ]
    assert scan_file(pdf_of("call 010-85950000"), PDF, allowed=["85950000"]) == []


@needs_pdf
def test_chinese_text_of_our_own_print_is_read():
    from datetime import date

    from guanweihui.documents.official import OfficialDocument, Paragraph

    paper = OfficialDocument("示例区", "公示", (Paragraph(f"王玥，{VALID}"),), "示例区", date(2025, 9, 26))
    assert [one.kind for one in scan_file(pdf.official(paper), PDF)] == [ID_NUMBER]


def test_what_stands_beside_the_pages_is_read_too():
    """A number in the file's properties goes out with it as well as one on a page."""
    content = pdf_of("list of names").replace(
        b"/Type /Catalog", b"/Type /Catalog /Info2 << /Author (call 13900001234) >>"
    )
    assert [str(one) for one in scan_file(content, PDF)] == [
        "文档属性、批注或书签里有疑似手机号“139******34”"
    ]


def picture_page(width, height) -> bytes:
    image = b"<< /Type /XObject /Subtype /Image /Width %d /Height %d >>" % (width, height)
    drawn = b"BT /F1 12 Tf (words) Tj ET"
    return assembled(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> "
            b"/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
            image[:-2] + b"/Length 1 >>\nstream\nx\nendstream",
        ]
    )


@pytest.mark.parametrize(
    ("content", "kind", "why"),
    [
        (b"\xff\xd8\xff", "image/jpeg", "公开的附件只能是 PDF"),
        (b"\xff\xd8\xff", PDF, "公开的附件只能是 PDF"),
        (pdf_of("list", ""), PDF, "第 2 页没有文字层"),
        (picture_page(800, 600), PDF, "第 1 页有图片"),
        (b"%PDF-1.4 nothing of a file", PDF, "PDF 打不开或已损坏"),
        (pdf_of(*["a"] * 201), PDF, "PDF 超过 200 页"),
    ],
)
def test_a_file_that_cannot_be_read_whole_is_refused_with_the_cure(content, kind, why):
    with pytest.raises(Unscannable) as refusal:
        scan_file(content, kind)
    assert why in str(refusal.value)
    assert "PDF" in str(refusal.value)


def test_a_small_emblem_is_no_picture():
    assert scan_file(picture_page(100, 100), PDF) == []


def test_a_hostile_file_dies_in_its_child_and_soon(monkeypatch):
    """Pages whose forms draw each other over and over; the wall clock ends it, the server goes on."""
    monkeypatch.setattr(scanner, "WALL_SECONDS", 1.5)
    forms = [
        b"<< /Type /XObject /Subtype /Form /Resources << /XObject << /A %d 0 R >> >> /Length %d >>\n"
        b"stream\n%s\nendstream" % (5 + n, len(b"/A Do " * 60), b"/A Do " * 60)
        for n in range(20)
    ]
    content = assembled(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /Contents 24 0 R /Resources << /XObject << /A 4 0 R >> >> >>",
            *forms,
            b"<< /Length 6 >>\nstream\n/A Do \nendstream",
        ]
    )
    began = time.monotonic()
    with pytest.raises(Unscannable, match="PDF 过于复杂|打不开"):
        scan_file(content, PDF)
    assert time.monotonic() - began < 8
