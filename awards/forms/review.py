"""Forms of the review: the opinion with its remarks, a panellist's mark, a group's order."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms

from awards.models import Nomination, Opinion
from guanweihui.due_forms import REMARK, RemarkField
from guanweihui.forms import PortalForm
from guanweihui.questionnaire import Paragraph
from guanweihui.round_forms import checked

Verdict = Opinion.Verdict
GROUP_WORDS, DISTRICT_WORDS = "同意，报区级复核", "同意，复核通过"
#: The form that fields elsewhere on the page belong to.
FORM_ID = "opinion-form"
PLACE = "place_"


class OpinionForm(PortalForm):
    """What a reviewer decides; a group signs its agreement, a return may say something of single fields.

    `paragraphs` are the answers as sent; the field of a remark stands beside its answer, outside the form.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)
    verdict = forms.ChoiceField(label="审核结论", widget=forms.RadioSelect, initial=Verdict.AGREE)
    text = forms.CharField(
        label="意见",
        widget=forms.Textarea,
        max_length=300,
        required=False,
        help_text="退回修改和不予推荐时必填。",
    )
    signed_by = forms.CharField(label="签署人", max_length=50, required=False)
    signed_on = forms.DateField(label="签署日期", required=False)

    def __init__(
        self,
        *args: Any,
        paragraphs: Sequence[Paragraph],
        is_group: bool,
        today: datetime.date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, auto_id="opinion_%s", **kwargs)
        self.paragraphs, self.is_group, self.today = paragraphs, is_group, today
        self.fields["verdict"].choices = [
            (Verdict.AGREE, GROUP_WORDS if is_group else DISTRICT_WORDS),
            (Verdict.RETURN, Verdict.RETURN.label),
            (Verdict.DECLINE, Verdict.DECLINE.label),
        ]
        if not is_group:
            del self.fields["signed_by"], self.fields["signed_on"]
        for one in paragraphs:
            field = RemarkField(label=f"“{one.label}”的意见", max_length=200, required=False)
            field.widget.attrs |= {"class": "form-control", "form": FORM_ID, "aria-label": field.label}
            self.fields[REMARK + one.key] = field

    def own_fields(self) -> list[forms.BoundField]:
        """Return the fields that stand in the form itself."""
        return [one for one in self.visible_fields() if not one.name.startswith(REMARK)]

    def remark(self, key: str) -> forms.BoundField | None:
        return self[REMARK + key] if REMARK + key in self.fields else None

    def clean_text(self) -> str:
        return checked(self.cleaned_data["text"], multiline=True)

    def clean_signed_by(self) -> str:
        return checked(self.cleaned_data["signed_by"])

    def clean(self) -> dict[str, Any]:
        """Ask for the reason where one is due, and for the signature of a group that agrees."""
        data = super().clean() or {}
        verdict = data.get("verdict")
        if verdict == Verdict.RETURN and not data.get("text", "").strip() and "text" not in self.errors:
            self.add_error("text", "请写明退回的理由，学校会按理由修改。")
        if verdict == Verdict.DECLINE and not data.get("text", "").strip() and "text" not in self.errors:
            self.add_error("text", "请写明不予推荐的理由。")
        if verdict in (Verdict.AGREE, Verdict.DECLINE) and self.remarks():
            self.add_error(
                "verdict", "您写了逐项意见，只有退回修改才会转给学校。请选退回修改，或清空逐项意见。"
            )
        if self.is_group and verdict == Verdict.AGREE:
            self._ask_for_signature(data)
        return data

    def _ask_for_signature(self, data: Mapping[str, Any]) -> None:
        if not data.get("signed_by", "").strip() and "signed_by" not in self.errors:
            self.add_error("signed_by", "协作组意见须由负责人签署，请填写签署人。")
        signed_on = data.get("signed_on")
        if signed_on is None and "signed_on" not in self.errors:
            self.add_error("signed_on", "请填写签署日期。")
        elif signed_on is not None and signed_on > self.today:
            self.add_error("signed_on", "签署日期不能晚于今天，请核对。")

    def remarks(self) -> dict[str, str]:
        """Return what was said of single fields, by key."""
        data = self.cleaned_data
        return {one.key: said for one in self.paragraphs if (said := data.get(REMARK + one.key, "").strip())}


class MarkForm(PortalForm):
    """What one member of the panel thinks of a nomination."""

    panellist = forms.CharField(label="评审人", max_length=50)
    points = forms.DecimalField(
        label="评分",
        min_value=0,
        max_value=100,
        decimal_places=1,
        required=False,
        help_text="0—100，可以有一位小数。",
        error_messages={"max_digits": "评分最多一位小数。", "max_decimal_places": "评分最多一位小数。"},
    )
    note = forms.CharField(label="评语", max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="mark_%s", **kwargs)

    def clean_panellist(self) -> str:
        return checked(self.cleaned_data["panellist"])

    def clean_note(self) -> str:
        return checked(self.cleaned_data["note"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        is_empty = data.get("points") is None and not data.get("note", "").strip()
        if is_empty and self.errors.keys().isdisjoint({"points", "note"}):
            self.add_error("points", "评分和评语至少填一项。")
        return data


class OrderForm(PortalForm):
    """The places of a group's nominations within a category, typed as numbers."""

    def __init__(self, *args: Any, nominations: Sequence[Nomination], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.nominations = nominations
        for place, one in enumerate(nominations, start=1):
            label = f"{one.nominee}的顺序"
            field = forms.IntegerField(label=label, min_value=1, max_value=999, initial=place)
            field.error_messages["required"] = f"请填写“{one.nominee}”的顺序。"
            field.widget.attrs |= {"class": "form-control", "aria-label": label}
            self.fields[f"{PLACE}{one.pk}"] = field

    def rows(self) -> Iterator[tuple[Nomination, forms.BoundField]]:
        """Yield each nomination with the field of its place."""
        return ((one, self[f"{PLACE}{one.pk}"]) for one in self.nominations)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        seen: dict[int, str] = {}
        for one in self.nominations:
            name = f"{PLACE}{one.pk}"
            if (place := data.get(name)) in seen:
                self.add_error(name, f"“{one.nominee}”和“{seen[place]}”都排在第 {place}，请改成不同的数字。")
            elif place is not None:
                seen[place] = one.nominee
        return data

    def keys(self) -> list[int]:
        """Return the keys of the nominations in the order typed."""
        return sorted(
            (one.pk for one in self.nominations), key=lambda key: self.cleaned_data[f"{PLACE}{key}"]
        )
