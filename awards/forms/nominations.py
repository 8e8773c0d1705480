"""Forms of nominations: who is nominated, on whose behalf, what is attached, why places stay empty."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from awards.models import Category, FormField
from guanweihui import uploads
from guanweihui.due_forms import SCANS
from guanweihui.forms import PortalForm, UploadInput
from guanweihui.round_forms import checked

PHOTOS = UploadInput(accept=".jpg,.jpeg,.png,.webp", max_bytes=uploads.LARGEST_FILE)
NOT_OURS = "人选不是本校人员，不能由本校推荐。请从下面的查找结果中选择。"


class SearchForm(PortalForm):
    """Whom to look for among the school's own people."""

    q = forms.CharField(
        label="姓名", max_length=50, required=False, help_text="可填姓名、全拼或拼音首字母，例如 wxy。"
    )


class PersonForm(forms.Form):
    """Who was chosen; only the school's own people can be."""

    person = forms.IntegerField(error_messages={"required": "请选择一名人选。", "invalid": NOT_OURS})

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people

    def clean_person(self) -> Any:
        """Find the person; one of another school is told as one that does not exist."""
        found = self.people.among([self.cleaned_data["person"]]).for_page().first()
        if found is None:
            raise ValidationError(NOT_OURS)
        return found


class BehalfForm(PortalForm):
    """What a nomination begun for a school rests on."""

    category = forms.ModelChoiceField(label="奖项", queryset=Category.objects.none(), empty_label="请选择")
    basis = forms.CharField(
        label="依据",
        max_length=200,
        help_text="例如：11月20日收到学校纸质推荐表；或11月20日与学校王老师电话核对。",
    )

    def __init__(self, *args: Any, categories: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = categories

    def clean_basis(self) -> str:
        return checked(self.cleaned_data["basis"])


class FinishForm(PortalForm):
    """Why places that may not stay empty are not used."""

    reason = forms.CharField(
        label="名额空缺的原因",
        max_length=200,
        required=False,
        help_text="本校名额都已用完，或允许空缺的，不用填写。",
    )

    def clean_reason(self) -> str:
        return checked(self.cleaned_data["reason"])


class SendForm(PortalForm):
    """Who of the school asked a deputy to send."""

    asked_by = forms.CharField(
        label="委托人", max_length=50, help_text="学校请您代报的人，例如校长或联络员姓名。"
    )

    def clean_asked_by(self) -> str:
        return checked(self.cleaned_data["asked_by"])


class MaterialForm(PortalForm):
    """One file of one material; `clean()` leaves what the step takes: name, content, content_type."""

    file = forms.FileField(label="文件", widget=SCANS)

    def __init__(self, *args: Any, field: FormField, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"id_{field.key}_%s", **kwargs)
        self.field = field
        self.fields["file"].label = field.label
        # What may stay away is not marked as asked; an empty upload is told all the same.
        self.fields["file"].required = field.is_required
        if field.format == FormField.Format.PHOTO:
            self.fields["file"].widget = PHOTOS
            self.fields["file"].widget.attrs = {**PHOTOS.attrs, "class": "form-control"}
        self.fields["file"].error_messages["required"] = f"请选择“{field.label}”的文件，再上传。"

    def clean_file(self) -> dict[str, Any]:
        """Look at the whole file, and draw a picture anew."""
        file = self.cleaned_data["file"]
        if file is None:
            raise ValidationError(self.fields["file"].error_messages["required"])
        try:
            if self.field.format == FormField.Format.PHOTO:
                content, kind = uploads.clean_photo(file), uploads.JPEG
            else:
                content, kind = uploads.clean_scan(file)
        except uploads.UploadError as fault:
            raise ValidationError(str(fault)) from fault
        return {"name": file.name, "content": content, "content_type": kind}
