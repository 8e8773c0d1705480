"""The error workbook of a round: the wrong schools alone, in the template's layout, to be loaded again."""

import io
from collections.abc import Sequence

from openpyxl import Workbook, load_workbook

from guanweihui.imports.batch import Plan
from guanweihui.imports.errors import _put
from guanweihui.imports.kinds import PlannedRow
from guanweihui.imports.problems import Problem
from guanweihui.models import Round
from guanweihui.round_trip.layout import CURE, WHAT
from guanweihui.round_trip.loading import RoundTrip, Wanted
from guanweihui.round_trip.template import Line, workbook
from guanweihui.tables import Column

#: Rows that belong to no school of the round stand apart: there is nothing to fill in for them.
STRAY = "认不出的行"
RULE = "只有有错误的行，改正标红的单元格后再上传；请勿增删列"
MORE = (Column(WHAT, "问题", width=40), Column(CURE, "怎样改", width=40))


def errors_workbook(plan: Plan) -> bytes:
    """Write the wrong rows of a planned round-trip workbook, full values: it is the loader's own file."""
    sheet = plan.sheets[0]
    assert isinstance(sheet.loader, RoundTrip)
    wrong = [row for row in sheet.rows if row.verdict == "WRONG"]
    known = [row for row in wrong if row.payload is not None]
    stray = [row for row in wrong if row.payload is None]
    content = _known(sheet.loader.round, known)
    return _with_stray(content, stray) if stray else content


def _known(round_: Round, rows: Sequence[PlannedRow]) -> bytes:
    return workbook(round_, [_line(row, row.payload) for row in rows], more=MORE, rule=RULE)


def _line(row: PlannedRow, wanted: Wanted) -> Line:
    hard = [problem for problem in row.problems if not problem.is_warning]
    spots = {(spot.sheet, spot.row, spot.letter): key for key, spot in wanted.row.spots.items()}
    wrong = {spots.get((one.sheet, one.row, _letter(one))) for one in hard}
    return Line(
        wanted.due,
        wanted.asked,
        wanted.filing,
        version=wanted.version,
        cells=wanted.row.cells,
        notes=wanted.row.notes,
        wrong=frozenset(key for key in wrong if key),
        more=(
            "\n".join(f"{problem.column}：{problem.message}" for problem in hard),
            "\n".join(f"{problem.column}：{problem.cure}" for problem in hard),
        ),
    )


def _letter(problem: Problem) -> str:
    """Return the column letter that a problem's column ends in: "小学班级数（C列）"."""
    return problem.column.rpartition("（")[2].removesuffix("列）")


def _with_stray(content: bytes, rows: Sequence[PlannedRow]) -> bytes:
    book: Workbook = load_workbook(io.BytesIO(content))
    page = book.create_sheet(STRAY, 0 if len(book.worksheets) < 3 else len(book.worksheets) - 1)
    page.append(["工作表", "行号", "学校", "问题", "怎样改"])
    for number, row in enumerate(rows, start=2):
        problem = row.problems[0]
        said = (problem.sheet, str(problem.row), row.label, problem.message, problem.cure)
        for column, words in enumerate(said, start=1):
            _put(page.cell(number, column), words)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
