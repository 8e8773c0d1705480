"""A category's form fields as a questionnaire: wizard, print, remarks and versions all go by their keys."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence

from awards.models import Category, FormField, Nomination
from awards.sources import known_of, prefilled
from guanweihui.questionnaire import (
    Answers,
    Asked,
    BaseTable,
    Check,
    Fault,
    Item,
    Line,
    Questionnaire,
)
from guanweihui.tables import Column

CONTENT = (Column("content", "内容", width=40),)
#: The unit's opinion: that of its Party organisation, sealed on the paper whose scan is attached.
OPINION, SIGNED_BY, SIGNED_ON = "unit_opinion", "unit_signed_by", "unit_signed_on"
USUAL_OPINION = "情况属实，同意推荐。"
UNIT_OPINION = BaseTable(
    "opinion",
    "单位意见",
    CONTENT,
    (
        Line("意见", (Item(OPINION, "单位意见", "long", required=True, longest=300),)),
        Line("签署人", (Item(SIGNED_BY, "签署人（党组织负责人）", "text", required=True),)),
        Line("签署日期", (Item(SIGNED_ON, "签署日期", "month", required=True),)),
    ),
)


def sheet_of(category: Category, fields: Iterable[FormField], form: str) -> Questionnaire:
    """Return what a category asks on one of its forms: facts, deeds, and for the district the unit's opinion.

    Materials are files and no part of it. `fields` are those of the form, in order.
    """
    fields = list(fields)
    tables = [
        table
        for key, section in (("facts", FormField.Section.FACTS), ("deeds", FormField.Section.DEEDS))
        if (table := _table(key, section.label, [one for one in fields if one.section == section])).lines
    ]
    if form == FormField.Form.DISTRICT:
        tables.append(UNIT_OPINION)
    return Questionnaire(
        name="nomination",
        title=f"{category.name}推荐审批表",
        edition=1,
        tables=tuple(tables),
        checks=(*(_long_enough(one) for one in fields if one.least), _signed_on_a_day),
    )


def _table(key: str, title: str, fields: Sequence[FormField]) -> BaseTable:
    return BaseTable(key, title, CONTENT, tuple(Line(one.label, (item_of(one),)) for one in fields))


def item_of(field: FormField) -> Item:
    return Item(
        field.key,
        field.label,
        field.format,  # type: ignore[arg-type]  # the model's choices are formats of items
        required=field.is_required,
        choices=tuple(field.choices),
        longest=field.longest,
        help=field.help,
    )


def _long_enough(field: FormField) -> Check:
    def check(answers: Answers) -> Iterator[Fault]:
        said = answers.get(field.key)
        if isinstance(said, str) and len(said) < field.least:
            short = field.least - len(said)
            words = f"“{field.label}”有 {len(said)} 字，至少 {field.least} 字，还差 {short} 字。"
            yield Fault(field.key, words)

    return check


def _signed_on_a_day(answers: Answers) -> Iterator[Fault]:
    said = answers.get(SIGNED_ON)
    if isinstance(said, str) and len(said) < len("2020-03-02"):
        yield Fault(SIGNED_ON, f"“签署日期”填了“{said}”，请填到日，例如 2020年3月2日。")


def part_of(asked: Asked, key: str) -> Asked | None:
    """Return the part of a form that one page of it asks, by the key of its table; None for no such part."""
    table = next((one for one in asked.questionnaire.tables if one.key == key), None)
    if table is None:
        return None
    known = {item.key: asked.known[item.key] for item in table.items() if item.key in asked.known}
    sheet = dataclasses.replace(asked.questionnaire, tables=(table,))
    return dataclasses.replace(asked, questionnaire=sheet, known=known)


def fields_of(nomination: Nomination) -> list[FormField]:
    """Return the district form's fields of a nomination's category, in order."""
    return [one for one in nomination.category.fields.in_order() if one.form == FormField.Form.DISTRICT]


def materials_of(nomination: Nomination) -> list[FormField]:
    """Return what a nomination must or may attach."""
    return [one for one in fields_of(nomination) if one.section == FormField.Section.MATERIALS]


def ask(
    nomination: Nomination,
    *,
    fields: Sequence[FormField] | None = None,
    known: Callable[..., dict] = known_of,
) -> Asked:
    """Return the form of one nomination with what the portal knows of its nominee."""
    fields = fields_of(nomination) if fields is None else fields
    return Asked(
        sheet_of(nomination.category, fields, FormField.Form.DISTRICT), known=known(nomination, fields)
    )


def prefill(nomination: Nomination) -> dict[str, str]:
    """Return what a new nomination holds: what the portal knows, and the unit's usual opinion."""
    return {OPINION: USUAL_OPINION, **prefilled(nomination, fields_of(nomination))}


def sheet_for(nomination: Nomination) -> Questionnaire:
    """Return the form alone, for whoever reads what was sent and needs no known values."""
    return sheet_of(nomination.category, fields_of(nomination), FormField.Form.DISTRICT)
