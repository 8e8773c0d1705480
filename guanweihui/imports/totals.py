"""Compare the totals that a sheet keeps with its rows."""

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from guanweihui.imports.heads import IS_FORMULA, TOTAL, SheetRow, TableRows, plain_label


@dataclass(frozen=True, slots=True)
class TotalProblem:
    """A total that does not agree, or (`counted` is None) that cannot be checked.

    `short` is the message without its place.
    """

    row: int
    label: str
    stored: Any
    counted: float | None
    message: str
    short: str


def totals_agree(table: TableRows, columns: Collection[str]) -> list[TotalProblem]:
    """Compare the stored totals of the columns with their rows; an empty list means that all agree.

    小计 stands for the rows since the total before it, the others for these or for all rows. Where a
    column holds text only, its total is the number of its filled cells. A formula without a stored value
    cannot be checked.
    """
    problems = []
    before = 0
    for total in table.totals:
        name = _name_of(total)
        block = [row for row in table.rows if before < row.number < total.number]
        before = total.number
        for label in columns:
            if label not in table.columns:
                continue
            stored = total.cells.get(label)
            where = f"第 {total.number} 行“{name}”的“{label}”（{table.letter(label)}{total.number}）"
            fault = total.faults.get(label, IS_FORMULA)
            if fault != IS_FORMULA:
                message = f"{where}{fault}，无法核对。"
                problems.append(
                    TotalProblem(total.number, label, stored, None, message, f"{name}{fault}，未能核对")
                )
                continue
            if (written := as_number(stored)) is None:
                continue
            sums = [_sum(block, label)] if name == "小计" else [_sum(table.rows, label), _sum(block, label)]
            if not any(math.isclose(written, one, abs_tol=1e-6) for one in sums):
                message = f"{where}写的是 {_shown(written)}，各行相加是 {_shown(sums[0])}，请核对。"
                short = f"{name}与各行相加的 {_shown(sums[0])} 不符"
                problems.append(TotalProblem(total.number, label, stored, sums[0], message, short))
    return problems


def _name_of(total: SheetRow) -> str:
    for value in total.cells.values():
        if isinstance(value, str) and (found := TOTAL.fullmatch(plain_label(value))):
            return found[1]
    return "合计"


def as_number(value: Any) -> float | None:
    """Return a number, also one typed as text ("1,616"); None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    text = plain_label(value).replace(",", "")
    return float(text) if re.fullmatch(r"-?\d{1,15}(\.\d{1,6})?", text) else None


def _sum(rows: Sequence[SheetRow], label: str) -> float:
    values = [value for row in rows if (value := row.cells.get(label)) is not None]
    numbers = [number for value in values if (number := as_number(value)) is not None]
    if values and not numbers:
        return len(values)
    return math.fsum(numbers) if any(isinstance(one, float) for one in numbers) else sum(numbers)


def _shown(number: float) -> str:
    return f"{number:,}" if isinstance(number, int) or not number.is_integer() else f"{int(number):,}"
