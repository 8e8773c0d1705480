"""Forms of teams: the team itself, who joins and leaves, the yearly plan."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from guanweihui.forms import DateInput, PortalForm, PortalModelForm
from guanweihui.models import User
from guanweihui.text import PhoneError, TextError, check_text, parse_phone
from members.forms.people import CleanField
from members.models import Person, Team, TeamMembership
from members.workflow.teams import bearers

#: So many namesakes are named in the fault; more are only counted.
MOST_NAMESAKES = 5


class TeamForm(PortalModelForm):
    """A team; the staff to choose from are the district's own, and an old tab is told by `version`."""

    staff = forms.ModelChoiceField(
        label="联系工作人员",
        queryset=User.objects.none(),
        required=False,
        empty_label="未指定",
        help_text="队长没有账号，队伍的待办事项交给这位工作人员。",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Team
        fields = (
            "name",
            "position",
            "purpose",
            "charter",
            "phone",
            "staff",
            "founded_on",
            "dissolved_on",
            "is_invented",
        )
        widgets = {"founded_on": DateInput, "dissolved_on": DateInput}
        field_classes = {"purpose": CleanField}

    def __init__(self, *args, staff: Any, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["staff"].queryset = staff
        self.fields["charter"].widget.attrs["rows"] = "12"
        if self.instance.pk:
            self.initial["version"] = self.instance.version

    def clean_phone(self):
        try:
            return parse_phone(self.cleaned_data["phone"]) if self.cleaned_data["phone"] else ""
        except PhoneError as fault:
            raise ValidationError(str(fault), code="invalid") from fault

    def clean_name(self):
        return plain(self.cleaned_data["name"])

    def clean_charter(self):
        return plain(self.cleaned_data["charter"], multiline=True)

    def values(self) -> dict[str, Any]:
        """Return what the step writes, without the version."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def _post_clean(self):
        """Leave the constraints to the step: the row as it stands is what a refusal must compare with."""


def plain(words: str, *, multiline: bool = False) -> str:
    """Refuse control characters and what cannot be seen; the reader's sentence becomes the fault."""
    try:
        return check_text(words.replace("\r\n", "\n"), multiline=multiline).strip()
    except TextError as fault:
        raise ValidationError(str(fault), code="invalid") from fault


class JoinForm(PortalForm):
    """Who joins: a whole name or staff number, found among the people within reach."""

    who = forms.CharField(
        label="姓名或教工编号", max_length=50, help_text="须是已登记的志愿者。有同名的人时请填教工编号。"
    )
    office = forms.TypedChoiceField(label="队内职务", coerce=int, choices=TeamMembership.Office, initial=9)
    from_on = forms.DateField(label="加入日期", widget=DateInput)

    def __init__(self, *args, people: Any, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = people

    def clean_who(self):
        """Find the one person; say who the namesakes are, so that a staff number can be chosen."""
        found = list(bearers(self.people, self.cleaned_data["who"])[: MOST_NAMESAKES + 1])
        if not found:
            raise ValidationError("没有找到这个人。请填写完整的姓名，或教工编号。", code="unknown")
        if len(found) > 1:
            named = "、".join(namesake(person) for person in found[:MOST_NAMESAKES])
            more = "等" if len(found) > MOST_NAMESAKES else ""
            raise ValidationError(f"有同名的人：{named}{more}。请填写教工编号。", code="several")
        return found[0]


def namesake(person: Person) -> str:
    return f"{person.name}（{person.school.short_name}，教工编号 {person.staff_no or '未填写'}）"


class LeaveForm(PortalForm):
    """A member's last day."""

    to_on = forms.DateField(label="退出日期", widget=DateInput, help_text="在队的最后一天。")
    reason = CleanField(label="退出原因", max_length=200, required=False)


class OfficeForm(PortalForm):
    """Another office in the team."""

    office = forms.TypedChoiceField(label="队内职务", coerce=int, choices=TeamMembership.Office)


class PlanForm(PortalForm):
    """A team's plan of a year and, at its end, what came of it."""

    year = forms.IntegerField(label="年度", min_value=1990, max_value=2100)
    plan = forms.CharField(label="年度计划", widget=forms.Textarea(attrs={"rows": "8"}), max_length=5000)
    summary = forms.CharField(
        label="年度总结", widget=forms.Textarea(attrs={"rows": "8"}), max_length=5000, required=False
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean_year(self):
        if self.cleaned_data["year"] > timezone.localdate().year + 1:
            raise ValidationError("最多填写到下一年度，请核对。", code="invalid")
        return self.cleaned_data["year"]

    def clean_plan(self):
        return plain(self.cleaned_data["plan"], multiline=True)

    def clean_summary(self):
        return plain(self.cleaned_data["summary"], multiline=True)
