"""Forms of the three-year plan: words and goals, one task, progress, proposing, approving."""

from collections.abc import Sequence
from typing import Any

from django import forms

from guanweihui.forms import PortalForm
from guanweihui.round_forms import ReasonForm, checked
from outreach.forms.rows import RowForm
from outreach.models import YEARS, Need, Plan, PlanGoal, PlanItem
from outreach.workflow.plans import ITEM_FIELDS, PLAN_FIELDS

GOAL = "goal_"


class PlanForm(RowForm):
    """Title, basis, and the goal of each year."""

    class Meta:
        model = Plan
        fields = PLAN_FIELDS
        help_texts = {"basis": "例如：2018年11月赴8校调研情况、受援地区教育局协议。"}

    def __init__(self, *args: Any, goals: Sequence[PlanGoal] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {goal.year_no: goal.text for goal in goals}
        for year_no in range(1, YEARS + 1):
            field = forms.CharField(
                label=f"第{year_no}年目标",
                max_length=300,
                required=False,
                widget=forms.Textarea(attrs={"rows": "3", "class": "form-control"}),
                initial=known.get(year_no, ""),
                help_text="可以以后再填，提请审定前须填写。" if year_no == 1 else "",
            )
            self.fields[f"{GOAL}{year_no}"] = field

    def values(self) -> dict[str, Any]:
        goals = {year_no: self.cleaned_data[f"{GOAL}{year_no}"].strip() for year_no in range(1, YEARS + 1)}
        return {**super().values(), "goals": goals}


class NeedBoxes(forms.ModelMultipleChoiceField):
    """Needs as boxes, each with its school and field."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Need) -> str:
        return f"{obj.visit.host_school}　{obj.get_field_display()}：{obj.text}"


class PlanItemForm(RowForm):
    """One task: what, how, where, how much, who, by when, which needs."""

    year_no = forms.TypedChoiceField(
        label="第几年", choices=[(n, f"第{n}年") for n in range(1, YEARS + 1)], coerce=int
    )
    mode = forms.ChoiceField(
        label="方式",
        choices=PlanItem.Mode,
        widget=forms.RadioSelect,
        initial=PlanItem.Mode.TOGETHER,
        help_text="整体推进：全体老校长一起办；分散活动：各结对分头办。",
    )
    needs = NeedBoxes(
        label="针对的需求",
        queryset=Need.objects.none(),
        required=False,
        help_text="勾选后，待安排的需求转为“推进中”。",
    )

    class Meta:
        model = PlanItem
        fields = (*(name for name in ITEM_FIELDS if name != "position"), "needs")
        help_texts = {
            "host_school": "只在一所学校办的，请选择；面向全部受援学校的，不选。",
            "measure": "下校和送教的数量由已确认的记录自动统计；其他的选“由责任人填报”。",
            "indicator": "数的是什么，例如“新建制度（项）”。自动统计的可以不填。",
            "due_on": "要在这一年开始之后、方案结束之前。",
        }

    def __init__(self, *args: Any, hosts: Any, needs: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["host_school"].queryset = hosts
        self.fields["host_school"].empty_label = "全部受援学校"
        for name in ("field", "measure"):
            self.fields[name].choices = [("", "请选择"), *PlanItem._meta.get_field(name).choices]
        self.fields["needs"].queryset = needs
        self.fields["target"].min_value = 1
        self.fields["target"].widget.attrs["min"] = "1"

    def clean_target(self) -> int:
        target: int = self.cleaned_data["target"]
        if target < 1:
            raise forms.ValidationError("目标值至少是1。")
        return target


class ProgressForm(PortalForm):
    """What was done of a task since the report before; `mark` says what had been reported by then."""

    mark = forms.CharField(required=False, widget=forms.HiddenInput)
    reported_on = forms.DateField(label="日期")
    done = forms.IntegerField(
        label="本次完成数", min_value=0, max_value=10**6, help_text="只填上次填报以后新完成的，平台自动累加。"
    )
    words = forms.CharField(label="情况说明", max_length=300, required=False)

    def clean_words(self) -> str:
        return checked(self.cleaned_data["words"])


class RemoveForm(PortalForm):
    """The confirmation that a task leaves the draft."""

    confirmed = forms.BooleanField(label="我已核对，确认删除这项任务")


class ProposeForm(PortalForm):
    """Put a draft forward."""

    confirmed = forms.BooleanField(label="我已核对，确认提请审定")


class ApproveForm(PortalForm):
    """Approve a plan whose content stands on its page."""

    confirmed = forms.BooleanField(label="我已核对方案内容，确认审定")


class ReviseForm(ReasonForm):
    """Why a plan in force is changed."""

    reason = forms.CharField(label="修订原因", max_length=200, widget=forms.Textarea)
