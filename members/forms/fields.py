"""Fields that the forms of several drawers share, beside those of a person's file."""

from typing import Any

from django import forms

from guanweihui.round_forms import checked


class LinesField(forms.CharField):
    """Several lines of text without unseen characters; a wrong one is named with its place.

    Line breaks stay, each as one LF, so that a browser's CR LF does not count twice.
    """

    def to_python(self, value: Any) -> str:
        value = super().to_python(value)
        return checked(value, multiline=True) if value else value
