"""Time the workbook of a round: the template of every school of the district, and all of its rows back.

The rows are filled in outside the clock. They come back as the office's: judged for the preview, then filed
on behalf school by school, each with its steps, its version and its line in the trail.
"""

import argparse
import datetime
import io
from typing import Any

import ground

SCHOOLS, SUMMARY = "01-学校名录.xlsx", "03-主题读书活动报名汇总.xlsx"


def out_and_back() -> dict[str, Any]:
    """Make the template, fill it in, preview it, confirm it; each with its seconds and queries."""
    from django.utils import timezone

    from guanweihui import filing_kinds
    from guanweihui.imports import batch as batches
    from guanweihui.imports.kinds import Context
    from guanweihui.imports.reader import read
    from guanweihui.models import Due
    from guanweihui.round_trip.template import lines_of, workbook
    from guanweihui.scope import System

    round_ = make_round()
    dues = Due.objects.of_round(round_).for_list()
    with ground.queries() as asked, ground.Measure() as template:
        content = workbook(round_, lines_of(filing_kinds.get(round_.kind), dues))
    filled = fill(content)
    context = Context(by=System(round_.district), at=timezone.now(), district=round_.district)
    with ground.queries() as looked, ground.Measure() as preview:
        plan = batches.make_plan(read(filled, "填报表.xlsx"), context)
    with ground.queries() as wrote, ground.Measure() as confirm:
        batches.load(read(filled, "填报表.xlsx"), context)
    return {
        "schools": dues.count(),
        "counts": plan.counts(),
        "template": template.result(queries=len(asked)),
        "preview": preview.result(queries=len(looked)),
        "confirm": confirm.result(queries=len(wrote)),
    }


def make_round() -> Any:
    """Open a campaign's round for every school of the district, a year after the one of the summary."""
    from django.utils import timezone

    from activities.models import Campaign
    from guanweihui.models import District, Due, Round, School

    district, now = District.objects.get(), timezone.now()
    round_ = Round.objects.create(
        district=district,
        kind=Round.Kind.ENROLMENT,
        title="读书活动报名",
        year=2019,
        opens_at=now - datetime.timedelta(days=7),
        deadline_at=now + datetime.timedelta(days=7),
        state=Round.State.OPEN,
    )
    Campaign.objects.create(district=district, year=2019, theme="示例主题", round=round_)
    Due.objects.bulk_create(Due(round=round_, school=school) for school in School.objects.in_order())
    return round_


def fill(content: bytes) -> bytes:
    """Fill every school's row in: 5 classes and 150 students in each segment, 3 coaches, a head."""
    from openpyxl import load_workbook

    from guanweihui.round_trip.layout import CODE, NOT_ASKED

    said = {"coaches": 3, "head_name": "李明"}
    book = load_workbook(io.BytesIO(content))
    for sheet in book.worksheets:
        rows = list(sheet.iter_rows())
        head = next((row for row in rows if row[0].value == CODE), None)
        for row in rows[head[0].row :] if head else ():
            for key, cell in zip((one.value for one in head), row, strict=True):
                usual = said.get(key, {"classes": 5, "students": 150}.get(str(key).partition("_")[0]))
                is_open = cell.data_type != "f" and cell.value != NOT_ASKED
                if row[0].value and usual is not None and is_open:
                    cell.value = usual
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def benchmark(arguments: argparse.Namespace) -> None:
    rows = []
    for engine in ground.ENGINES[arguments.database]:
        with ground.ground(engine) as place:
            name = place.create("schools")
            place.manage(name, "load", str(ground.DEMO / SCHOOLS), str(ground.DEMO / SUMMARY))
            place.settle(name)
            found = place.run("out_and_back", name)
            assert found["counts"].get("WRONG", 0) == 0, found["counts"]
            for part in ("template", "preview", "confirm"):
                one = found[part]
                rows.append(
                    (
                        f"{engine}: {part}",
                        found["schools"],
                        f"{one['seconds']:.2f}",
                        f"{one['cpu']:.2f}",
                        f"{one['mb']:.0f}",
                        one["queries"],
                    )
                )
    head = ("workbook of a round", "schools", "seconds", "on the processor", "peak MB", "queries")
    ground.table(head, rows)


if __name__ == "__main__":
    ground.main({"out_and_back": out_and_back}, benchmark, __doc__)
