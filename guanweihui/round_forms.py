"""Forms of rounds and of what the office and the groups decide about one school's due."""

import datetime
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from guanweihui import filing_kinds, text, workdays
from guanweihui.forms import PortalForm
from guanweihui.models import Chase, Round
from guanweihui.models.org import Stage
from guanweihui.rounds import LEAST_PURPOSE, LEAST_WORKDAYS, OPEN_FIELDS

SHORT = (
    "从开始到截止不足两个工作日，学校可能来不及填报。"
    "请推迟截止时间，或勾选“填报时间不足两个工作日，仍按此办理”。"
)


def kinds() -> list[tuple[str, str]]:
    """Offer the kinds that a round is planned for here; an enrolment begins with its campaign."""
    known = {kind.name for kind in filing_kinds.every()} | {Round.Kind.REGISTRATION}
    return [(kind.value, kind.label) for kind in Round.Kind if kind in known - {Round.Kind.ENROLMENT}]


def is_short(
    opens_at: datetime.datetime, deadline_at: datetime.datetime, corrections: workdays.Corrections
) -> bool:
    """Tell whether schools have less than LEAST_WORKDAYS between opening and deadline."""
    first, last = timezone.localdate(opens_at), timezone.localdate(deadline_at)
    return workdays.add_workdays(first, LEAST_WORKDAYS, corrections) > last


class ShortForm(PortalForm):
    """The tick that a short time to fill in needs."""

    short_ok = forms.BooleanField(
        label="填报时间不足两个工作日，仍按此办理",
        required=False,
        help_text="只有填报时间很短时才需要勾选。",
    )

    def check_short(
        self, opens_at: datetime.datetime, deadline_at: datetime.datetime, corrections: workdays.Corrections
    ) -> None:
        """Ask for the tick when the time is short."""
        if is_short(opens_at, deadline_at, corrections) and not self.cleaned_data.get("short_ok"):
            self.add_error("short_ok", SHORT)


class RoundForm(ShortForm):
    """A round: what is due, when, from whom, who looks at it.

    While it runs, only words and the deadline may change, and a new deadline needs its reason.
    """

    #: What the round said when the page was opened.
    mark = forms.CharField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label="报送种类")
    title = forms.CharField(label="名称", max_length=100)
    year = forms.IntegerField(
        label="年度", min_value=1990, max_value=2100, help_text="学年填起始年份，如2018表示2018—2019学年。"
    )
    opens_at = forms.DateTimeField(label="开始时间")
    deadline_at = forms.DateTimeField(label="截止时间", help_text="精确到分，以平台时间为准。")
    grace_minutes = forms.IntegerField(
        label="截止后宽限（分钟）",
        min_value=0,
        max_value=1440,
        initial=0,
        help_text="填0表示到时不再接收。填10表示截止后10分钟内提交仍算按时。",
    )
    as_of_on = forms.DateField(label="统计时点", required=False, help_text="数字反映哪一天的情况，可以不填。")
    stages = forms.MultipleChoiceField(
        label="应报学段",
        choices=Stage,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="不勾选表示全部学校。已撤销的学校不会列入。",
    )
    group_endorses = forms.BooleanField(label="须协作组审核", required=False)
    instructions = forms.CharField(
        label="填报要求", max_length=2000, required=False, widget=forms.Textarea, help_text="学校填报时看到。"
    )
    reason = forms.CharField(
        label="修改截止时间的理由",
        max_length=200,
        required=False,
        help_text="改了截止时间或宽限才需要填写。",
    )
    field_order = (
        *("kind", "title", "year", "opens_at", "deadline_at", "grace_minutes", "as_of_on", "stages"),
        *("group_endorses", "instructions", "reason", "short_ok"),
    )

    def __init__(
        self, *args: Any, corrections: workdays.Corrections, round_: Round | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.corrections, self.round = corrections, round_
        self.fields["kind"].choices = kinds()
        runs = round_ is not None and round_.state == Round.State.OPEN
        if runs:
            for name in set(self.fields) - {*OPEN_FIELDS, "reason", "short_ok", "mark"}:
                del self.fields[name]
        else:
            del self.fields["reason"]
        if round_ is not None and round_.kind == Round.Kind.ENROLMENT:
            for name in ("kind", "year"):  # both are those of its campaign
                self.fields.pop(name, None)

    def clean_title(self) -> str:
        return checked(self.cleaned_data["title"])

    def clean_instructions(self) -> str:
        return checked(self.cleaned_data["instructions"], multiline=True)

    def clean_reason(self) -> str:
        return checked(self.cleaned_data["reason"])

    def clean(self) -> dict[str, Any]:
        """Compare opening and deadline; a short time to fill in needs a tick."""
        data = super().clean() or {}
        opens, closes = data.get("opens_at") or getattr(self.round, "opens_at", None), data.get("deadline_at")
        if not opens or not closes:
            return data
        if closes <= opens:
            self.add_error("deadline_at", "截止时间要晚于开始时间，请修改。")
        elif self.round is None or closes != self.round.deadline_at or opens != self.round.opens_at:
            self.check_short(opens, closes, self.corrections)
        return data

    def values(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Give what the step takes: the fields of the round."""
        return {name: value for name, value in data.items() if name not in ("reason", "short_ok", "mark")}


class OpenForm(ShortForm):
    """The confirmation that a round starts now; a tick when schools have little time left from now."""

    def __init__(self, *args: Any, round_: Round, now: Any, corrections: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_short = is_short(now, round_.deadline_at, corrections)
        if not self.is_short:
            del self.fields["short_ok"]
        self.moments = (now, round_.deadline_at, corrections)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.is_short:
            self.check_short(*self.moments)
        return data


class CloseForm(PortalForm):
    """The confirmation that a round is closed for good."""

    confirmed = forms.BooleanField(label="我已核对，确认定稿")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["confirmed"].error_messages["required"] = "请先核对，再勾选确认。"


class ReasonForm(PortalForm):
    """Why a step is taken."""

    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea)

    def clean_reason(self) -> str:
        return checked(self.cleaned_data["reason"], multiline=True)


class ExtendForm(ReasonForm):
    """A later deadline for one school."""

    until = forms.DateTimeField(label="延期至")
    field_order = ("until", "reason")


class ChaseForm(PortalForm):
    """How a school was reminded, who was spoken to, what he said."""

    means = forms.ChoiceField(
        label="方式", choices=Chase.Means, initial=Chase.Means.PHONE, widget=forms.RadioSelect
    )
    spoken_with = forms.CharField(label="联系人", max_length=50, required=False)
    words = forms.CharField(
        label="答复", max_length=200, required=False, help_text="例如：今天下午四点前报。没有接通也可以写明。"
    )

    def clean_spoken_with(self) -> str:
        return checked(self.cleaned_data["spoken_with"])

    def clean_words(self) -> str:
        return checked(self.cleaned_data["words"])


class PhoneListForm(PortalForm):
    """What a list of telephones is printed for."""

    purpose = forms.CharField(
        label="打印用途",
        max_length=200,
        min_length=LEAST_PURPOSE,
        help_text="例如：截止前电话催报。用途会记入操作记录，用后请销毁。",
        error_messages={"min_length": f"“打印用途”至少写 {LEAST_PURPOSE} 个字，请写明要办什么事。"},
    )

    def clean_purpose(self) -> str:
        return checked(self.cleaned_data["purpose"])


def checked(value: str, *, multiline: bool = False) -> str:
    """Return clean text. Raises ValidationError in Chinese."""
    try:
        return text.check_text(value, multiline=multiline)
    except text.TextError as fault:
        raise ValidationError(f"{fault}。") from fault
