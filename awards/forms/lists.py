"""Forms of the list to be commended: one decision, the minutes, putting forward, approving."""

from collections.abc import Iterable
from typing import Any

from django import forms

from awards.models import AwardListEntry, Category
from guanweihui.due_forms import ScanField
from guanweihui.forms import PortalForm
from guanweihui.report_job import FORMATS
from guanweihui.round_forms import ReasonForm, checked

Outcome = AwardListEntry.Outcome
#: What the buttons of a live decision say; the last takes a decision back.
BUTTONS = (
    (Outcome.AWARD, "拟表彰"),
    (Outcome.RESERVE, "递补"),
    (Outcome.DECLINE, "不予表彰"),
    (Outcome.OPEN, "重议"),
)


class DecideForm(PortalForm):
    """One decision of the meeting; `outcome` is the button pressed."""

    outcome = forms.ChoiceField(choices=BUTTONS)
    reserve_place = forms.IntegerField(label="递补顺序", required=False, min_value=1, max_value=999)
    note = forms.CharField(label="说明", required=False, max_length=200)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=16)

    def clean_note(self) -> str:
        return checked(self.cleaned_data["note"])


class MinutesForm(PortalForm):
    """Who met when and what was said; a list that is no draft takes only the scan of the signed minutes."""

    met_on = forms.DateField(label="评审会日期", required=False)
    place = forms.CharField(label="地点", required=False, max_length=60)
    chair = forms.CharField(label="主持人", required=False, max_length=50)
    attendees = forms.CharField(
        label="参会人员",
        required=False,
        max_length=2000,
        widget=forms.Textarea,
        help_text="一行一人，或用顿号隔开；会印在签字页和会议纪要上。",
    )
    minutes = forms.CharField(
        label="会议记录", required=False, max_length=20000, widget=forms.Textarea(attrs={"rows": 10})
    )
    scan = ScanField(
        label="签字的会议记录扫描件", required=False, help_text="只有区里的工作人员、领导和审计员能打开。"
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=16)

    def __init__(self, *args: Any, is_draft: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_draft = is_draft
        if not is_draft:
            for name in ("met_on", "place", "chair", "attendees", "minutes"):
                del self.fields[name]
            self.fields["scan"].required = True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name in ("place", "chair", "attendees", "minutes"):
            if data.get(name):
                try:
                    data[name] = checked(data[name], multiline=name in ("attendees", "minutes"))
                except forms.ValidationError as fault:
                    self.add_error(name, fault)
        return data


class ProposeForm(PortalForm):
    """Put a decided list forward; a note where places stay empty."""

    note = forms.CharField(
        label="名额空缺说明",
        required=False,
        max_length=200,
        help_text="名额没有用完、本届又不能空缺的，须写明原因，会写入会议记录。",
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    confirmed = forms.BooleanField(label="我已核对，确认提请审定")

    def clean_note(self) -> str:
        return checked(self.cleaned_data["note"])


class ApproveForm(PortalForm):
    """Approve a list whose counts stand beside."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    confirmed = forms.BooleanField(label="我已核对名单和人数，确认审定")


class AmendForm(ReasonForm):
    """Why an approved list is changed."""

    confirmed = forms.BooleanField(label="我已核对，确认修改名单并作废原公示")


class PackForm(PortalForm):
    """What of the meeting pack is printed: one category or all, as PDF or workbook."""

    category = forms.TypedChoiceField(label="奖项", required=False, coerce=int, empty_value=None)
    format = forms.ChoiceField(label="格式", choices=[*reversed(FORMATS.items())])

    def __init__(self, *args: Any, categories: Iterable[Category], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [("", "全部奖项"), *((one.pk, one.name) for one in categories)]
