"""Forms of the reading campaign: the campaign with its round, stages, tasks, materials, a task's report."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from activities.models import CampaignTask
from activities.workflow import CAMPAIGN_FIELDS
from guanweihui import uploads
from guanweihui.forms import DateInput, PortalForm, UploadInput
from guanweihui.round_forms import RoundForm, checked

ACCEPT = ".pdf,.jpg,.jpeg,.png,.webp"


def file_of(file: Any) -> dict[str, Any]:
    """Clean an upload to what uploads.attach() takes. Raises ValidationError in Chinese."""
    try:
        content, kind = uploads.clean_scan(file)
    except uploads.UploadError as fault:
        raise ValidationError(str(fault)) from fault
    return {"name": file.name, "content": content, "content_type": kind}


def upload(label: str, *, required: bool = True, help_text: str = "") -> forms.FileField:
    return forms.FileField(
        label=label,
        required=required,
        help_text=help_text,
        widget=UploadInput(accept=ACCEPT, max_bytes=uploads.LARGEST_FILE),
    )


class CampaignWords(PortalForm):
    """What a campaign says of itself."""

    theme = forms.CharField(
        label="活动主题", max_length=60, help_text="不写书名号和引号，例如：我为祖国点赞。"
    )
    organiser = forms.CharField(label="主办单位", max_length=60, required=False)
    series = forms.CharField(
        label="系列", max_length=60, required=False, help_text="例如：新时代好少年主题教育读书活动。"
    )
    requirements = forms.CharField(
        label="活动要求", max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": "6"})
    )

    def clean_theme(self) -> str:
        return checked(self.cleaned_data["theme"]).strip('“”《》「」"')

    def clean_organiser(self) -> str:
        return checked(self.cleaned_data["organiser"])

    def clean_series(self) -> str:
        return checked(self.cleaned_data["series"])

    def clean_requirements(self) -> str:
        return checked(self.cleaned_data["requirements"], multiline=True)


class CampaignForm(CampaignWords, RoundForm):
    """A new campaign: its words, and the times of the round that collects its enrolments.

    Kind and name of the round follow from the campaign.
    """

    field_order = (
        *("theme", "year", "organiser", "series", "requirements"),
        *("opens_at", "deadline_at", "grace_minutes", "as_of_on", "stages"),
        *("group_endorses", "instructions", "short_ok"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("kind", "title"):
            del self.fields[name]
        self.fields["year"].label = "学年"
        self.fields["opens_at"].label = "报名开始时间"
        self.fields["deadline_at"].label = "报名截止时间"

    def values(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Give what the step takes."""
        names = {*CAMPAIGN_FIELDS, *super().values(data)}
        return {name: data[name] for name in names if name in data}


class StageForm(PortalForm):
    """A stage with its days."""

    name = forms.CharField(label="阶段", max_length=30, help_text="例如：学校评选。")
    from_on = forms.DateField(label="开始日期", widget=DateInput)
    to_on = forms.DateField(label="结束日期", widget=DateInput)

    def clean_name(self) -> str:
        return checked(self.cleaned_data["name"])


class TaskForm(PortalForm):
    """A task of one level: what, by when, and what shows that it was done."""

    level = forms.ChoiceField(label="由谁办理", choices=CampaignTask.Level)
    title = forms.CharField(label="任务", max_length=60)
    requirements = forms.CharField(label="要求", max_length=2000, required=False, widget=forms.Textarea)
    evidence = forms.CharField(
        label="佐证材料", max_length=100, required=False, help_text="例如：活动照片、评选名单。"
    )
    deadline_at = forms.DateTimeField(label="截止时间")

    def clean_title(self) -> str:
        return checked(self.cleaned_data["title"])

    def clean_requirements(self) -> str:
        return checked(self.cleaned_data["requirements"], multiline=True)

    def clean_evidence(self) -> str:
        return checked(self.cleaned_data["evidence"])


class MaterialForm(PortalForm):
    """A file that the office hands out; cleans to what the step takes."""

    title = forms.CharField(label="名称", max_length=60, help_text="例如：活动方案、评分标准。")
    file = upload("文件", help_text="PDF或图片。本区各协作组、学校都可以下载。")

    def clean_title(self) -> str:
        return checked(self.cleaned_data["title"])

    def clean_file(self) -> dict[str, Any]:
        return file_of(self.cleaned_data["file"])


class EvidenceForm(PortalForm):
    """A unit's report of a task; `units` are those that the reporter may speak for."""

    unit = forms.ChoiceField(label="单位")
    done_on = forms.DateField(label="完成日期", widget=DateInput)
    words = forms.CharField(label="完成情况", max_length=2000, widget=forms.Textarea)
    file = upload("佐证材料", required=False, help_text="可以不传。再次上传会替换原来的一份。")

    def __init__(self, *args: Any, units: Mapping[int, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = units
        self.fields["unit"].choices = [(str(key), str(unit)) for key, unit in units.items()]
        if len(units) == 1:
            del self.fields["unit"]

    def clean_words(self) -> str:
        return checked(self.cleaned_data["words"], multiline=True)

    def clean_file(self) -> dict[str, Any] | None:
        file = self.cleaned_data["file"]
        return file_of(file) if file else None

    def chosen(self, data: Mapping[str, Any]) -> Any:
        """Return the unit that reports."""
        return self.units[int(data["unit"])] if "unit" in data else next(iter(self.units.values()))


class ConfirmForm(PortalForm):
    """The confirmation that something is taken away."""

    confirmed = forms.BooleanField(
        label="我已核对，确认删除", error_messages={"required": "请先核对，再勾选确认。"}
    )
