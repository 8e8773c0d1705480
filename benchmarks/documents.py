"""Time the documents: the year's statistics as workbook and PDF, certificates, a roster, an official text.

Each runs in one fresh process on the demo district. "Cold" holds what the first of a process pays, the
import of WeasyPrint and the fonts; "warm" is the median of what follows.
"""

import argparse
import datetime
import time
from collections.abc import Callable
from typing import Any

import build
import ground

WARM = 5
CYCLE, ALL_YEARS, ROSTER, CARDS = 154, 645, 100, 30
#: Seconds that each may take warm.
REACH = {
    "figures as JSON": None,
    "statistics, tables only": None,
    "statistics workbook": 2.0,
    "statistics PDF": None,
    "one certificate": 0.3,
    f"{CYCLE} certificates": 10.0,
    f"{ALL_YEARS} certificates": 30.0,
    f"{CARDS} volunteer cards": 2.0,
    f"roster of {ROSTER} rows": 1.5,
    "official text of 7 pages": 0.5,
}


def make() -> dict[str, Any]:
    """Make each document a few times: {name: cold, warm, queries, KB}."""
    works = {**statistics(), **certificates(), **cards(), **rosters()}
    return {
        name: timed(work, times) | {"mb": ground.peak_mb("self")} for name, (work, times) in works.items()
    }


def timed(work: Callable[[], bytes], times: int) -> dict[str, Any]:
    """Do the work once and then `times` times more."""
    with ground.queries() as seen, ground.Measure() as cold:
        content = work()
    count = len(seen)
    seconds, cpu = [], []
    for _ in range(times):
        began, used = time.perf_counter(), time.process_time()
        work()
        seconds.append(time.perf_counter() - began)
        cpu.append(time.process_time() - used)
    warm, busy = (ground.median(seconds), ground.median(cpu)) if times else (cold.seconds, cold.cpu)
    return {"cold": cold.seconds, "warm": warm, "cpu": busy, "queries": count, "size": len(content)}


Work = tuple[Callable[[], bytes], int]


def statistics() -> dict[str, Work]:
    import json

    from guanweihui import catalogue
    from guanweihui.documents import pdf, xlsx
    from guanweihui.figures import Period
    from guanweihui.models import District
    from guanweihui.scope import System
    from guanweihui.statistics import as_json

    actor, period = System(District.objects.get()), Period.of(2018)
    report = catalogue.get("statistics")

    def tables() -> bytes:
        return repr(report.build(actor, period)).encode()

    def workbook() -> bytes:
        return xlsx.workbook(report.build(actor, period).tables, imprint())

    def as_pdf() -> bytes:
        paper = report.build(actor, period)
        return pdf.tables(paper.tables, imprint(), charts=paper.charts)

    return {
        "figures as JSON": (lambda: json.dumps(as_json(actor, period)).encode(), WARM),
        "statistics, tables only": (tables, WARM),
        "statistics workbook": (workbook, WARM),
        "statistics PDF": (as_pdf, 2),
    }


def imprint() -> Any:
    from django.utils import timezone

    from guanweihui.tables import Imprint

    return Imprint(timezone.localtime(), "刘志强", "R000001")


def certificates() -> dict[str, Work]:
    from awards.models import Honour
    from guanweihui.documents import pdf

    honours = list(Honour.objects.for_list())

    def certificate(honour: Any) -> pdf.Certificate:
        return pdf.Certificate(
            name=honour.printed_name or honour.printed_unit,
            honorific="同志" if honour.printed_name else "",
            text="在2017—2018年度关心下一代工作中成绩突出，被评为",
            award=honour.category.name,
            organ="示例区教育系统关心下一代工作委员会",
            awarded_on=honour.decision.decided_on,
            number=honour.certificate_no,
            check_url=f"https://example.invalid/v/{honour.pk}",
        )

    sheets = [certificate(honour) for honour in honours]
    many = (sheets * (ALL_YEARS // len(sheets) + 1))[:ALL_YEARS]
    return {
        "one certificate": (lambda: pdf.certificates(sheets[-1:]), WARM),
        f"{CYCLE} certificates": (lambda: pdf.certificates(sheets[:CYCLE]), 1),
        f"{ALL_YEARS} certificates": (lambda: pdf.certificates(many), 0),
    }


def cards() -> dict[str, Work]:
    from guanweihui.documents import cards as document

    def face(number: int) -> document.CardFace:
        return document.CardFace(
            organ="示例区教育系统关心下一代工作委员会",
            name="王建国李秀英陈玉兰"[number % 7 :][:3],
            unit=f"示例区第{number}实验小学",
            team="读书辅导队、法治宣传队",
            number=f"GGW2018{number:05}",
            check_url=f"https://example.invalid/v/{number:032}",
            issued="2018-09-01",
            photo=photo(number),
            years=tuple((year, year == 2018) for year in range(2018, 2023)),
        )

    faces = [face(number) for number in range(CARDS)]
    return {f"{CARDS} volunteer cards": (lambda: document.sheets(faces), WARM)}


def photo(number: int) -> str:
    """Make a photograph of its own colours, in the size that the portal keeps."""
    import base64
    import io

    from PIL import Image

    content = io.BytesIO()
    noise = Image.effect_noise((413, 579), 40 + number)
    Image.merge("RGB", (noise, noise, noise)).save(content, "JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(content.getvalue()).decode()}"


def rosters() -> dict[str, Work]:
    from export import register

    from guanweihui.documents import pdf
    from guanweihui.documents.official import OfficialDocument, Paragraph
    from guanweihui.tables import Row, Table

    whole = register()
    chosen = (0, 2, 3, 4, 6, 7, 10, 12, 13, 16, 17, 18)
    rows = tuple(Row(tuple(row.cells[place] for place in chosen)) for row in whole.rows[:ROSTER])
    roster = Table("roster", "离退休教师名册", tuple(whole.columns[place] for place in chosen), rows)
    sentence = "各单位要高度重视，加强领导，广泛宣传，认真组织好本次活动，按时报送有关材料。"
    text = OfficialDocument(
        organ_mark="示例区教育系统关心下一代工作委员会文件",
        number="示例教关〔2018〕12号",
        title="关于开展主题读书活动的通知",
        addressee="各单位：",
        body=tuple(Paragraph(sentence * 6) for _ in range(14)),
        signed_by="示例区教育系统关心下一代工作委员会",
        signed_on=datetime.date(2018, 12, 20),
    )
    return {
        f"roster of {ROSTER} rows": (lambda: pdf.tables([roster], imprint()), 3),
        "official text of 7 pages": (lambda: pdf.official(text), 3),
    }


PARTS = {"make": make}


def benchmark(asked: argparse.Namespace) -> None:
    for engine in ground.ENGINES[asked.database]:
        with ground.ground(engine) as place:
            name = build.district(place, "district")
            place.settle(name)
            ground.note(f"{engine}: documents")
            tell(engine, place.run("make", name))


def tell(engine: str, found: dict[str, Any]) -> None:
    lines = [
        (
            name,
            f"{one['cold']:.2f}",
            f"{one['warm']:.2f}",
            f"{one['cpu']:.2f}",
            REACH[name] or "—",
            one["queries"],
            f"{one['size'] / 1000:.0f}",
            f"{one['mb']:.0f}",
        )
        for name, one in found.items()
    ]
    ground.table(
        (
            f"{engine}: document",
            "cold, s",
            "warm, s",
            "on the processor",
            "reach",
            "queries",
            "KB",
            "peak MB",
        ),
        lines,
    )


if __name__ == "__main__":
    ground.main(PARTS, benchmark, __doc__)
