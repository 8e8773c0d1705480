"""Forms of committees: one appointment, its end, and a term change with a line a seat."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from guanweihui.forms import DateInput, PortalForm
from guanweihui.text import PhoneError, TextError, clean_name, parse_phone
from members.committees import SEATS
from members.forms.people import CleanField
from members.models import Appointment
from members.workflow.committees import SeatChange

#: Lines for new seats that a term change offers, and the most lines that it takes.
NEW_LINES, MOST_LINES = 4, 60
#: A term that begins later than this is a slip of the pen.
FURTHEST = datetime.timedelta(days=366)
GOES = (("STAY", "留任"), ("LEAVE", "离任"), ("REPLACE", "由他人接任"))


class NameField(forms.CharField):
    """A person's name, cleaned as the register cleans it."""

    def __init__(self, **kwargs: Any):
        kwargs.setdefault("max_length", 50)
        super().__init__(**kwargs)

    def clean(self, value):
        """Refuse what no name holds; the reader's sentence becomes the field's error."""
        value = super().clean(value)
        try:
            return clean_name(value) if value else ""
        except TextError as fault:
            raise ValidationError(str(fault), code="invalid") from fault


def near(day: datetime.date) -> datetime.date:
    """Refuse a day more than a year ahead."""
    if day > timezone.localdate() + FURTHEST:
        raise ValidationError("日期在一年以后，请核对年份。", code="invalid")
    return day


class HolderForm(PortalForm):
    """What is said of whoever takes a seat."""

    printed_name = NameField(label="姓名", help_text="与本单位名册中同名且只有一人时，自动连到他的档案。")
    duty = CleanField(label="职务", max_length=50, required=False, help_text="例如：党支部书记。")
    service = forms.ChoiceField(
        label="在职或退休", choices=[("", "不详"), *Appointment.Service.choices], required=False
    )
    is_by_office = forms.BooleanField(label="随职务任职（职务变动时离任）", required=False)


class AppointForm(HolderForm):
    """A new appointment at a unit; the positions are those of its level."""

    position = forms.TypedChoiceField(label="任职", coerce=int)
    phone = forms.CharField(label="联系电话", required=False, max_length=30)
    from_on = forms.DateField(label="任职时间", widget=DateInput)
    reason = CleanField(label="依据文件", max_length=200, required=False)

    field_order = (
        "position",
        "printed_name",
        "duty",
        "service",
        "is_by_office",
        "phone",
        "from_on",
        "reason",
    )

    def __init__(self, *args, level: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["position"].choices = [(one.value, one.label) for one in SEATS[level]]

    def clean_phone(self):
        try:
            return parse_phone(self.cleaned_data["phone"]) if self.cleaned_data["phone"] else ""
        except PhoneError as fault:
            raise ValidationError(str(fault), code="invalid") from fault

    def clean_from_on(self):
        return near(self.cleaned_data["from_on"])


class DayForm(PortalForm):
    """The day that a page or print is asked for; no other field of an address is read."""

    on = forms.DateField(label="在任日期", widget=DateInput, required=False)


class EndAppointmentForm(PortalForm):
    """The last day of a term."""

    to_on = forms.DateField(label="离任日期", widget=DateInput, help_text="在任的最后一天。")
    reason = CleanField(label="离任原因", max_length=200, required=False)

    def clean_to_on(self):
        return near(self.cleaned_data["to_on"])


class RenewForm(PortalForm):
    """What all lines of a term change have in common."""

    on = forms.DateField(
        label="新一届任职日期", widget=DateInput, help_text="离任的人任期到前一天为止，接任的人从这一天起。"
    )
    basis = CleanField(label="依据文件", max_length=200, help_text="例如：示例教关〔2018〕3号。")

    def clean_on(self):
        return near(self.cleaned_data["on"])


class SeatForm(HolderForm):
    """One serving seat of a term change; the seats a form may name are those of the unit."""

    seat = forms.IntegerField(widget=forms.HiddenInput)
    goes = forms.ChoiceField(label="去留", choices=GOES)

    field_order = ("seat", "goes", "printed_name", "duty", "service", "is_by_office")

    def __init__(self, *args, seats: dict[int, Appointment], **kwargs):
        super().__init__(*args, **kwargs)
        self.seats = seats
        self.fields["printed_name"].required = False
        self.fields["printed_name"].label = "接任人姓名"
        self.fields["printed_name"].help_text = ""
        self.fields["printed_name"].widget.attrs.pop("aria-required", None)
        for name in ("printed_name", "duty", "service"):
            self.fields[name].help_text = ""

    @property
    def present(self) -> Appointment | None:
        """The seat that this line is about."""
        value = self["seat"].value()
        return self.seats.get(int(value)) if str(value).isdecimal() else None

    def clean_seat(self):
        if self.cleaned_data["seat"] not in self.seats:
            raise ValidationError("这个任职不在本单位现任名单中。请刷新页面后再办。", code="foreign")
        return self.cleaned_data["seat"]

    def clean(self):
        asked = super().clean()
        if (
            asked.get("goes") == "REPLACE"
            and not asked.get("printed_name")
            and "printed_name" not in self.errors
        ):
            self.add_error("printed_name", "选了“由他人接任”，请填写接任人姓名。")
        if asked.get("goes") in {"STAY", "LEAVE"} and asked.get("printed_name"):
            self.add_error("goes", "填了接任人姓名，请选“由他人接任”；不换人请把姓名清空。")
        return asked

    def change(self) -> SeatChange:
        """Return the line as the step takes it."""
        kind = self.cleaned_data["goes"]
        values = holder_values(self.cleaned_data) if kind == "REPLACE" else {}
        return SeatChange(kind, self.cleaned_data["seat"], values)


class NewSeatForm(HolderForm):
    """A seat that a term change adds; an empty line adds none."""

    position = forms.TypedChoiceField(label="任职", coerce=int, empty_value=None, required=False)

    field_order = ("position", "printed_name", "duty", "service", "is_by_office")

    def __init__(self, *args, level: str, **kwargs):
        super().__init__(*args, **kwargs)
        seats = [(one.value, one.label) for one in SEATS[level]]
        self.fields["position"].choices = [("", "请选择"), *seats]
        self.fields["printed_name"].required = False
        self.fields["printed_name"].widget.attrs.pop("aria-required", None)
        for name in ("printed_name", "duty"):
            self.fields[name].help_text = ""

    def clean(self):
        asked = super().clean()
        if asked.get("printed_name") and asked.get("position") is None and "position" not in self.errors:
            self.add_error("position", "请选择新增的任职。")
        if asked.get("position") is not None and not asked.get("printed_name") and not self.errors:
            self.add_error("printed_name", "请填写新任人员的姓名。")
        return asked

    def change(self) -> SeatChange | None:
        """Return the line as the step takes it; None for an empty one."""
        if not self.cleaned_data.get("printed_name"):
            return None
        values = holder_values(self.cleaned_data) | {"position": self.cleaned_data["position"]}
        return SeatChange("NEW", values=values)


def holder_values(cleaned: dict[str, Any]) -> dict[str, Any]:
    return {name: cleaned[name] for name in ("printed_name", "duty", "service", "is_by_office")}


class Together:
    """Several forms of one page as one, for the summary of their faults."""

    is_bound = True

    def __init__(self, *forms_of_page: Any):
        self.forms = forms_of_page

    def non_field_errors(self):
        return [fault for form in self.forms if form.is_bound for fault in form.non_field_errors()]

    def __iter__(self):
        return (bound for form in self.forms if form.is_bound for bound in form)


class Lines(forms.BaseFormSet):
    """The lines of a page, with the portal's words for a page that came back damaged."""

    default_error_messages = {
        "missing_management_form": "页面内容不完整，请刷新页面后再填。",
        "too_many_forms": "一次最多 %(num)d 行，请分几次办理。",
    }


LIMITS = {"max_num": MOST_LINES, "absolute_max": MOST_LINES, "validate_max": True, "formset": Lines}
SeatFormSet = forms.formset_factory(SeatForm, extra=0, **LIMITS)
NewSeatFormSet = forms.formset_factory(NewSeatForm, extra=NEW_LINES, **LIMITS)
