"""Forms of the ledger of places."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from awards.models import Quota
from awards.workflow.quotas import HANDERS, Unit, name_of
from guanweihui.forms import PortalForm, dress
from guanweihui.models import CollaborationGroup, School
from guanweihui.scope import Role

MOST = 9999


class PlacesField(forms.IntegerField):
    """A number of places."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.NumberInput(attrs={"inputmode": "numeric"})
        super().__init__(**{"min_value": 0, "max_value": MOST, "widget": widget, **kwargs})


def reason_field(hint: str) -> forms.CharField:
    return forms.CharField(label="理由", max_length=120, help_text=hint)


class GrantForm(PortalForm):
    """How many places the district has in a category."""

    places = PlacesField(label="核定名额")
    reason = reason_field("例如：按表彰通知核定。理由写入变动记录。")


class AllotForm(PortalForm):
    """The places of all units below a row at once: a box a unit, and beside it what stood on the page."""

    reason = reason_field("例如：按学校数下达。理由写入每个单位的变动记录。")

    def __init__(self, *args: Any, units: Sequence[Unit], rows: Mapping[int, Quota], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units, self.rows = units, rows
        for unit in units:
            places = rows[unit.pk].places if unit.pk in rows else 0
            self.fields[f"unit_{unit.pk}"] = PlacesField(label=f"{unit}的新名额", initial=places)
            hidden = {"widget": forms.HiddenInput, "initial": places, "required": False}
            self.fields[f"seen_{unit.pk}"] = forms.IntegerField(min_value=0, max_value=MOST, **hidden)
            # Its label stands in the head of the column, so the box says whose it is.
            self.fields[f"unit_{unit.pk}"].widget.attrs["aria-label"] = f"{unit}的新名额"
            dress(self.fields[f"unit_{unit.pk}"])
        self.order_fields([f"unit_{unit.pk}" for unit in units])

    def wanted(self) -> dict[Unit, int]:
        return {unit: self.cleaned_data[f"unit_{unit.pk}"] for unit in self.units}

    def seen(self) -> dict[Unit, int]:
        """Return what stood on the page; a page that does not say it saw what stands now."""
        said = {unit: self.cleaned_data.get(f"seen_{unit.pk}") for unit in self.units}
        return {unit: places for unit, places in said.items() if places is not None}

    def lines(self) -> list[tuple[Any, Any, int, int, Unit]]:
        """Return (box, hidden box, places, used, unit) of every unit."""
        found = []
        for unit in self.units:
            row = self.rows.get(unit.pk)
            numbers = (row.places, row.used) if row else (0, 0)
            found.append((self[f"unit_{unit.pk}"], self[f"seen_{unit.pk}"], *numbers, unit))
        return found


class SourceChoice(forms.ModelChoiceField):
    """A row to take places from, with what it has left."""

    def label_from_instance(self, row: Quota) -> str:
        return f"{name_of(row)}（名额 {row.places}，已用 {row.used}，可调出 {row.left}）"


class TransferForm(PortalForm):
    """Places from one group to another one, or between two schools."""

    source = SourceChoice(label="调出单位", queryset=Quota.objects.none(), empty_label="请选择")
    target = forms.ChoiceField(label="调入单位")
    places = PlacesField(label="名额", min_value=1)
    reason = reason_field("例如：东苑协作组没有合适人选，调剂给西苑协作组。")

    def __init__(self, *args: Any, category: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Quota.objects.visible_to(actor, roles=HANDERS).of(category)
        groups = CollaborationGroup.objects.visible_to(actor, roles={Role.DISTRICT}).in_order()
        schools = School.objects.visible_to(actor, roles=HANDERS).for_list()
        self.fields["source"].queryset = rows.to_move(groups).for_list()
        self.units = {f"group-{one.pk}": one for one in groups} | {f"school-{one.pk}": one for one in schools}
        self.fields["target"].choices = [
            ("", "请选择"),
            *([("协作组", [(f"group-{one.pk}", str(one)) for one in groups])] if groups else []),
            ("学校", [(f"school-{one.pk}", str(one)) for one in schools]),
        ]

    def clean_target(self) -> Unit:
        return self.units[self.cleaned_data["target"]]
