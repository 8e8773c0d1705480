"""Columns of an import: mapping, cleaning and diff by django-import-export's fields and widgets.

A loader declares a `RowResource`; a `Cleaner` gives each row's values and problems. The library's own
upload, row loop and saving are not used: our reader and bulk writers stand in their place.
"""

import datetime
import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from django.db import models
from import_export import fields, resources, widgets

from guanweihui import crypto, text
from guanweihui.imports.heads import ERROR_FAULT
from guanweihui.imports.problems import CURE, Problem
from guanweihui.imports.reader import Sheet, SheetRow, TableRows

#: Cells of a column that are remembered with their verdict: words and dates repeat, ID numbers do not.
REMEMBERED = 3000
#: Fields that follow from other rows, label → attnames: nobody edits them, so undo does not look at them.
DERIVED: dict[str, frozenset[str]] = {}


class CellError(ValueError):
    """A cell that cannot be taken: the sentence why, and the cure."""

    def __init__(self, message: str, cure: str = CURE) -> None:
        super().__init__(message)
        self.cure = cure


FORMULA = CellError("单元格是公式", "请直接填写内容（可复制后“选择性粘贴—数值”），再重新导入。")
BROKEN = CellError("公式出错，没有得出结果", "请直接填写内容，再重新导入。")


class Column(fields.Field):
    """A column of a workbook.

    `required` refuses an empty cell, `mask` hides the value in messages. A formula is taken for its stored
    value where that is a number, and always where the column is `computed`; elsewhere it is refused.
    """

    def __init__(
        self,
        attribute: str,
        label: str,
        widget: widgets.Widget,
        *,
        required: bool = False,
        mask: Callable[[str], str] | None = None,
        computed: bool = False,
    ) -> None:
        super().__init__(attribute=attribute, column_name=label, widget=widget, default=None)
        self.required = required
        self.mask = mask
        self.computed = computed

    def shown(self, value: Any) -> str:
        written = written_as(value)
        return self.mask(written) if self.mask and written else written


def written_as(value: Any) -> str:
    """Write a cell's value as a clerk sees it."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return str(value)


class TextWidget(widgets.Widget):
    """Text as typed: spaces at the ends off, invisible characters refused."""

    def __init__(self, *, longest: int = 200) -> None:
        super().__init__()
        self.longest = longest

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str | None:
        if value is None:
            return None
        # Line breaks at the ends are an accident of Alt+Enter; inside they are refused with their place.
        cleaned = text.check_text(written_as(value).strip()).strip()
        if len(cleaned) > self.longest:
            raise CellError(f"文字有 {len(cleaned)} 个字，超过 {self.longest} 个字", "请缩短后重新导入。")
        return cleaned or None


class NumberWidget(TextWidget):
    """A code or staff number: one word, in capitals and plain digits."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str | None:
        cleaned = super().clean(value, row, **kwargs)
        return text.fold_width(cleaned).replace(" ", "").upper() if cleaned else None


class NameWidget(widgets.Widget):
    """A person's name."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str | None:
        written = written_as(value).strip()
        return text.clean_name(written) if written else None


class DictionaryWidget(widgets.Widget):
    """One of a fixed list of words. `words` maps what is written to what is stored."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        super().__init__()
        self.words = words

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        written = written_as(value).strip()
        if not written:
            return None
        if written not in self.words:
            raise CellError("不在可选范围内", f"只能填：{'、'.join(self.words)}。")
        return self.words[written]


class CountWidget(widgets.Widget):
    """A whole number, not negative, at most a million."""

    LARGEST = 1_000_000

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int | None:
        if value in (None, ""):
            return None
        try:
            number = float(text.fold_width(str(value)).replace(",", "").strip())
        except ValueError:
            raise CellError("不是数字", "请只填数字，例如 12。") from None
        if not number.is_integer() or number < 0:
            raise CellError("应是 0 或正整数", "请填写整数，例如 12。")
        if number > self.LARGEST:
            raise CellError(f"数值超过 {self.LARGEST:,}", "请核对后重新填写。")
        return int(number)


class DateWidget(widgets.Widget):
    """A date in any spelling, with its precision."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> text.PartialDate | None:
        return text.parse_date(value) if value not in (None, "") else None


class PhoneWidget(widgets.Widget):
    """A telephone number."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str | None:
        return text.parse_phone(value) if value not in (None, "") else None


class IdNumberWidget(widgets.Widget):
    """A resident ID number with what it says."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> text.IdNumber | None:
        return text.parse_id_number(value) if value not in (None, "") else None


class RowResource(resources.Resource):
    """The columns of one kind of row."""

    @classmethod
    def columns(cls) -> dict[str, Column]:
        """Return label → column, in declared order."""
        return {column.column_name: column for column in cls.fields.values()}


class Cleaner:
    """Cleans the cells of one sheet's rows by the resource's columns that its head has."""

    def __init__(
        self,
        resource: type[RowResource],
        sheet: Sheet,
        table: TableRows,
        own: Mapping[str, widgets.Widget] | None = None,
    ) -> None:
        """Take the resource's columns; `own` widgets stand in for those that know no district's words."""
        self.sheet = sheet
        self.columns: list[tuple[str, Column, widgets.Widget, str, dict[Any, Any]]] = [
            (name, column, (own or {}).get(name, column.widget), column.column_name, {})
            for name, column in resource.fields.items()
            if column.column_name in table.columns
        ]

    def clean(self, row: SheetRow) -> tuple[dict[str, Any], list[Problem]]:
        """Return {attribute: cleaned value or None when blank} and the problems of the cells.

        A cell with a problem has no value; neither has a column that the sheet lacks.
        """
        values: dict[str, Any] = {}
        problems: list[Problem] = []
        cells = row.cells
        for name, column, widget, label, remembered in self.columns:
            typed = cells.get(label)
            verdict = remembered.get(typed)
            if verdict is None:
                verdict = _judge(column, widget, typed)
                if len(remembered) < REMEMBERED:
                    remembered[typed] = verdict
            if label in row.faults:
                verdict = _of_formula(row.faults[label], column, widget, typed) or verdict
            if isinstance(verdict, CellError):
                shown = column.shown(typed)
                problems.append(
                    Problem(self.sheet.name, row.number, label, shown, str(verdict), verdict.cure)
                )
            else:
                values[name] = verdict[0]
        return values, problems


def _of_formula(fault: str, column: Column, widget: widgets.Widget, typed: Any) -> CellError | None:
    """Return why the cell of a formula is refused; None when its stored value may stand."""
    if fault == ERROR_FAULT:
        return BROKEN
    is_number = isinstance(widget, CountWidget) and isinstance(typed, int | float)
    return None if column.computed or is_number else FORMULA


def _judge(column: Column, widget: widgets.Widget, typed: Any) -> Any:
    """Return the value in a tuple of one, or the CellError."""
    try:
        value = widget.clean(typed)
    except CellError as error:
        return error
    except ValueError as error:
        # The readers of guanweihui.text say fault and cure in one sentence.
        message, please, cure = str(error).partition("，请")
        return CellError(message, f"请{cure}。") if please else CellError(message)
    if value is None and column.required:
        return CellError("没有填写", "请补填后重新导入。")
    return (value,)


def precision(value: text.PartialDate | None) -> str:
    """Return the stored word for how much of a date is known; the words are those of models.org.Precision."""
    return value.precision if value else ""


def snapshot(row: models.Model) -> str:
    """Write every stored value of a row as JSON text, for undo and for telling later edits."""
    return json.dumps(_stored(row), default=_plain, ensure_ascii=False, sort_keys=True)


def _stored(row: models.Model) -> dict[str, Any]:
    own = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return own | _linked(row)


def _linked(row: models.Model) -> dict[str, list[int]]:
    """Return the keys that a row's links to many lead to, by field; a query a field."""
    return {
        field.name: sorted(one.pk for one in getattr(row, field.name).all())
        for field in row._meta.many_to_many
    }


def _plain(value: Any) -> str:
    # One moment has one writing, whatever zone it came in: what was written is compared with what is read.
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat()
    return str(value)


@cache
def _own_names(model: type[models.Model]) -> tuple[str, ...]:
    derived = DERIVED.get(model._meta.label, frozenset())
    return tuple(field.attname for field in model._meta.concrete_fields if field.attname not in derived)


def digest_of(row: models.Model) -> str:
    """Return a keyed digest of the row's stored values; a plain one would give away ID numbers.

    Derived fields stay out: a link that a later load sets is no edit.
    """
    said = row.__dict__
    values = [
        value if (value := said[name]).__class__ is str else _plain(value) for name in _own_names(type(row))
    ]
    if row._meta.many_to_many:
        values.append(_plain(_linked(row)))
    return crypto.blind_index("\0".join(values), kind="row")
