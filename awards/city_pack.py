"""The files that go to the city for one cycle: a form a nominee, and the summary of them all, in one zip."""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from awards.models import CityRecommendation, FormField
from awards.workflow.city import ask, name_of
from guanweihui.documents import xlsx
from guanweihui.documents.city_sheet import CitySheet, city_sheet
from guanweihui.questionnaire import Asked, clean, covered, judge, written
from guanweihui.tables import Column, Imprint, Row, Table
from guanweihui.text import parse_date

SUMMARY = "市级推荐汇总表"
BOXES = ("区教育关工委意见", "区教工委意见", "市级意见")
#: No file system takes these, and no name begins or ends with a dot or a blank.
UNSAFE = re.compile(r"[\\/:*?\"<>|\x00-\x1f\x7f]+")
LONGEST_PART = 40
#: The same files make the same zip, whenever they are packed.
PACKED_AT = (1980, 1, 1, 0, 0, 0)
COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("category", "奖项", width=26),
    Column("position", "推荐顺序", width=8, format="int", align="center"),
    Column("name", "推荐对象", width=12),
    Column("unit", "单位全称", width=34),
    Column("duty", "职务", width=16),
    Column("doc_number", "区级表彰文号", width=22, align="center"),
    Column("certificate_no", "区级证书编号", width=20, align="center"),
    Column("file", "推荐表文件", width=40),
)

Fields = dict[int, list[FormField]]


def safe(words: str) -> str:
    """Make a part of a file name of words: one line, nothing that a file system or a zip reads otherwise."""
    return UNSAFE.sub("", "".join(words.split())).strip(". ")[:LONGEST_PART] or "未命名"


def file_names(rows: Sequence[CityRecommendation]) -> list[str]:
    """Name the form of each row: number of the award, award, number within it, who; fixed by the order."""
    names, categories, places = [], dict[int, int](), dict[int, int]()
    for row in rows:
        award = categories.setdefault(row.category_id, len(categories) + 1)
        place = places[row.category_id] = places.get(row.category_id, 0) + 1
        unit, person = row.honour.unit.short_name, row.honour.printed_name
        who = f"{safe(unit)}-{safe(person)}" if person else safe(unit)
        names.append(f"{award:02}-{safe(row.category.name)}-{place:02}-{who}-推荐表.pdf")
    return names


def fields_by_category(rows: Iterable[CityRecommendation], actor: Any) -> Fields:
    """Read what the city asks of every category among the rows, in one query."""
    keys = {row.category_id for row in rows}
    found: Fields = {key: [] for key in keys}
    fields = FormField.objects.visible_to(actor).filter(category__in=keys, form=FormField.Form.CITY)
    for one in fields.in_order():
        found[one.category_id].append(one)
    return found


def unready(rows: Sequence[CityRecommendation], fields: Fields) -> list[str]:
    """Return who is to be recommended and has a form that is not complete yet."""
    return [
        name_of(row)
        for row in rows
        if row.status == CityRecommendation.Status.CHOSEN
        and judge(ask(row, fields[row.category_id]), row.typed)[1]
    ]


def sheet_of(row: CityRecommendation, asked: Asked) -> CitySheet:
    """Write one form out; a telephone leaves the house masked: the city has the office's own."""
    answers, _ = clean(asked.questionnaire, row.typed)
    facts = [("推荐对象", name_of(row)), ("奖项", row.category.name)]
    if row.honour.printed_name:
        facts.append(("单位全称", row.honour.printed_unit))
    facts += [("区级表彰文号", row.honour.decision.doc_number), ("区级证书编号", row.honour.certificate_no)]
    texts = []
    for item in asked.questionnaire.items():
        words = covered(item, written(answers[item.key]))
        if item.format == "month" and words:
            words = parse_date(words).cn()
        (texts if item.format == "long" else facts).append((item.label, words))
    return CitySheet(
        title=f"{row.category.name}推荐表",
        unit=row.cycle.district.committee_name,
        facts=facts,
        texts=texts,
        boxes=BOXES,
        note=row.cycle.name,
    )


def summary(rows: Sequence[CityRecommendation], *, reporting_unit: str = "", period: str = "") -> Table:
    """One row a recommendation, in the order of the files, under the names of the time."""
    lines = tuple(
        Row(
            (
                number,
                row.category.name,
                row.position,
                name_of(row),
                row.honour.printed_unit,
                row.honour.printed_duty,
                row.honour.decision.doc_number,
                row.honour.certificate_no,
                name,
            )
        )
        for number, (row, name) in enumerate(zip(rows, file_names(rows), strict=True), start=1)
    )
    return Table("city", SUMMARY, COLUMNS, lines, reporting_unit=reporting_unit, period=period)


def files_of(
    rows: Sequence[CityRecommendation],
    fields: Fields,
    imprint: Imprint,
    progress: Callable[[int], None] = lambda done: None,
) -> list[tuple[str, bytes]]:
    """Make every file of the pack, the summary first; the rows are of one cycle and in order."""
    cycle = rows[0].cycle
    table = summary(rows, reporting_unit=cycle.district.committee_name, period=cycle.name)
    found = [(f"{SUMMARY}.xlsx", xlsx.workbook([table], imprint))]
    for done, (row, name) in enumerate(zip(rows, file_names(rows), strict=True), start=1):
        sheet = sheet_of(row, ask(row, fields[row.category_id]))
        found.append((name, city_sheet(sheet, by=cycle.district.committee_name)))
        progress(done)
    return found


def zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Put files into one zip in their order."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, data in files:
            entry = zipfile.ZipInfo(name, PACKED_AT)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            pack.writestr(entry, data)
    return content.getvalue()
