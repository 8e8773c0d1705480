"""Forms of needs: one need, and what the host school says came of it."""

from typing import Any

from django import forms

from guanweihui.due_forms import ScanField
from guanweihui.forms import PortalForm
from guanweihui.round_forms import checked
from outreach.forms.rows import RowForm
from outreach.models import Assessment, Need
from outreach.workflow.needs import NEED_FIELDS


class NeedForm(RowForm):
    """Field, words, priority and owner of a need."""

    class Meta:
        model = Need
        fields = NEED_FIELDS


class AssessForm(PortalForm):
    """What came of a need, in the host school's own words; large and simple."""

    rating = forms.ChoiceField(
        label="这条需求现在怎么样", choices=Assessment.Rating, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label="意见", max_length=500, required=False, widget=forms.Textarea, help_text="可以不填。"
    )
    assessor_name = forms.CharField(label="评价人姓名", max_length=50)

    def clean_words(self) -> str:
        return checked(self.cleaned_data["words"], multiline=True)

    def clean_assessor_name(self) -> str:
        return checked(self.cleaned_data["assessor_name"]).strip()


class PaperAssessForm(AssessForm):
    """A sealed paper that the office enters for the school."""

    assessed_on = forms.DateField(label="评价日期", help_text="评价单上的日期。")
    scan = ScanField(label="盖章的评价单扫描件", help_text="只有区里的工作人员、领导和审计员能打开。")
    field_order = ("rating", "words", "assessor_name", "assessed_on", "scan")

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "scan"}
