"""What the forms over one row share: clean text, the mark of the page, constraints left to the step."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from guanweihui.forms import PortalModelForm
from guanweihui.round_forms import checked


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
                    several = isinstance(self.fields[name].widget, forms.Textarea)
                    data[name] = checked(value, multiline=several)
                except ValidationError as fault:
                    self.add_error(name, fault)
        return data

    def values(self) -> dict[str, Any]:
        """Return what the step takes: the fields of the row that this form shows."""
        return {name: self.cleaned_data[name] for name in self._meta.fields if name in self.cleaned_data}

    def _post_clean(self) -> None:
        """Leave the constraints to the step: the row as it stands is what a refusal must compare with."""
