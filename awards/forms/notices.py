"""Forms of public notices and objections."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from awards.models import Objection, PublicNotice
from awards.workflow.notices import FIELDS
from guanweihui import uploads
from guanweihui.due_forms import ScanField
from guanweihui.forms import DateInput, PortalForm, PortalModelForm, UploadInput
from guanweihui.round_forms import checked
from guanweihui.text import PhoneError, parse_phone

LONGEST = 30  # workdays that a notice may last
UPHELD, REJECTED = Objection.Status.UPHELD, Objection.Status.REJECTED


class NoticeForm(PortalModelForm):
    """What the office words of a notice; an old tab is told by `version`."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = PublicNotice
        fields = FIELDS
        widgets = {"first_on": DateInput, "basis": forms.Textarea(attrs={"rows": "5"})}
        help_texts = {
            "counts_first_day": "不勾选时，从公示次日起算。",
            "phone": "几个电话用顿号隔开，请填办公电话。",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["workdays"].min_value = 1
        if self.instance.pk:
            self.initial["version"] = self.instance.version

    def clean_workdays(self) -> int:
        days = self.cleaned_data["workdays"]
        if not 1 <= days <= LONGEST:
            raise ValidationError(f"公示期填 1 到 {LONGEST} 个工作日。")
        return days

    def clean_title(self) -> str:
        return checked(self.cleaned_data["title"])

    def clean_basis(self) -> str:
        return checked(self.cleaned_data["basis"], multiline=True)

    def clean_postcode(self) -> str:
        code = self.cleaned_data["postcode"]
        if code and not (len(code) == 6 and code.isascii() and code.isdecimal()):
            raise ValidationError("邮政编码是 6 位数字，请核对；不清楚的可以不填。")
        return code

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name in ("phone", "address", "contacts", "supervision_phone"):
            if data.get(name):
                try:
                    data[name] = checked(data[name])
                except ValidationError as fault:
                    self.add_error(name, fault)
        return data

    def values(self) -> dict[str, Any]:
        """Return what the step writes, without the version."""
        return {name: self.cleaned_data[name] for name in FIELDS}

    def _post_clean(self) -> None:
        """Leave the constraints to the step."""


class PostForm(PortalForm):
    """The last look before a notice is public; `days` is asked when a year has no holiday data."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    checked_days = forms.BooleanField(label="我已核对放假安排，截止日期无误")
    checked = forms.BooleanField(label="我已核对名单、日期和联系方式")

    def __init__(self, *args, asks_days: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not asks_days:
            del self.fields["checked_days"]


class CheckedForm(PortalForm):
    """A step that cannot be taken back."""

    checked = forms.BooleanField(label="我已核对")


class FileForm(PortalForm):
    """A file of a notice."""

    PUBLIC, STAMPED = "public", "stamped"
    kind = forms.ChoiceField(
        label="用途",
        choices=(
            (PUBLIC, "公开附件（随公示公开，只收能检查文字的 PDF）"),
            (STAMPED, "盖章件（只在内部留存）"),
        ),
        widget=forms.RadioSelect,
    )
    file = ScanField(label="文件")

    def __init__(self, *args, is_draft: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not is_draft:
            self.fields["kind"].choices = self.fields["kind"].choices[1:]
            self.initial.setdefault("kind", self.STAMPED)


class ObjectionForm(PortalForm):
    """An objection as it came in; who may be meant are the nominees on the list."""

    kind = forms.ChoiceField(label="形式", choices=Objection.Kind.choices, widget=forms.RadioSelect)
    nomination = forms.ChoiceField(label="针对的人选", required=False)
    objector = forms.CharField(
        label="提出人或单位", max_length=50, required=False, help_text="匿名的不填；只有办公室和领导能看到。"
    )
    phone = forms.CharField(label="联系电话", max_length=30, required=False)
    is_sealed = forms.BooleanField(label="已加盖单位公章（单位异议必须盖章）", required=False)
    received_on = forms.DateField(label="收到日期", help_text="信函以收到之日为准，须在公示期内。")
    text = forms.CharField(label="内容", max_length=3000, widget=forms.Textarea(attrs={"rows": "6"}))
    file = ScanField(
        label="书面材料",
        required=False,
        help_text="原件扫描件，按个人材料保管。",
        widget=UploadInput(accept=".pdf,.jpg,.jpeg,.png,.webp", max_bytes=uploads.LARGEST_FILE),
    )

    def __init__(self, *args, nominees: Mapping[str, tuple[str, Any]], **kwargs):
        super().__init__(*args, **kwargs)
        self.nominees = nominees
        self.fields["nomination"].choices = [
            ("", "整个名单或其他"),
            *((key, label) for key, (label, _) in nominees.items()),
        ]

    def clean_nomination(self) -> Any:
        key = self.cleaned_data["nomination"]
        return self.nominees[key][1] if key else None

    def clean_objector(self) -> str:
        return checked(self.cleaned_data["objector"])

    def clean_text(self) -> str:
        return checked(self.cleaned_data["text"], multiline=True)

    def clean_phone(self) -> str:
        if not self.cleaned_data["phone"]:
            return ""
        try:
            return parse_phone(self.cleaned_data["phone"])
        except PhoneError as fault:
            raise ValidationError(f"{fault}。") from fault

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        kind = data.get("kind")
        if kind == Objection.Kind.PERSON and not data.get("phone") and "phone" not in self.errors:
            self.add_error("phone", "个人异议须留联系电话。没有的，请按“匿名”登记。")
        if kind in (Objection.Kind.PERSON, Objection.Kind.UNIT) and not data.get("objector"):
            self.add_error("objector", "实名异议须写明姓名，单位异议须写明单位名称。")
        if kind == Objection.Kind.UNIT and not data.get("is_sealed"):
            self.add_error("is_sealed", "单位异议须加盖单位公章。没有盖章的，请退回补盖，或按“匿名”登记。")
        return data


class DecideForm(PortalForm):
    """What an investigation found."""

    result = forms.ChoiceField(
        label="结论",
        choices=((UPHELD, UPHELD.label), (REJECTED, REJECTED.label)),
        widget=forms.RadioSelect,
    )
    findings = forms.CharField(
        label="核查情况",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": "6"}),
        help_text="向谁核实、看了什么材料、事实是什么。",
    )
    file = ScanField(label="核查材料", required=False)

    def clean_findings(self) -> str:
        return checked(self.cleaned_data["findings"], multiline=True)


class RevealForm(PortalForm):
    """What the whole telephone of who objects is read for."""

    purpose = forms.CharField(label="查看用途", max_length=200, help_text="例如：电话核实异议内容。")
