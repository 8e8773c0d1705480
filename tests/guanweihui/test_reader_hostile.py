import resource
from functools import lru_cache

import pytest

from guanweihui.imports.reader import Unreadable, read
from guanweihui.imports.scan import DAMAGED, EMBEDDED, ENCODING, ENCRYPTED, ENTITIES, EXTERNAL, MACROS
from tests.guanweihui import nasty

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
BOMB_XML = (
    '<?xml version="1.0"{0}?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    "<worksheet><sheetData/></worksheet>"
)


def external(kind, target="http://example.invalid/a"):
    return (
        f"<Relationships {nasty.LINKS}><Relationship Id='rId1' Type='{nasty.OFFICE}/{kind}' "
        f"Target='{target}' TargetMode='External'/></Relationships>"
    )


def worksheet(xml):
    return nasty.packed({**nasty.members({"名册": ""}), "xl/worksheets/sheet1.xml": xml})


@lru_cache
def big_text():
    return nasty.zip_bomb()


HOSTILE = {
    "giant grid": (nasty.giant_grid, "工作表的范围写到了 XFD1048576，超过 20,000 行 × 60 列"),
    "a million rows": (nasty.row_flood, "工作表超过 20,000 行"),
    "the same row a million times": (
        lambda: nasty.row_flood('<c r="A1"><v>1</v></c>'.replace("{0}", "")),
        "文件展开后过大|多次|超过 20,000 行",
    ),
    "a million repeats of one row": (
        lambda: worksheet(nasty.sheet('<row r="1"><c r="A1"><v>1</v></c></row>' * 1_000_000)),
        "文件展开后过大",
    ),
    "giant dimension": (
        lambda: worksheet(
            nasty.sheet('<row r="1">' + nasty.text("A1", "a") + "</row>", dimension="A1:XFD1048576")
        ),
        "工作表的范围写到了 XFD1048576",
    ),
    "blank cell at the far end": (
        lambda: worksheet(
            nasty.sheet(nasty.grid(["a"]) + '<row r="1048576"><c r="XFD1048576" s="1"/></row>')
        ),
        "工作表的范围写到了 XFD1048576",
    ),
    "far row in a near row's cell": (
        lambda: worksheet(nasty.sheet('<row r="1"><c r="A30000"><v>1</v></c></row>')),
        "工作表超过 20,000 行（第 30000 行仍有内容）",
    ),
    "61 columns": (
        lambda: worksheet(
            nasty.sheet('<row r="1">' + nasty.text("A1", "a") + nasty.text("BI1", "b") + "</row>")
        ),
        "工作表超过 60 列（BI 列仍有内容）",
    ),
    "61 columns without references": (
        lambda: worksheet(nasty.sheet("<row>" + "<c><v>1</v></c>" * 61 + "</row>")),
        "工作表超过 60 列（BI 列仍有内容）",
    ),
    "giant grid in other spelling": (
        lambda: worksheet(
            "<x:worksheet xmlns:x='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><x:sheetData>"
            "<x:row><x:c x='>' r='XFD1048576'><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>"
        ),
        "工作表的范围写到了 XFD1048576",
    ),
    "600 MB shared string": (big_text, "文件展开后过大|文字过长"),
    "600 MB picture": (lambda: nasty.zip_bomb(name="xl/media/a.png"), "文件展开后过大"),
    "lying sizes": (lambda: nasty.lying_sizes(big_text()), DAMAGED),
    "small lie": (lambda: nasty.lying_sizes(nasty.workbook(["姓名"], ["王玥"])), DAMAGED),
    "entities": (lambda: worksheet(BOMB_XML.format("")), ENTITIES),
    "entities in UTF-16": (
        lambda: worksheet(BOMB_XML.format(' encoding="UTF-16"').encode("utf-16")),
        ENTITIES,
    ),
    "UTF-16": (lambda: worksheet(nasty.sheet("").replace("UTF-8", "UTF-16").encode("utf-16")), ENCODING),
    "other encoding": (lambda: worksheet(nasty.sheet("").replace("UTF-8", "UTF-7")), ENCODING),
    "macros": (lambda: nasty.with_part("xl/vbaProject.bin"), MACROS),
    "macro content type": (
        lambda: nasty.with_part(
            "[content_types].XML2.rels",
            "<a><Override ContentType='application/vnd.ms-excel.sheet.macroEnabled.main+xml'/></a>",
        ),
        MACROS,
    ),
    "external link part": (lambda: nasty.with_part("xl/externalLinks/externalLink1.xml"), EXTERNAL),
    "external picture": (
        lambda: nasty.with_part("xl/worksheets/_rels/a.xml.rels", external("image")),
        EXTERNAL,
    ),
    "data connection": (lambda: nasty.with_part("xl/connections.xml"), EXTERNAL),
    "embedded object": (lambda: nasty.with_part("xl/embeddings/oleObject1.bin"), EMBEDDED),
    "path upwards": (lambda: nasty.with_part("xl/../../etc/passwd"), "路径不正常"),
    "absolute path": (lambda: nasty.with_part("/etc/passwd"), "路径不正常"),
    "name twice": (lambda: nasty.with_part("XL/Workbook.xml"), "路径不正常"),
    "encrypted members": (lambda: nasty.encrypted_members(nasty.workbook(["姓名"])), ENCRYPTED),
    "201 members": (
        lambda: nasty.packed({**nasty.members({"a": ""}), **{f"x/{n}.xml": "<x/>" for n in range(201)}}),
        "超过 200 个",
    ),
    "100,000 members": (lambda: nasty.packed({f"{n}": "" for n in range(90_000)}), "超过 200 个"),
    "encrypted container": (lambda: OLE + "EncryptedPackage".encode("utf-16-le"), ENCRYPTED),
    "old Excel renamed": (lambda: OLE, "请在 WPS 或 Excel 中另存为 .xlsx 后再上传"),
    "HTML renamed": (lambda: b"<html><table></table></html>", "与扩展名“.xlsx”不符"),
    "empty": (lambda: b"", "文件是空的"),
    "11 MB": (lambda: b"PK\x03\x04" + bytes(11_000_000), "文件超过 10 MB（现为 11.0 MB）"),
    "cut off": (lambda: nasty.workbook(["姓名"], ["王玥"])[:-30], DAMAGED),
    "broken XML": (lambda: worksheet("<worksheet><sheetData><row><c r='A1'>"), DAMAGED),
    "no sheets": (lambda: nasty.packed({"a.txt": "a"}), DAMAGED),
    "no values": (lambda: nasty.workbook(), "文件里没有数据"),
    "too long text": (lambda: nasty.workbook(["字" * 32_768]), "的 A1：单元格里的文字过长"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_workbook_is_refused_quickly_and_without_memory(case):
    build, sentence = HOSTILE[case]
    source = build()
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, nasty.cpu_seconds()
    with pytest.raises(Unreadable) as refusal:
        read(source, "名册.xlsx")
    took = nasty.cpu_seconds() - begun
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert any(part in str(refusal.value) for part in sentence.split("|")), str(refusal.value)
    assert took < 3
    assert grown < 20_000  # KB


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("名册.xls", "请在 WPS 或 Excel 中另存为 .xlsx 后再上传"),
        ("名册.XLS", "请在 WPS 或 Excel 中另存为 .xlsx 后再上传"),
        ("名册.xlsm", MACROS),
        ("名册.pdf", "只能读取 .xlsx 和 .csv 文件"),
        ("名册", "只能读取 .xlsx 和 .csv 文件"),
        ("名册.csv", "与扩展名“.csv”不符"),
    ],
)
def test_name_of_another_kind_is_refused(name, sentence):
    with pytest.raises(Unreadable, match=sentence):
        read(nasty.workbook(["姓名"], ["王玥"]), name)


def test_death_of_the_child_is_a_refusal(monkeypatch):
    # Each cell repeats the longest text: small in the file, more than the child may hold in memory.
    shared = f"<sst {nasty.MAIN}><si><t>{'A' * 32_000}</t></si></sst>"
    row = "".join(f'<c r="{chr(65 + n)}{{0}}" t="s"><v>0</v></c>' for n in range(26))
    data = "".join(f'<row r="{n}">{row.format(n)}</row>' for n in range(1, 2_000))
    source = nasty.packed(nasty.members({"名册": nasty.sheet(data)}, shared=shared))
    with pytest.raises(Unreadable, match="文件过于复杂"):
        read(source, "名册.xlsx")


def test_wall_clock_ends_the_child(monkeypatch):
    monkeypatch.setattr("guanweihui.imports.reader.WALL_SECONDS", 0.0)
    with pytest.raises(Unreadable, match="文件过于复杂"):
        read(nasty.workbook(["姓名"], ["王玥"]), "名册.xlsx")


def test_blank_rows_after_the_data_do_no_harm():
    source = nasty.row_flood('<c r="A{0}" s="1"/>', first='<row r="1">' + nasty.text("A1", "姓名") + "</row>")
    begun = nasty.cpu_seconds()
    book = read(source, "名册.xlsx")
    assert nasty.cpu_seconds() - begun < 3
    assert book.sheets[0].rows == (("姓名",),)


def test_links_that_a_reader_clicks_are_allowed():
    source = nasty.with_part("xl/worksheets/_rels/sheet1.xml.rels", external("hyperlink"))
    assert read(source, "名册.xlsx").sheets[0].rows == (("姓名",), ("王玥",))
