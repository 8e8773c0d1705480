"""Forms of a cycle: the cycle itself, its awards, the fields of their forms, the rules, vetoes."""

import datetime
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from awards import cycle_calendar, presets
from awards.models import Category, Cycle, CycleRule, FormField, Veto
from awards.sources import source_choices
from awards.workflow.cycle_parts import CATEGORY_FIELDS, FIELD_FIELDS, LATE_CATEGORY_FIELDS
from awards.workflow.cycles import CYCLE_FIELDS, OPEN_FIELDS
from awards.workflow.vetoes import units_named
from guanweihui import workdays
from guanweihui.forms import DateInput, PortalForm, PortalModelForm, dress
from guanweihui.models import School
from guanweihui.round_forms import ShortForm, checked, is_short
from members.forms.teams import MOST_NAMESAKES, namesake
from members.models import Person
from members.workflow.teams import bearers

Code, Effect = CycleRule.Code, CycleRule.Effect
#: What the number of a rule counts; the other rules have none.
RULE_VALUES = {
    Code.EARLIER_WINNER: ("往前查几届", 1, 10),
    Code.RANK_SHARE: ("最高百分比", 0, 100),
    Code.FRONT_LINE: ("最低百分比", 0, 100),
}
#: What a field of the form is for beyond being read.
PURPOSES = (
    ("", "普通栏目"),
    (presets.RANK_KEY, "核对处级干部比例"),
    (presets.FRONT_KEY, "核对一线人员比例"),
)


class RowForm(PortalModelForm):
    """The base of forms over one row: shape and text are checked here, constraints by the step.

    `mark` says what the row was when the page was opened.
    """

    mark = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name, value in list(data.items()):
            if isinstance(value, str) and value and isinstance(self.fields[name], forms.CharField):
                try:
                    data[name] = checked(
                        value, multiline=isinstance(self.fields[name].widget, forms.Textarea)
                    )
                except ValidationError as fault:
                    self.add_error(name, fault)
        return data

    def values(self) -> dict[str, Any]:
        """Return what the step takes: the fields of the row that this form shows."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}

    def _post_clean(self) -> None:
        """Leave the constraints to the step: the row as it stands is what a refusal must compare with."""


class CycleForm(RowForm):
    """A cycle: basis, scope, money and calendar. While it is open, words and the days to come."""

    reason = forms.CharField(
        label="修改申报截止的理由",
        max_length=200,
        required=False,
        help_text="改了申报截止时间才需要填写。",
    )

    class Meta:
        model = Cycle
        fields = (
            *("name", "year", "basis_title", "basis_number", "organiser", "period", "scope", "base_count"),
            *("reward", "money_source", "commended_by", "opens_at", "deadline_at", "endorse_by_on"),
            *("review_by_on", "meets_on", "posts_on", "notice_workdays", "counts_first_day", "decides_on"),
            *("commends_on", "instructions"),
        )
        help_texts = {
            "name": "例如 2020年度关心下一代工作先进评选。",
            "basis_title": "例如 关于开展先进集体和先进个人评选的通知。",
            "basis_number": "例如 示例教关〔2020〕3号。",
            "deadline_at": "精确到分，以平台时间为准。",
            "counts_first_day": "勾选的，公示开始当天是工作日就算第一个工作日；不勾选的，从第二天数起。",
            "instructions": "学校推荐时看到。",
        }

    def __init__(self, *args: Any, corrections: workdays.Corrections, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.corrections = corrections
        self.fields["year"].min_value = 1990
        self.fields["notice_workdays"].widget.attrs["min"] = "1"
        if self.instance.state == Cycle.State.OPEN and self.instance.pk:
            for name in set(CYCLE_FIELDS) - set(OPEN_FIELDS):
                del self.fields[name]
            self.fields["deadline_at"].required = True
        else:
            del self.fields["reason"]

    def clean_year(self) -> int:
        year = self.cleaned_data["year"]
        if not 1990 <= year <= 2100:
            raise ValidationError("表彰年度填四位年份，例如 2020。")
        return year

    def clean_notice_workdays(self) -> int:
        number = self.cleaned_data["notice_workdays"]
        if not 1 <= number <= 30:
            raise ValidationError("公示工作日数填 1 到 30。")
        return number

    def clean(self) -> dict[str, Any]:
        """Compare the days with each other; those that the form does not show are the row's own."""
        data = super().clean()
        if not self.errors:
            whole = {name: data.get(name, getattr(self.instance, name)) for name in CYCLE_FIELDS}
            for name, words in cycle_calendar.faults(whole, self.corrections):
                self.add_error(name if name in self.fields else None, words)
        return data


class CategoryForm(RowForm):
    """An award of a cycle. While the cycle is open: the city's places and the words of the certificate."""

    class Meta:
        model = Category
        fields = ("kind", *CATEGORY_FIELDS)
        help_texts = {
            "name": "证书上印的名称。",
            "certificate_text": "例如 在2020年度关心下一代工作中成绩突出，授予。",
            "city_places": "市里通知以后再填也可以。",
        }

    def __init__(self, *args: Any, kinds: Any = (), is_open: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kinds:
            self.fields["kind"].choices = kinds
        else:
            del self.fields["kind"]
        if is_open:
            for name in set(CATEGORY_FIELDS) - set(LATE_CATEGORY_FIELDS):
                del self.fields[name]

    def clean_surplus_percent(self) -> int:
        return within(self.cleaned_data["surplus_percent"], 100, "差额比例填 0 到 100 之间的整数。")

    def clean_places(self) -> int:
        return within(self.cleaned_data["places"], 9999, "表彰名额最多 9999 个。")

    def clean_city_places(self) -> int:
        return within(self.cleaned_data["city_places"], 9999, "市级推荐名额最多 9999 个。")


def within(number: int, most: int, words: str) -> int:
    if number > most:
        raise ValidationError(words)
    return number


class FieldForm(RowForm):
    """A field of an award's form; options are written one a line."""

    purpose = forms.ChoiceField(
        label="用途",
        choices=PURPOSES,
        required=False,
        help_text="核对比例的栏目，格式选“选项”；处级干部比例的选项须有“处级”，一线人员比例的须有“是”。",
    )
    choices = forms.CharField(
        label="选项",
        required=False,
        max_length=500,
        widget=forms.Textarea,
        help_text="格式是“选项”的才填，一行一个。",
    )
    source = forms.ChoiceField(
        label="平台数据", required=False, help_text="选了的，学校推荐时由平台先填好，学校核对。"
    )
    field_order = (
        *("label", "section", "format", "purpose", "is_required", "least", "longest", "most", "choices"),
        *("source", "help", "is_printed", "position"),
    )

    class Meta:
        model = FormField
        fields = FIELD_FIELDS
        help_texts = {
            "label": "例如 主要事迹。",
            "least": "长文才需要，0 表示不限。",
            "longest": "文字和长文的字数上限，1 到 5000。",
            "most": "附件可传几件，1 到 10。",
            "is_printed": "不勾选的，只在平台上看，不印在推荐审批表上。",
        }

    def __init__(self, *args: Any, is_collective: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [one for one in source_choices() if not is_collective or not one[0].startswith("person.")]
        self.fields["source"].choices = [("", "没有，由学校填写"), *known]
        if self.instance.pk:
            del self.fields["purpose"]
            self.initial["choices"] = "\n".join(self.instance.choices)

    def clean_choices(self) -> list[str]:
        """Read one option a line, each once."""
        lines = [line.strip() for line in self.cleaned_data["choices"].splitlines() if line.strip()]
        if len(set(lines)) != len(lines):
            raise ValidationError("选项有重复，请删去一个。")
        return [checked(line) for line in lines]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        form = FormField.Format
        if data.get("format") == form.CHOICE and len(data.get("choices") or ()) < 2:
            self.add_error("choices", "选项至少写两个，一行一个。")
        if data.get("format") not in (None, form.CHOICE):
            data["choices"] = []
        is_file = data.get("format") in (form.SCAN, form.PHOTO)
        if data.get("format") and is_file != (data.get("section") == FormField.Section.MATERIALS):
            self.add_error("section", "扫描件和照片放在“附件”部分，其他格式不放在“附件”部分。")
        return data


class ConfirmForm(PortalForm):
    """A page that only asks once more."""


class RulesForm(PortalForm):
    """Every rule of a cycle: what it does, and the number that it needs."""

    mark = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, rules: Mapping[str, CycleRule], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in Code:
            rule = rules.get(code)
            self.fields[f"effect_{code}"] = forms.ChoiceField(
                label=code.label, choices=Effect, initial=rule.effect if rule else presets.RULES[code][0]
            )
            if code in RULE_VALUES:
                label, least, most = RULE_VALUES[code]
                self.fields[f"value_{code}"] = forms.IntegerField(
                    label=f"{code.label}：{label}",
                    min_value=least,
                    max_value=most,
                    initial=rule.value if rule else presets.RULES[code][1],
                )
        for field in self.fields.values():
            dress(field)

    def values(self) -> dict[str, tuple[str, int | None]]:
        """Return what the step takes: code to (effect, value)."""
        data = self.cleaned_data
        return {code: (data[f"effect_{code}"], data.get(f"value_{code}")) for code in Code}


class OpenForm(ShortForm):
    """The confirmation that a cycle begins; a tick when schools have little time left from now."""

    confirmed = forms.BooleanField(label="我已核对，确认开始")

    def __init__(self, *args: Any, cycle: Cycle, now: datetime.datetime, corrections: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.moments = (now, cycle.deadline_at, corrections)
        self.is_short = cycle.deadline_at is not None and is_short(*self.moments)
        if not self.is_short:
            del self.fields["short_ok"]
        self.fields["confirmed"].error_messages["required"] = "请先核对，再勾选确认。"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.is_short:
            self.check_short(*self.moments)
        return data


class CloseForm(PortalForm):
    """The confirmation that a cycle is over."""

    confirmed = forms.BooleanField(label="我已核对，确认结束")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["confirmed"].error_messages["required"] = "请先核对，再勾选确认。"


class VetoForm(PortalForm):
    """Who may not be commended, from when, until when, and why.

    Somebody is found by a whole name or staff number, a unit by its name or code; `who` cleans to the row.
    """

    kind = forms.ChoiceField(label="种类", choices=Veto.Kind, widget=forms.RadioSelect)
    who = forms.CharField(
        label="姓名、教工编号或单位名称",
        max_length=100,
        help_text="人员填完整的姓名或教工编号，单位填全称、简称或代码。",
    )
    reason = forms.CharField(
        label="理由", max_length=300, widget=forms.Textarea, help_text="学校和协作组看不到；操作记录会保留。"
    )
    from_on = forms.DateField(label="起始日期", widget=DateInput)
    until_on = forms.DateField(
        label="截止日期", widget=DateInput, required=False, help_text="不限期的留空；停评填到下一届表彰为止。"
    )

    def __init__(self, *args: Any, people: Any, schools: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "kind": Veto.Kind.VETO,
            "from_on": timezone.localdate(),
            **(kwargs.get("initial") or {}),
        }
        super().__init__(*args, **kwargs)
        self.people, self.schools = people, schools

    def clean_who(self) -> Person | School:
        """Find the one person or school; name those who answer to it when there are several."""
        words = self.cleaned_data["who"]
        found: list[Any] = list(bearers(self.people, words)[: MOST_NAMESAKES + 1])
        found += list(units_named(self.schools, words)[: MOST_NAMESAKES + 1])
        if not found:
            raise ValidationError("没有找到。请填写完整的姓名、教工编号，或单位的全称、简称、代码。")
        if len(found) > 1:
            named = "、".join(named_as(one) for one in found[:MOST_NAMESAKES])
            raise ValidationError(f"找到不止一个：{named}。请填写教工编号或单位代码。")
        return found[0]

    def clean_reason(self) -> str:
        return checked(self.cleaned_data["reason"], multiline=True)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("from_on"), data.get("until_on")
        if first and last and last < first:
            self.add_error("until_on", "截止日期不能早于起始日期。")
        return data


def named_as(row: Person | School) -> str:
    return namesake(row) if isinstance(row, Person) else f"{row.short_name}（单位代码 {row.code}）"


class LiftForm(PortalForm):
    """Why a veto or a ban is lifted before its time."""

    reason = forms.CharField(label="理由", max_length=300, widget=forms.Textarea)

    def clean_reason(self) -> str:
        return checked(self.cleaned_data["reason"], multiline=True)
