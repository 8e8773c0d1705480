"""Steps on what a cycle asks: its awards, their forms, its rules; frozen once it is open."""

import datetime
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils import timezone

from awards import presets
from awards.models import Category, CityRecommendation, Cycle, CycleRule, FormField, Honour, Quota
from guanweihui.audit import record
from guanweihui.scope import Role
from guanweihui.workflow import Refused, one_step, own

OFFICE = frozenset({Role.DISTRICT})
State = Cycle.State
CATEGORY_FIELDS = (
    "name",
    "position",
    "places",
    "surplus_percent",
    "may_be_empty",
    "passes_group",
    "city_places",
    "certificate_mark",
    "certificate_text",
)
#: The city says late how many it takes, and certificates are printed last.
LATE_CATEGORY_FIELDS = ("city_places", "certificate_mark", "certificate_text")
FIELD_FIELDS = (
    "section",
    "position",
    "label",
    "format",
    "is_required",
    "least",
    "longest",
    "most",
    "choices",
    "source",
    "help",
    "is_printed",
)
#: What the number of a rule means.
VALUE_WORDS: dict[str, str] = {
    CycleRule.Code.EARLIER_WINNER: "近 {} 届",
    CycleRule.Code.RANK_SHARE: "最多 {}%",
    CycleRule.Code.FRONT_LINE: "最少 {}%",
}
FROZEN = "“{cycle}”{state}，奖项、名额、表单和规则已经冻结，不能再改。需要调整的，请在下一届修改。"


class Moved(Refused):
    """Somebody changed the row since the page was opened; `mark` is that of what stands now."""

    def __init__(self, row: models.Model, values: Mapping[str, Any], mark: str) -> None:
        self.mark = mark
        now = [
            f"“{row._meta.get_field(name).verbose_name}”现在是“{said(getattr(row, name))}”"  # type: ignore[union-attr]
            for name in values
            if getattr(row, name) != values[name]
        ]
        other = f"（{'，'.join(now)}）" if now else ""
        super().__init__(
            f"这份资料在您打开之后被别人改过{other}，本次没有保存。您填写的内容仍在下面，请对照后再保存。"
        )


def said(value: Any) -> str:
    """Write a value as a page shows it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime.datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, list):
        return "、".join(value)
    return str(value) if value not in (None, "") else "空"


def mark_of(row: models.Model) -> str:
    """Return a mark of what a row says now: a page sends it back, so that an old tab overwrites nothing."""
    if isinstance(row, Cycle):
        return str(row.version)
    names = FIELD_FIELDS if isinstance(row, FormField) else CATEGORY_FIELDS
    return _digest([getattr(row, name) for name in names])


def _digest(values: Any) -> str:
    return hashlib.sha256(json.dumps(values, default=str).encode()).hexdigest()[:16]


def changes_of(row: models.Model, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return what differs: field to [before, after]."""
    return {name: [getattr(row, name), new] for name, new in values.items() if getattr(row, name) != new}


def put(row: models.Model, changes: Mapping[str, list[Any]]) -> None:
    for name, (_, new) in changes.items():
        setattr(row, name, new)


# --- its awards, forms and rules ---------------------------------------------------------------------------


def _planned(cycle: Cycle, by: Any) -> Cycle:
    """Lock the cycle; raises Refused once it is open: what it asks may not change under who answers."""
    fresh = own(cycle, by=by, roles=OFFICE)
    if fresh.state != State.PLANNED:
        raise Refused(FROZEN.format(cycle=fresh, state=fresh.get_state_display()))
    return fresh


def add_category(cycle: Cycle, values: Mapping[str, Any], *, by: Any, at: datetime.datetime) -> Category:
    """Add an award to a planned cycle, with the usual form of its kind; `values` are its fields and kind."""
    with one_step(Category, FormField):
        fresh = _planned(cycle, by)
        known = {name: values[name] for name in (*CATEGORY_FIELDS, "kind") if name in values}
        category = Category.objects.create(cycle=fresh, **known)
        FormField.objects.bulk_create(presets.fields_for(category))
        record("category.add", category, by=by, at=at, changes={"name": [None, category.name]})
        return category


def edit_category(
    category: Category, values: Mapping[str, Any], *, mark: str, by: Any, at: datetime.datetime
) -> Category:
    """Change an award of a planned cycle; while it is open, only the city's places and the certificate.

    Raises Moved for an old tab; Refused for what is frozen, and for the certificate once one was given.
    """
    with one_step(Category):
        cycle = own(category.cycle, by=by, roles=OFFICE)
        fresh: Category = own(category, by=by, roles=OFFICE)
        if cycle.state == State.CLOSED:
            raise Refused(FROZEN.format(cycle=cycle, state=cycle.get_state_display()))
        asked = {name: values[name] for name in CATEGORY_FIELDS if name in values}
        if mark != mark_of(fresh):
            raise Moved(fresh, asked, mark_of(fresh))
        changes = changes_of(fresh, asked)
        if not changes:
            raise Refused("没有任何改动。")
        if cycle.state == State.OPEN:
            _refuse_late(fresh, changes, cycle)
        put(fresh, changes)
        fresh.save(update_fields=list(changes))
        record("category.edit", fresh, by=by, at=at, changes=changes)
        return fresh


def _refuse_late(category: Category, changes: Mapping[str, Any], cycle: Cycle) -> None:
    if not changes.keys() <= set(LATE_CATEGORY_FIELDS):
        raise Refused(FROZEN.format(cycle=cycle, state=cycle.get_state_display()))
    if (
        changes.keys() & {"certificate_mark", "certificate_text"}
        and Honour.objects.of_category(category).exists()
    ):
        raise Refused(f"“{category}”已经有证书编号，证书的代码和文字不能再改。")


def remove_category(category: Category, *, by: Any, at: datetime.datetime) -> None:
    """Take an award and its forms out of a planned cycle. Raises Refused when places were granted in it."""
    with one_step():
        _planned(category.cycle, by)
        fresh = own(category, by=by, roles=OFFICE)
        if Quota.objects.of(fresh).exists():
            raise Refused(f"“{fresh}”已经核定过名额，名额台账要保留，不能删除。")
        record("category.remove", fresh, by=by, at=at, changes={"name": [fresh.name, None]})
        fresh.fields.all().delete()
        fresh.delete()


def add_field(
    category: Category,
    values: Mapping[str, Any],
    *,
    form: str,
    key: str = "",
    by: Any,
    at: datetime.datetime,
) -> FormField:
    """Add a field to one of an award's forms; without `key` it gets one of its own.

    Raises Refused when the form is frozen, for a key in use, and for options that a rule cannot count.
    """
    with one_step(FormField):
        _form_open(category, form, by)
        known = {name: values[name] for name in FIELD_FIELDS if name in values}
        field = FormField(category=category, form=form, key=key or _free_key(category, form), **known)
        _refuse_field(field)
        field.save(force_insert=True)
        record("formfield.add", field, by=by, at=at, changes={"label": [None, field.label]})
        return field


def _form_open(category: Category, form: str, by: Any) -> None:
    """Lock the cycle whose form changes; the city's may change until somebody is recommended on it.

    The city sends its form after the district's round has begun.
    """
    if form != FormField.Form.CITY:
        _planned(category.cycle, by)
        return
    cycle = own(category.cycle, by=by, roles=OFFICE)
    if cycle.state == State.CLOSED:
        raise Refused(FROZEN.format(cycle=cycle, state=cycle.get_state_display()))
    if CityRecommendation.objects.of_category(category).exists():
        raise Refused(f"“{category}”已有市级推荐在填，市推荐表不能再改。")


def _free_key(category: Category, form: str) -> str:
    taken = set(FormField.objects.of(category, form).values_list("key", flat=True))
    number = 1
    while f"own_{number}" in taken:
        number += 1
    return f"own_{number}"


def _refuse_field(field: FormField) -> None:
    if field.format == FormField.Format.CHOICE and len(field.choices) < 2:
        raise Refused("选项至少写两个，一行一个。")
    option = presets.COUNTED_OPTION.get(field.key)
    if option is not None and (field.format != FormField.Format.CHOICE or option not in field.choices):
        raise Refused(f"“{field.label}”用来核对比例，格式须是“选项”，选项中须有“{option}”。")


def edit_field(
    field: FormField, values: Mapping[str, Any], *, mark: str, by: Any, at: datetime.datetime
) -> FormField:
    """Change a field of a form; its key stays.

    Raises Moved for an old tab, Refused as add_field() does.
    """
    with one_step(FormField):
        _form_open(field.category, field.form, by)
        fresh: FormField = own(field, by=by, roles=OFFICE)
        asked = {name: values[name] for name in FIELD_FIELDS if name in values}
        if mark != mark_of(fresh):
            raise Moved(fresh, asked, mark_of(fresh))
        changes = changes_of(fresh, asked)
        if not changes:
            raise Refused("没有任何改动。")
        put(fresh, changes)
        _refuse_field(fresh)
        fresh.save(update_fields=list(changes))
        record("formfield.edit", fresh, by=by, at=at, changes=changes)
        return fresh


def remove_field(field: FormField, *, by: Any, at: datetime.datetime) -> None:
    """Take a field off a form that is not frozen."""
    with one_step():
        _form_open(field.category, field.form, by)
        fresh = own(field, by=by, roles=OFFICE)
        record("formfield.remove", fresh, by=by, at=at, changes={"label": [fresh.label, None]})
        fresh.delete()


def rules_mark(cycle: Cycle) -> str:
    """Return the mark of a cycle's rules as they stand."""
    return _digest(list(CycleRule.objects.of(cycle).order_by("code").values_list("code", "effect", "value")))


def set_rules(
    cycle: Cycle,
    values: Mapping[str, tuple[str, int | None]],
    *,
    mark: str,
    by: Any,
    at: datetime.datetime,
) -> Cycle:
    """Set the rules of a planned cycle: code to (effect, value); frozen with the cycle.

    Raises Refused for an old tab, a share over 100 and when nothing changes.
    """
    with one_step(CycleRule):
        fresh = _planned(cycle, by)
        if mark != rules_mark(fresh):
            raise Moved(fresh, {}, rules_mark(fresh))
        stand = {one.code: one for one in CycleRule.objects.of(fresh)}
        changes: dict[str, Any] = {}
        for code, (effect, value) in values.items():
            rule = stand.get(code) or CycleRule(cycle=fresh, code=code, effect="")
            before = rule_words(rule) if rule.pk else ""
            if rule.pk and (rule.effect, rule.value) == (effect, value):
                continue
            rule.effect, rule.value = effect, value
            rule.save()
            changes[rule.get_code_display()] = [before, rule_words(rule)]
        if not changes:
            raise Refused("没有任何改动。")
        record("cycle.set_rules", fresh, by=by, at=at, changes=changes)
        return fresh


def rule_words(rule: CycleRule) -> str:
    """Write what a rule does, with its value."""
    words = VALUE_WORDS.get(rule.code, "").format(rule.value)
    if not words or rule.value is None or rule.effect == CycleRule.Effect.OFF:
        return rule.get_effect_display()
    return f"{rule.get_effect_display()}（{words}）"
