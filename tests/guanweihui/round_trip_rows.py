"""Workbooks of a round as people send them back: taken from the portal, edited cell by cell."""

import io

import openpyxl
from django.utils import timezone

from guanweihui import filing_kinds
from guanweihui.imports import batch as batches
from guanweihui.imports.batch import Plan
from guanweihui.imports.reader import read
from guanweihui.models import Due, ImportBatch, Round
from guanweihui.round_trip.layout import CODE, INFO
from guanweihui.round_trip.template import lines_of, workbook
from guanweihui.scope import reach_of


def template(round_: Round, *schools) -> bytes:
    """Return the round's workbook for these schools, or for every one."""
    dues = Due.objects.of_round(round_).for_list()
    if schools:
        dues = dues.filter(school__in=schools)
    return workbook(round_, lines_of(filing_kinds.get(round_.kind), dues))


def opened(content: bytes):
    return openpyxl.load_workbook(io.BytesIO(content))


def saved(book) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def cell(book, code: str, key: str):
    """Return the cell of a school and an item (or `reasons:<table>`), on whatever sheet it stands."""
    for sheet in book.worksheets:
        rows = list(sheet.iter_rows())
        head = next((row for row in rows if row[0].value == CODE), None)
        place = next((one.column for one in head or () if one.value == key), None)
        if place is not None:
            row = next(row[0].row for row in rows if row[0].value == code)
            return sheet.cell(row, place)
    raise AssertionError(f"no column {key}")


def edited(content: bytes, cells: dict) -> bytes:
    """Fill cells in: {(school, key): value}."""
    book = opened(content)
    for (school, key), value in cells.items():
        cell(book, school.code, key).value = value
    return saved(book)


def filled(school, **cells):
    """The cells of a good row: GOOD as a clerk types it, with what the test changes."""
    good = {"classes": 3, "students": 90, "head": "李明", "phone": "19900005678", **cells}
    return {(school, key): value for key, value in good.items()}


def last_year(book, code: str, key: str):
    """Return the grey cell below a school's own."""
    own = cell(book, code, key)
    return own.parent.cell(own.row + 1, own.column)


def info(book) -> list[tuple]:
    return [tuple(row) for row in book[INFO].iter_rows(values_only=True)]


def preview(content: bytes, *, by, at=None, name="填报表.xlsx", **bounds) -> tuple[Plan, ImportBatch]:
    reach = reach_of(by)
    at = at or timezone.now()
    return batches.preview(content, name, by=by, at=at, district=reach.home, roles=reach.roles, **bounds)


def load(content: bytes, *, by, valid_rows=False, **bounds) -> tuple[Plan, ImportBatch]:
    """Upload and confirm."""
    plan, batch = preview(content, by=by, **bounds)
    return plan, batches.confirm(batch, by=by, at=timezone.now(), valid_rows=valid_rows)


def judged(workbook_: bytes, context) -> Plan:
    return batches.make_plan(read(workbook_, "填报表.xlsx"), context)


def verdicts(plan: Plan) -> dict[str, str]:
    return {row.label: row.verdict for row in plan.rows("NEW", "CHANGED", "UNCHANGED", "WRONG")}


def faults(plan: Plan, *, warnings=False) -> list[str]:
    return [
        f"{one.column} {one.value}：{one.message}｜{one.cure}" for one in plan.problems(warnings=warnings)
    ]


def make_workbook_world(round_: Round, *, by) -> dict[str, object]:
    """Return a round that asks a questionnaire, and a workbook that was loaded into it and has gone since."""
    now = timezone.now()
    batch = ImportBatch.objects.create(
        district=round_.district,
        round=round_,
        kinds="报送任务填报表",
        filename="填报表.xlsx",
        digest="0",
        state=ImportBatch.State.CONFIRMED,
        confirmed_at=now,
        created_at=now,
        created_by=by,
    )
    return {"workbook_round": round_, "workbook": batch}
