"""Forms of the registration round."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from guanweihui import text, uploads
from guanweihui.forms import DateInput, PortalForm, UploadInput
from guanweihui.round_forms import checked
from members.forms.fields import LinesField
from members.forms.people import CleanField
from members.models import Registration
from members.workflow.registration import remark_field


class RegistrationForm(PortalForm):
    """A school's list: a tick and a day of consent for each person, and who filled it in.

    Cleans to the values that save_draft() takes, `consents` among them.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)
    filled_by = forms.CharField(label="填报人", max_length=50, required=False)
    phone = forms.CharField(label="联系电话", max_length=20, required=False)
    paper_place = forms.CharField(
        label="登记表原件存放说明",
        max_length=100,
        required=False,
        help_text=Registration._meta.get_field("paper_place").help_text,
    )

    def __init__(self, *args: Any, people: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = list(people)
        for person in self.people:
            tick = forms.BooleanField(label=f"{person.name}本人已同意", required=False)
            day = forms.DateField(label=f"{person.name}本人同意日期", required=False, widget=DateInput())
            words = f"{person.name}的同意日期不是有效的日期，请写成2018-9-20的样子。"
            day.error_messages["invalid"] = words
            for field in (tick, day):
                field.widget.attrs["aria-label"] = field.label
            day.widget.attrs["class"] = "form-control"
            self.fields[tick_name(person.pk)], self.fields[day_name(person.pk)] = tick, day

    def people_fields(self) -> Iterator[tuple[Any, forms.BoundField, forms.BoundField]]:
        """Give each person with his tick and his day."""
        for person in self.people:
            yield person, self[tick_name(person.pk)], self[day_name(person.pk)]

    def plain_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("filled_by", "phone", "paper_place")]

    def clean_filled_by(self) -> str:
        return checked(self.cleaned_data["filled_by"])

    def clean_paper_place(self) -> str:
        return checked(self.cleaned_data["paper_place"])

    def clean_phone(self) -> str:
        value = self.cleaned_data["phone"]
        try:
            return text.parse_phone(value) if value else ""
        except text.PhoneError as fault:
            raise ValidationError(f"{fault}。") from fault

    def clean(self) -> dict[str, Any]:
        """Gather the consents; a day without a tick is asked about, never guessed."""
        data = super().clean() or {}
        consents = {}
        for person in self.people:
            day = data.get(day_name(person.pk))
            if data.get(tick_name(person.pk)):
                consents[person.pk] = day
            elif day:
                words = f"{person.name}填写了同意日期但没有勾选。本人已同意的请勾选，没有同意的请清空日期。"
                self.add_error(tick_name(person.pk), words)
        return {**data, "consents": consents}


def tick_name(person: int) -> str:
    return f"on_{person}"


def day_name(person: int) -> str:
    return f"day_{person}"


class ScanForm(PortalForm):
    """The scan of one signed form; cleans to bytes, content type and the file's name."""

    file = forms.FileField(
        label="登记表扫描件",
        widget=UploadInput(accept=".pdf,.jpg,.jpeg,.png,.webp", max_bytes=uploads.LARGEST_FILE),
        help_text="本人签名的登记表。照片会去掉拍摄地点等信息后保存。",
    )

    def clean_file(self) -> dict[str, Any]:
        file = self.cleaned_data["file"]
        try:
            content, kind = uploads.clean_scan(file)
        except uploads.UploadError as fault:
            raise ValidationError(str(fault)) from fault
        return {"name": file.name, "content": content, "content_type": kind}


class ReturnForm(PortalForm):
    """Why a list goes back, and remarks on single people."""

    reason = LinesField(label="退回理由", max_length=500, widget=forms.Textarea)

    def __init__(self, *args: Any, lines: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keys = {}
        for line in lines:
            name = remark_field(line.pk).replace(".", "_")
            self.keys[line.pk] = name
            self.fields[name] = CleanField(label=f"{line.person.name}：意见", max_length=200, required=False)
            self.fields[name].widget.attrs["class"] = "form-control"

    def remarks(self, data: Mapping[str, Any]) -> dict[int, str]:
        """Give the remarks that were written, by line."""
        return {key: data[name] for key, name in self.keys.items() if data[name]}
