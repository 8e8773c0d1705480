"""Forms of teaching events, their items, what was said of them."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from guanweihui.forms import PortalForm
from guanweihui.round_forms import checked
from outreach.forms.rows import RowForm
from outreach.models import EventFeedback, HostSchool, Lesson, Need, PlanItem, Programme, TeachingEvent
from outreach.workflow.events import EVENT_FIELDS, FEEDBACK_FIELDS
from outreach.workflow.lessons import LESSON_FIELDS

SEPARATORS = re.compile(r"[、，,;；\n]+")
#: A name in this field is a school's; “周边5校” is a number and belongs in the field beside it.
A_NUMBER = re.compile(r"\d+\s*所?\s*(?:学校|校)$")


class NeedChoices(forms.ModelMultipleChoiceField):
    """Needs as boxes: school, field, words."""

    def label_from_instance(self, need: Need) -> str:
        return f"{need.visit.host_school}　{need.get_field_display()}：{need.text}"


class ItemChoices(forms.ModelMultipleChoiceField):
    """Tasks of the plan in force as boxes: year, words."""

    def label_from_instance(self, item: PlanItem) -> str:
        return f"第{item.year_no}年　{item.title}"


class EventForm(RowForm):
    """A teaching event; needs and tasks are those of its programme, once that is known."""

    needs = NeedChoices(
        label="针对的需求",
        queryset=Need.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="勾选后，这些需求记为推进中。",
    )
    items = ItemChoices(
        label="对应的方案任务",
        queryset=PlanItem.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = TeachingEvent
        fields = EVENT_FIELDS
        help_texts = {
            "name": "例如 承德送教下校活动。",
            "organiser": "例如 示例区教育关工委、区教师发展中心。",
            "summary": "办完以后填写，可以以后再补。",
        }

    def __init__(self, *args: Any, user: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        needs = Need.objects.visible_to(user).of_programme(programme).for_list()
        items = PlanItem.objects.visible_to(user).for_event(programme, self.instance).for_list()
        self.fields["needs"].queryset, self.fields["items"].queryset = needs, items
        if self.instance.pk:
            self.initial["needs"] = [one.pk for one in self.instance.needs.all()]
            self.initial["items"] = [one.pk for one in self.instance.items.all()]
        for name in ("needs", "items"):
            if not self.fields[name].queryset.exists():
                del self.fields[name]

    def links(self) -> dict[str, Any]:
        """Return the needs and tasks ticked; None where the page offered none."""
        asked = {name: self.cleaned_data.get(name) for name in ("needs", "items")}
        return {name: None if rows is None else list(rows) for name, rows in asked.items()}


class ProgrammeForm(PortalForm):
    """Which batch a new event belongs to, where several run."""

    programme = forms.ModelChoiceField(label="项目", queryset=Programme.objects.none())

    def __init__(self, *args: Any, programmes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = programmes


class LessonForm(RowForm):
    """An item of an event, with the schools that it radiates to: known ones, new ones, and a number."""

    radiated = forms.ModelMultipleChoiceField(
        label="辐射学校",
        queryset=HostSchool.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="知道校名的在这里勾选，按学校去重统计。",
    )
    new_schools = forms.CharField(
        label="名单里没有的辐射学校",
        max_length=300,
        required=False,
        help_text="写校名，几所学校用顿号分开。保存后列入受援学校名单。",
    )
    field_order = (*LESSON_FIELDS[:-1], "radiated", "new_schools", "radiated_unnamed")

    class Meta:
        model = Lesson
        fields = LESSON_FIELDS
        help_texts = {
            "topic": "同课异构的填同一课题，例如 《背影》。",
            "local_teacher": "受援地区的教师；同课异构必填。",
            "visiting_teacher": "本区去送教的教师；同课异构必填，讲座填主讲人。",
            "research_officer": "评课必填；讲座由教研员主讲的填在这里。",
            "attendances": "到场的人次。",
            "radiated_unnamed": "只知道数目、不知道校名的，填学校数，单独统计，不与有校名的相加。",
        }

    def __init__(self, *args: Any, user: Any, event: TeachingEvent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        schools = HostSchool.objects.visible_to(user).for_list()
        for name in ("host_school", "radiated"):
            self.fields[name].queryset = schools
        self.fields["host_school"].empty_label = "请选择"
        self.fields["kind"].choices = [("", "请选择"), *Lesson.Kind.choices]
        if self.instance.pk:
            self.initial["radiated"] = [one.pk for one in self.instance.radiated.all()]
        else:
            self.fields["held_on"].initial = event.from_on
        for name in ("attendances", "radiated_unnamed"):
            self.fields[name].required = False

    def clean_attendances(self) -> int:
        return self.cleaned_data["attendances"] or 0

    def clean_radiated_unnamed(self) -> int:
        return self.cleaned_data["radiated_unnamed"] or 0

    def clean_new_schools(self) -> list[str]:
        """Read the names, each once."""
        parts = SEPARATORS.split(self.cleaned_data["new_schools"])
        names = list(dict.fromkeys(checked(part.strip()) for part in parts if part.strip()))
        for name in names:
            if len(name) > 60:
                raise ValidationError(f"校名“{name[:20]}…”太长，最多 60 个字。")
            if A_NUMBER.search(name):
                raise ValidationError(f"“{name}”是数目，不是校名，请把数目填在“另辐射学校数”。")
        return names

    def schools(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"radiated": list(data["radiated"]), "new_schools": data["new_schools"]}


class RemoveForm(PortalForm):
    """Why an item is removed."""

    reason = forms.CharField(label="删除理由", max_length=200, help_text="例如 重复登记。")

    def clean_reason(self) -> str:
        return checked(self.cleaned_data["reason"])


class FeedbackForm(RowForm):
    """What those who took part said: sheets, how many content, words; by school or all together."""

    class Meta:
        model = EventFeedback
        fields = FEEDBACK_FIELDS
        widgets = {"words": forms.Textarea}
        help_texts = {"host_school": "全体参加人员一起统计的留空。"}

    def __init__(self, *args: Any, user: Any, event: TeachingEvent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["host_school"].queryset = HostSchool.objects.visible_to(user).for_list()
        self.fields["host_school"].empty_label = "全体参加人员"
        self.fields["said_on"].initial = event.to_on
        for name in ("returned", "content_with"):
            self.fields[name].required = False

    def clean_returned(self) -> int:
        return self.cleaned_data["returned"] or 0

    def clean_content_with(self) -> int:
        return self.cleaned_data["content_with"] or 0

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("content_with", 0) > data.get("returned", 0):
            self.add_error("content_with", "满意份数不能多于收回份数。")
        return data
