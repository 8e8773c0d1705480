"""Forms of the recommendation to the city: the choice, the result, giving up."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms

from awards.models import CityRecommendation, Honour
from guanweihui.forms import PortalForm

S = CityRecommendation.Status
ORDER = "order_"


class ChooseForm(PortalForm):
    """One box a winner: his place in the order; who has none is not recommended."""

    def __init__(
        self, *args: Any, winners: Sequence[Honour], places: Mapping[int, int], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.winners = winners
        for one in winners:
            name = one.printed_name or one.printed_unit
            field = forms.IntegerField(
                label=f"{name}的顺序",
                required=False,
                min_value=1,
                max_value=99,
                initial=places.get(one.pk),
                error_messages={"invalid": f"{name}的顺序请填整数，例如 1。"},
            )
            field.widget.attrs |= {"class": "form-control figure", "inputmode": "numeric"}
            self.fields[f"{ORDER}{one.pk}"] = field

    def rows(self) -> Iterator[tuple[Honour, forms.BoundField]]:
        """Yield each winner with the box of his place."""
        return ((one, self[f"{ORDER}{one.pk}"]) for one in self.winners)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        seen: dict[int, str] = {}
        for one in self.winners:
            place = data.get(f"{ORDER}{one.pk}")
            if place is None:
                continue
            name = one.printed_name or one.printed_unit
            if place in seen:
                self.add_error(
                    f"{ORDER}{one.pk}", f"顺序 {place} 填了两次：{seen[place]}、{name}，请改其中一个。"
                )
            seen.setdefault(place, name)
        return data

    def honours(self) -> list[Honour]:
        """Return the winners that have a place, the first one first."""
        placed = [(self.cleaned_data.get(f"{ORDER}{one.pk}"), one) for one in self.winners]
        return [one for place, one in sorted((pair for pair in placed if pair[0]), key=lambda pair: pair[0])]


class ResultForm(PortalForm):
    """What came of a recommendation: the city's honour with its document, or why it was not passed."""

    result = forms.ChoiceField(
        label="市级结果",
        choices=[(S.AWARDED, "市级表彰"), (S.REFUSED, "市里未通过")],
        widget=forms.RadioSelect,
    )
    title = forms.CharField(
        label="市级荣誉名称", max_length=60, required=False, help_text="市级表彰的必填，照表彰文件写。"
    )
    number = forms.CharField(label="市级文号", max_length=40, required=False)
    on = forms.DateField(label="市级发文日期", required=False, help_text="市级表彰的必填。")
    reason = forms.CharField(
        label="未通过原因", max_length=200, required=False, help_text="市里未通过的必填。"
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        asked = {
            S.AWARDED: (("title", "请填写“市级荣誉名称”。"), ("on", "请填写“市级发文日期”。")),
            S.REFUSED: (("reason", "请填写“未通过原因”。"),),
        }
        for name, words in asked.get(data.get("result"), ()):
            if name not in self.errors and not data.get(name):
                self.add_error(name, words)
        return data


class DropForm(PortalForm):
    """Why somebody is recommended no longer."""

    reason = forms.CharField(label="原因", max_length=200)
