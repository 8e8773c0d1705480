"""What the forms over one row share: clean text, bounds, the mark of the page; constraints are the step's."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator

from guanweihui.forms import PortalModelForm, in_our_times
from guanweihui.round_forms import checked

#: The largest number that a column of each kind holds; SQLite takes more and PostgreSQL breaks.
MOST = {
    "PositiveSmallIntegerField": 32_767,
    "SmallIntegerField": 32_767,
    "PositiveIntegerField": 2_147_483_647,
    "IntegerField": 2_147_483_647,
}
#: No row has a key of more digits: they would not fit the column.
KEY_DIGITS = 18


class RowForm(PortalModelForm):
    """The base of forms over one row: shape and text are checked here, constraints by the step.

    `mark` says what the row was when the page was opened.
    """

    mark = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = {field.name: field.get_internal_type() for field in self._meta.model._meta.fields}
        for name, field in self.fields.items():
            bound(field, kinds.get(name, ""))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name, value in list(data.items()):
            field = self.fields[name]
            try:
                if isinstance(value, str) and value and isinstance(field, forms.CharField):
                    data[name] = checked(value, multiline=isinstance(field.widget, forms.Textarea))
                elif value and isinstance(field, forms.DateField):
                    in_our_times(value)
            except ValidationError as fault:
                self.add_error(name, fault)
        return data

    def values(self) -> dict[str, Any]:
        """Return what the step takes: the fields of the row that this form shows."""
        return {name: self.cleaned_data[name] for name in self._meta.fields if name in self.cleaned_data}

    def _post_clean(self) -> None:
        """Leave the constraints to the step: the row as it stands is what a refusal must compare with."""


def bound(field: forms.Field, kind: str) -> None:
    """Keep a form's field within what its column holds; `kind` is the column's, empty for none.

    The row's own validators never run in these forms, so an endless number would break the write.
    """
    if isinstance(field, forms.ModelMultipleChoiceField):
        field.clean = _with_possible_keys(field)  # type: ignore[method-assign]
    elif isinstance(field, forms.IntegerField) and kind in MOST:
        said = f"“{field.label}”最大填 {MOST[kind]:,}，请核对。"
        field.validators.append(MaxValueValidator(MOST[kind], said))


def _with_possible_keys(field: forms.ModelMultipleChoiceField) -> Callable[[Any], Any]:
    """Refuse keys that no row can have: SQLite breaks when it is asked for one among others."""
    clean = field.clean

    def cleaned(value: Any) -> Any:
        for key in value or ():
            if len(str(key)) > KEY_DIGITS:
                words = field.error_messages["invalid_choice"]
                raise ValidationError(words, code="invalid_choice", params={"value": str(key)[:KEY_DIGITS]})
        return clean(value)

    return cleaned
