"""Tables that are stored as they were: a Table as JSON and back, exactly."""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from guanweihui.tables import Cell, Column, Row, Table

#: How a cell that JSON cannot hold is written: its kind, then its text.
_KINDS: Mapping[str, Any] = {
    "decimal": Decimal,
    "datetime": datetime.datetime.fromisoformat,
    "date": datetime.date.fromisoformat,
}


def to_json(table: Table) -> dict[str, Any]:
    """Write a table as JSON; links are left out: the rows behind them may be others tomorrow."""
    return {
        "key": table.key,
        "title": table.title,
        "columns": [_column(column) for column in table.columns],
        "rows": [{"cells": [_cell(cell) for cell in row.cells], "kind": row.kind} for row in table.rows],
        "total": [_cell(cell) for cell in table.total.cells] if table.total else None,
        "reporting_unit": table.reporting_unit,
        "period": table.period,
        "unit_line": table.unit_line,
        "notes": list(table.notes),
        "signatures": list(table.signatures),
        "head": list(table.head) if table.head else None,
    }


def from_json(said: Mapping[str, Any]) -> Table:
    """Read what to_json() wrote."""
    head = said["head"]
    return Table(
        key=said["key"],
        title=said["title"],
        columns=tuple(Column(**{**one, "groups": tuple(one["groups"])}) for one in said["columns"]),
        rows=tuple(Row(_cells(row["cells"]), row["kind"]) for row in said["rows"]),
        total=Row(_cells(said["total"]), "total") if said["total"] is not None else None,
        reporting_unit=said["reporting_unit"],
        period=said["period"],
        unit_line=said["unit_line"],
        notes=tuple(said["notes"]),
        signatures=tuple(said["signatures"]),
        head=(head[0], head[1], head[2]) if head else None,
    )


def _column(column: Column) -> dict[str, Any]:
    names = ("key", "label", "width", "align", "format", "total")
    return {"groups": list(column.groups), **{name: getattr(column, name) for name in names}}


def _cell(cell: Cell) -> Any:
    if isinstance(cell, Decimal):
        return ["decimal", str(cell)]
    if isinstance(cell, datetime.datetime):
        return ["datetime", cell.isoformat()]
    if isinstance(cell, datetime.date):
        return ["date", cell.isoformat()]
    return cell


def _cells(said: list[Any]) -> tuple[Cell, ...]:
    return tuple(_KINDS[cell[0]](cell[1]) if isinstance(cell, list) else cell for cell in said)
