"""Forms beside a filing: the reviewer's opinion, remarks by item, filing on behalf, the signed scan."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from guanweihui import uploads
from guanweihui.forms import PortalForm, UploadInput
from guanweihui.questionnaire import Paragraph
from guanweihui.round_forms import ReasonForm, checked

AGREE, RETURN = "agree", "return"
SCANS = UploadInput(accept=".pdf,.jpg,.jpeg,.png,.webp", max_bytes=uploads.LARGEST_FILE)
REMARK = "remark_"


class OpinionForm(PortalForm):
    """What a reviewer decides about the filing before him."""

    conclusion = forms.ChoiceField(
        label="审核结论",
        choices=[(AGREE, "同意"), (RETURN, "退回修改")],
        widget=forms.RadioSelect,
        initial=AGREE,
    )
    reason = forms.CharField(
        label="意见", widget=forms.Textarea, max_length=500, required=False, help_text="退回修改时必填。"
    )

    def clean_reason(self) -> str:
        return checked(self.cleaned_data["reason"], multiline=True)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("conclusion") == RETURN and not data.get("reason", "").strip():
            self.add_error("reason", "请写明退回的理由，学校会按理由修改。")
        return data


class RemarkField(forms.CharField):
    """A remark in one line, without unseen characters."""

    def clean(self, value: Any) -> str:
        return checked(super().clean(value))


class RemarksForm(ReasonForm):
    """A return with remarks on single items; `paragraphs` are the answers as they stand."""

    def __init__(self, *args: Any, paragraphs: Sequence[Paragraph], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.paragraphs = paragraphs
        for one in paragraphs:
            field = RemarkField(label=f"“{one.label}”的意见", max_length=200, required=False)
            field.widget.attrs["class"] = "form-control"
            self.fields[REMARK + one.key] = field

    def rows(self) -> Iterator[tuple[Paragraph, forms.BoundField]]:
        """Yield each answer with the field of its remark."""
        return ((one, self[REMARK + one.key]) for one in self.paragraphs)

    def remarks(self) -> dict[str, str]:
        """Return what was said, by item."""
        data = self.cleaned_data
        return {one.key: said for one in self.paragraphs if (said := data.get(REMARK + one.key, "").strip())}


class ScanField(forms.FileField):
    """A scan; cleans to what uploads.attach() takes: name, content, content_type."""

    widget = SCANS

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if not file:
            return None
        try:
            content, kind = uploads.clean_scan(file)
        except uploads.UploadError as fault:
            raise ValidationError(str(fault)) from fault
        return {"name": file.name, "content": content, "content_type": kind}


class ScanForm(PortalForm):
    """The scan of the print that was signed and sealed."""

    file = ScanField(label="签字盖章后的扫描件")


class BehalfForm(PortalForm):
    """What a filing for a school that cannot rests on: a scan, or a call written down."""

    asked_by = forms.CharField(
        label="委托人", max_length=50, required=False, help_text="学校请您代报的人，例如校长或联络员姓名。"
    )
    basis = forms.CharField(
        label="依据",
        max_length=200,
        required=False,
        help_text="例如：11月20日与学校王老师电话核对。上传了纸质盖章件扫描件的，可以不填。",
    )
    sent_at = forms.DateTimeField(
        label="纸质材料送达时间", required=False, help_text="早于现在时填写，用来判断是否按时报送。"
    )
    scan = ScanField(label="纸质盖章件扫描件", required=False)

    def clean_asked_by(self) -> str:
        return checked(self.cleaned_data["asked_by"])

    def clean_basis(self) -> str:
        return checked(self.cleaned_data["basis"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("basis", "").strip() and self.errors.keys().isdisjoint({"basis", "scan"}):
            if data.get("scan"):
                data["basis"] = f"纸质盖章件扫描件“{data['scan']['name']}”"[:200]
            else:
                self.add_error("basis", "代报须写明依据，或上传纸质盖章件的扫描件。")
        return data
