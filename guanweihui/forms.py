"""The portal's form base: Bootstrap classes, dates, required in words, errors that a screen reader finds."""

import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EMPTY_VALUES
from django.forms.renderers import BaseRenderer, DjangoTemplates
from django.template import TemplateDoesNotExist
from django.template.defaultfilters import filesizeformat
from django.template.loader import get_template

from guanweihui import text

#: The largest workbook that an import takes.
IMPORT_BYTES = 10 * 2**20
#: The years that somebody means: no statistical year begins outside of them.
FIRST_YEAR, LAST_YEAR = 1990, 2100
OWN_LOOK = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple, forms.HiddenInput)


class PortalRenderer(BaseRenderer):
    """Take a template from the portal when it has one, else Django's own."""

    built_in = DjangoTemplates()

    def get_template(self, template_name):
        """Look in the portal's templates first."""
        try:
            return get_template(template_name)
        except TemplateDoesNotExist:
            return self.built_in.get_template(template_name)


class DateInput(forms.DateInput):
    """A browser's own date field; it shows a value only in ISO form, whatever the locale writes."""

    input_type = "date"

    def __init__(self, attrs: dict | None = None):
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class DateTimeInput(forms.DateTimeInput):
    """A browser's own field for a moment to the minute."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict | None = None):
        super().__init__(attrs=attrs, format="%Y-%m-%dT%H:%M")


class UploadInput(forms.FileInput):
    """A file field with a drop area and a progress bar; accept is a list such as ".xlsx,.csv"."""

    template_name = "components/upload.html"

    def __init__(self, accept: str = "", max_bytes: int = 0, attrs: dict | None = None):
        super().__init__(attrs={"accept": accept, **(attrs or {})})
        self.max_bytes = max_bytes

    def get_context(self, name, value, attrs):
        """Add the file kinds and the size limit in words."""
        context = super().get_context(name, value, attrs)
        context["widget"]["kinds"] = "、".join(context["widget"]["attrs"].get("accept", "").split(","))
        context["widget"]["limit"] = filesizeformat(self.max_bytes) if self.max_bytes else ""
        return context


class ElderDateField(forms.CharField):
    """A date as old files spell it: 1955-3-8, 1955.3.8, 19550308, 1955年3月8日, or only 1955年3月.

    Cleans to text.PartialDate (a day and how precise it is) or None.
    """

    def __init__(self, **kwargs):
        kwargs.setdefault("help_text", "可写成 1955-3-8、1955.3.8、19550308 或 1955年3月。")
        super().__init__(**kwargs)

    def to_python(self, value):
        """Read the date; the reader's sentence becomes the field's error."""
        value = super().to_python(value)
        if value in EMPTY_VALUES:
            return None
        try:
            return text.parse_date(value)
        except text.DateError as fault:
            raise ValidationError(str(fault), code="invalid") from fault

    def prepare_value(self, value):
        """Write a stored date so that it can be typed again: 1955-03-08 or 1955-03."""
        return value.iso() if isinstance(value, text.PartialDate) else value


class PortalLook:
    """Mixin for the portal's forms: their look, and all checks on the server, for one summary."""

    default_renderer = PortalRenderer
    use_required_attribute = False

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            dress(field)


class PortalForm(PortalLook, forms.Form):
    """A plain form with the portal's look."""


class PortalModelForm(PortalLook, forms.ModelForm):
    """A model form with the portal's look; Meta.field_classes and Meta.widgets work as ever."""


class QueryForm(PortalForm):
    """The form of a query bar; give it to a FilterSet as Meta.form."""


def dress(field: forms.Field) -> None:
    """Give one field its Bootstrap class, a native date input and aria-required."""
    widget = field.widget
    if type(widget) is forms.DateInput:
        widget.input_type, widget.format = "date", "%Y-%m-%d"
    if type(widget) is forms.DateTimeInput:
        widget.input_type, widget.format = "datetime-local", "%Y-%m-%dT%H:%M"
    if isinstance(widget, forms.Textarea):
        widget.attrs = widget.attrs | {"rows": "4"} if widget.attrs.get("rows") == "10" else widget.attrs
        widget.attrs.pop("cols", None)
    for part in getattr(widget, "widgets", [widget]):
        if isinstance(part, OWN_LOOK):
            continue
        look = "form-select" if isinstance(part, forms.Select) else "form-control"
        words = part.attrs.get("class", "").split()
        part.attrs["class"] = " ".join(words if look in words else [*words, look])
    if field.required and field.label:
        verb = (
            "选择"
            if isinstance(field, forms.ChoiceField)
            else "确认"
            if isinstance(field, forms.BooleanField)
            else "填写"
        )
        field.error_messages["required"] = f"请{verb}“{field.label}”。"
    if field.required and not isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        widget.attrs.setdefault("aria-required", "true")


def in_our_times(day: datetime.date) -> None:
    """Refuse a year that nobody means, as 0202 for 2020 and 9999 for an agreement without end."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValidationError(
            f"年份写的是 {day.year}，请核对：年份填四位，在 {FIRST_YEAR} 到 {LAST_YEAR} 之间。",
            code="year",
        )


class YearForm(forms.Form):
    """The statistical year of a page; no other field, so nothing else of an address is read."""

    year = forms.IntegerField(required=False, min_value=FIRST_YEAR, max_value=LAST_YEAR)


class ImportForm(PortalForm):
    """The upload of an import."""

    file = forms.FileField(label="文件", widget=UploadInput(accept=".xlsx,.csv", max_bytes=IMPORT_BYTES))

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > IMPORT_BYTES:
            size, limit = filesizeformat(file.size), filesizeformat(IMPORT_BYTES)
            raise ValidationError(f"文件有 {size}，超过 {limit}。请分成几个文件后上传。")
        return file


class ConfirmImportForm(PortalForm):
    """The confirmation of an import; `valid_rows` leaves the wrong rows out."""

    valid_rows = forms.BooleanField(label="只导入没有错误的行", required=False)
