"""Forms of research visits: the visit, and the needs it found as rows."""

from typing import Any

from django import forms

from guanweihui.forms import PortalForm
from guanweihui.round_forms import checked
from outreach.forms.rows import RowForm
from outreach.models import HostSchool, Need, Programme, ResearchVisit
from outreach.workflow.needs import NEED_FIELDS
from outreach.workflow.research import VISIT_FIELDS

#: So many needs go on one page; more are entered by opening the page again.
MOST_NEEDS = 60
#: Empty rows offered below those that stand.
MORE_ROWS = 4


class VisitForm(RowForm):
    """A visit: which school, when, who, how, what was seen."""

    class Meta:
        model = ResearchVisit
        fields = VISIT_FIELDS
        help_texts = {
            "visited_on": "一所学校一天登记一次；几天走访几所学校的，一校一天登记一次。",
            "team": "例如：周校长、韩助理、区教研员2人。",
            "method": "例如：听课、座谈、查阅资料。",
        }

    def __init__(self, *args: Any, programmes: Any, hosts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = programmes
        self.fields["host_school"].queryset = hosts
        for name in ("programme", "host_school"):
            self.fields[name].empty_label = "请选择"


class NeedRowForm(PortalForm):
    """One need as a row; a new row without words adds none."""

    need = forms.IntegerField(required=False, widget=forms.HiddenInput)
    field = forms.ChoiceField(label="领域", choices=Need.Field, required=False)
    text = forms.CharField(label="需求", max_length=200, required=False)
    priority = forms.TypedChoiceField(
        label="优先级", choices=Need.Priority, coerce=int, initial=Need.Priority.MIDDLE, required=False
    )
    owner = forms.CharField(label="责任人", max_length=50, required=False)

    def clean_text(self) -> str:
        return checked(self.cleaned_data["text"]).strip()

    def clean_owner(self) -> str:
        return checked(self.cleaned_data["owner"]).strip()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("text") and not data.get("field"):
            self.add_error("field", "请选择需求的领域。")
        if data.get("text") and not data.get("priority"):
            data["priority"] = Need.Priority.MIDDLE
        if data.get("need") and not data.get("text") and "text" not in self.errors:
            self.add_error("text", "已登记的需求不能清空；不用再办的，请在需求页面选“不再办理”。")
        if data.get("owner") and not data.get("text") and "text" not in self.errors:
            self.add_error("text", "填了责任人，请填写需求。")
        return data

    def row(self) -> dict[str, Any] | None:
        """Return what the step takes; None for an empty row."""
        if not self.cleaned_data.get("text"):
            return None
        return {
            "need": self.cleaned_data.get("need"),
            **{name: self.cleaned_data[name] for name in NEED_FIELDS},
        }


class Rows(forms.BaseFormSet):
    """The rows of a page, with the portal's words for a page that came back damaged."""

    default_error_messages = {
        "missing_management_form": "页面内容不完整，请刷新页面后再填。",
        "too_many_forms": f"一次最多 {MOST_NEEDS} 条需求，请分几次登记。",
    }


NeedRows = forms.formset_factory(
    NeedRowForm, formset=Rows, extra=0, max_num=MOST_NEEDS, absolute_max=MOST_NEEDS, validate_max=True
)


def rows_of(visit: ResearchVisit | None) -> list[dict[str, Any]]:
    """Return the rows of an untouched page: needs that stand and are unmet, then empty ones.

    A new visit is asked one row a field.
    """
    if visit is None:
        return [{"field": field.value, "priority": Need.Priority.MIDDLE} for field in Need.Field]
    stand = [
        {"need": need.pk, **{name: getattr(need, name) for name in NEED_FIELDS}}
        for need in visit.needs.all()
        if need.status in (Need.Status.OPEN, Need.Status.UNDER_WAY)
    ]
    return [*stand, *({"priority": Need.Priority.MIDDLE} for _ in range(MORE_ROWS))]


def chosen(actor: Any, roles: Any) -> dict[str, Any]:
    """Return the programmes and host schools that an actor may enter visits for."""
    return {
        "programmes": Programme.objects.visible_to(actor, roles=roles).for_list(),
        "hosts": HostSchool.objects.visible_to(actor, roles=roles).for_list(),
    }
