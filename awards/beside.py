"""What stands beside the answers of a nomination on its readers' pages, read by one query."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, DateField, DateTimeField, F, Field, TextField, Value
from django.db.models.functions import Cast

from awards.models import FormField, Nomination, Opinion, PanelMark
from guanweihui.models import Attachment

#: The columns that the four kinds of rows share, and what each is where a kind has none.
COLUMNS: dict[str, type[Field]] = {
    "part": BigIntegerField,
    "key": BigIntegerField,
    "first": TextField,
    "second": TextField,
    "third": TextField,
    "fourth": TextField,
    "day": DateField,
    "moment": DateTimeField,
    "size": BigIntegerField,
}
FIELD, OPINION, MARK, FILE = range(4)


@dataclass(frozen=True)
class Beside:
    """The form's fields in order, opinions from the unit upwards, marks by panellist, files oldest first.

    The rows carry what a page shows and nothing more: they are to be read, never saved.
    """

    fields: tuple[FormField, ...]
    opinions: tuple[Opinion, ...]
    marks: tuple[PanelMark, ...]
    files: tuple[Attachment, ...]


def beside(nomination: Nomination, reader: Any) -> Beside:
    """Read what the reader may see beside a nomination; whoever is not of the district gets no marks."""
    fields = FormField.objects.filter(category=nomination.category_id, form=FormField.Form.DISTRICT)
    opinions = Opinion.objects.visible_to(reader).filter(nomination=nomination)
    marks = PanelMark.objects.visible_to(reader).filter(nomination=nomination)
    files = Attachment.objects.openable_by(reader).of_filing(nomination)
    lines = _lines(
        fields, FIELD, first="key", second="label", third="format", fourth="section", size="position"
    ).union(
        _lines(
            opinions,
            OPINION,
            first="level",
            second="verdict",
            third="text",
            fourth="signed_by",
            day="signed_on",
            moment="given_at",
        ),
        _lines(marks, MARK, first="panellist", second=Cast("points", TextField()), third="note"),
        _lines(files, FILE, first="field", second="original_name", third="content_type", size="size"),
        all=True,
    )
    found: dict[int, list[Any]] = {FIELD: [], OPINION: [], MARK: [], FILE: []}
    for part, *cells in lines:
        found[part].append(_row(part, *cells))
    found[FIELD].sort(key=lambda one: (one.section, one.position, one.pk))
    found[OPINION].sort(key=lambda one: one.level)
    found[MARK].sort(key=lambda one: (one.panellist, one.pk))
    found[FILE].sort(key=lambda one: one.pk)
    return Beside(*(tuple(found[part]) for part in (FIELD, OPINION, MARK, FILE)))


def _lines(rows: Any, part: int, **given: Any) -> Any:
    """Give rows as lines of the union; a bare NULL has no type in PostgreSQL, so the empty ones are cast."""
    given |= {"part": Cast(Value(part), BigIntegerField()), "key": "pk"}
    shaped = {
        f"line_{name}": F(column)
        if isinstance(column := given.get(name), str)
        else Cast(Value(None), field())
        if column is None
        else column
        for name, field in COLUMNS.items()
    }
    return rows.order_by().annotate(**shaped).values_list(*shaped)


def _row(part: int, key: int, *cells: Any) -> FormField | Opinion | PanelMark | Attachment:
    first, second, third, fourth, day, moment, size = cells
    if part == FIELD:
        return FormField(pk=key, key=first, label=second, format=third, section=fourth, position=size)
    if part == OPINION:
        words = {"level": first, "verdict": second, "text": third, "signed_by": fourth}
        return Opinion(pk=key, **words, signed_on=day, given_at=moment)
    if part == MARK:
        points = Decimal(second).quantize(Decimal("0.1")) if second is not None else None
        return PanelMark(pk=key, panellist=first, points=points, note=third)
    return Attachment(pk=key, field=first, original_name=second, content_type=third, size=size)


def keys_of(fields: Iterable[FormField], format_: str) -> frozenset[str]:
    """Return the keys of the fields of one format."""
    return frozenset(one.key for one in fields if one.format == format_)
