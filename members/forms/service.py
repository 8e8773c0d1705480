"""Forms of service hours: a claim, a sign-in sheet, the grid that is typed from its paper, a check."""

from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from guanweihui.forms import DateInput, PortalForm, dress
from guanweihui.models import School
from guanweihui.scope import Role, reach_of
from guanweihui.workflow import Refused
from members.filters.service import visible_teams
from members.forms.fields import LinesField
from members.forms.people import CleanField
from members.models import QuarterCheck, ServiceKind, ServiceRecord
from members.workflow.service import WRITERS
from members.workflow.service_rules import half_hours_of
from members.workflow.service_sheets import MOST_PEOPLE, find_people, roster_of


class TimeInput(forms.TimeInput):
    """A browser's own field for a time of day to the minute."""

    input_type = "time"

    def __init__(self, attrs: dict | None = None):
        super().__init__(attrs=attrs, format="%H:%M")


class OrganisedForm(PortalForm):
    """What a claim and a sheet share: the organiser that the actor may name.

    A school may only name itself; the district may name any school, a team, or neither.
    """

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        reach = reach_of(request.user)
        school, team = self.fields["school"], self.fields["team"]
        today = timezone.localdate()
        school.queryset = School.objects.visible_to(request.user, roles=WRITERS).open_on(today).in_order()
        team.queryset = visible_teams(request)
        if not reach.serves(Role.DISTRICT):
            school.required, school.empty_label = True, None
            dress(school)


class RecordForm(OrganisedForm):
    """One claim of service hours for one volunteer."""

    person = forms.CharField(
        label="志愿者", max_length=80, help_text="写姓名、拼音或教工编号；同名时写“姓名 教工编号”。"
    )
    kind = forms.ChoiceField(label="类别", choices=ServiceKind)
    content = forms.CharField(label="服务内容", max_length=100)
    place = forms.CharField(label="地点", max_length=100, required=False)
    school = forms.ModelChoiceField(
        label="组织学校", queryset=School.objects.none(), required=False, empty_label="不是学校组织"
    )
    team = forms.ModelChoiceField(label="队伍", queryset=None, required=False, empty_label="不是队伍组织")
    served_on = forms.DateField(label="日期", widget=DateInput)
    starts_at = forms.TimeField(label="开始时间", widget=TimeInput, required=False)
    ends_at = forms.TimeField(label="结束时间", widget=TimeInput, required=False)
    hours = forms.DecimalField(
        label="服务时间（小时）",
        max_digits=5,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        help_text="以半小时为单位，例如 1.5。路途时间不计。",
    )
    evidence = forms.ChoiceField(
        label="补录依据",
        choices=ServiceRecord.Evidence,
        required=False,
        help_text="今年以前的服务属于补录，须选择依据的等级。",
    )
    basis = CleanField(
        label="依据说明", max_length=200, required=False, help_text="例如：2019年签到册第 12 页。"
    )

    def clean_hours(self) -> Decimal:
        try:
            half_hours_of(self.cleaned_data["hours"])
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return self.cleaned_data["hours"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        day = values.get("served_on")
        if "person" in values and day:
            people, faults = find_people(values["person"], by=self.request.user, day=day)
            if faults or len(people) != 1:
                self.add_error("person", faults or ["一条记录只写一个人。多人请用签到表登记。"])
            else:
                values["person"] = people[0]
        return values


class SheetForm(OrganisedForm):
    """A new sign-in sheet with the people expected."""

    NOBODY, ROSTER = "", "ROSTER"

    kind = forms.ChoiceField(label="类别", choices=ServiceKind)
    content = forms.CharField(label="服务内容", max_length=100)
    place = forms.CharField(label="地点", max_length=100)
    school = forms.ModelChoiceField(
        label="组织学校", queryset=School.objects.none(), required=False, empty_label="不是学校组织"
    )
    team = forms.ModelChoiceField(label="组织队伍", queryset=None, required=False, empty_label="不是队伍组织")
    held_on = forms.DateField(label="日期", widget=DateInput)
    starts_at = forms.TimeField(label="开始时间", widget=TimeInput)
    ends_at = forms.TimeField(label="结束时间", widget=TimeInput)
    contact = forms.CharField(label="联系人", max_length=50, required=False)
    contact_phone = forms.CharField(
        label="联系电话", max_length=20, required=False, help_text="写办公电话，会印在签到表上。"
    )
    roster = forms.ChoiceField(
        label="预定参加人员",
        choices=[(NOBODY, "只列下面写出的人"), (ROSTER, "列入组织队伍（没有队伍时为学校）的全部志愿者")],
        required=False,
    )
    people = forms.CharField(
        label="逐个写出",
        required=False,
        widget=forms.Textarea,
        help_text="一行一人，写姓名或教工编号；同名时写“姓名 教工编号”。",
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        starts_at, ends_at = values.get("starts_at"), values.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", "结束时间要晚于开始时间，请核对。")
        if "people" in values and values.get("held_on"):
            found, faults = find_people(values["people"], by=self.request.user, day=values["held_on"])
            if faults:
                self.add_error("people", faults)
            more = roster_of(values, by=self.request.user) if values.get("roster") == self.ROSTER else []
            values["people"] = list({person.pk: person for person in (*found, *more)}.values())
        return values


class EntryRow(PortalForm):
    """One row of the grid. Who came not has no hours."""

    person = forms.IntegerField(widget=forms.HiddenInput)
    attended = forms.ChoiceField(label="到场", choices=[("1", "到"), ("0", "缺")])
    hours = forms.DecimalField(
        label="时数",
        max_digits=5,
        decimal_places=2,
        required=False,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        values["half_hours"] = 0
        if values.get("attended") == "1" and "hours" in values:
            try:
                values["half_hours"] = half_hours_of(values["hours"] or Decimal(0))
            except Refused as refusal:
                self.add_error("hours", str(refusal))
        return values


EntryGrid = forms.formset_factory(
    EntryRow, extra=0, max_num=MOST_PEOPLE, absolute_max=MOST_PEOPLE, validate_max=True
)


class ReasonForm(PortalForm):
    """Why a record is turned down or struck out."""

    reason = LinesField(label="理由", max_length=200, widget=forms.Textarea)


class QuarterForm(PortalForm):
    """Which quarter of which unit is checked."""

    school = forms.ModelChoiceField(
        label="单位", queryset=School.objects.none(), required=False, empty_label="区关工委（队伍和区级活动）"
    )
    year = forms.IntegerField(label="年", min_value=1990, max_value=2100)
    quarter = forms.TypedChoiceField(
        label="季度", coerce=int, choices=QuarterCheck._meta.get_field("quarter").choices
    )
    remark = CleanField(label="说明", max_length=200, required=False)

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        school = self.fields["school"]
        school.queryset = School.objects.visible_to(request.user, roles=WRITERS).in_order()
        if not reach_of(request.user).serves(Role.DISTRICT):
            school.required, school.empty_label = True, None
            dress(school)


class WhichQuarterForm(forms.Form):
    """The quarter that a page is asked for; nothing else of an address is read."""

    year = forms.IntegerField(required=False, min_value=1990, max_value=2100)
    quarter = forms.IntegerField(required=False, min_value=1, max_value=4)
    school = forms.IntegerField(required=False, min_value=1)


class QuarterQuery(PortalForm):
    """The query bar of the quarterly check."""

    year = forms.IntegerField(label="年", min_value=1990, max_value=2100)
    quarter = forms.ChoiceField(label="季度", choices=QuarterCheck._meta.get_field("quarter").choices)
