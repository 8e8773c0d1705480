"""Forms of duplicates, merges and transfers."""

from django import forms

from guanweihui import text
from guanweihui.forms import PortalForm
from guanweihui.models import School
from members.workflow.transfers import ASKERS, read_id

#: From this length on a number of digits is meant as an ID number.
LEAST_ID = 15


class ReasonForm(PortalForm):
    """What a decision rests on."""

    reason = forms.CharField(label="依据", max_length=200, help_text="例如：已与本人电话核实。")


class MergeForm(ReasonForm):
    """Which of two files stays, and why they are one person."""

    survivor = forms.TypedChoiceField(label="保留哪一份", coerce=int, widget=forms.RadioSelect)
    field_order = ("survivor", "reason")

    def __init__(self, *args, choices, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["survivor"].choices = choices


class AskForm(PortalForm):
    """Who is to come to the school; `school` is asked only of those who serve at several."""

    school = forms.ModelChoiceField(label="转入学校", queryset=School.objects.none(), empty_label=None)
    id_number = forms.CharField(
        label="身份证号或教工编号",
        max_length=30,
        help_text="填身份证号最准确。填教工编号的，姓名须与登记的一致。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    typed_name = forms.CharField(label="姓名", max_length=50)
    reason = forms.CharField(label="理由", max_length=200, help_text="对方学校会看到。")

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        schools = list(School.objects.visible_to(user, roles=ASKERS).in_order())
        self.only_school = schools[0] if len(schools) == 1 else None
        if self.only_school:
            del self.fields["school"]
        else:
            self.fields["school"].queryset = School.objects.visible_to(user, roles=ASKERS).in_order()

    def clean_typed_name(self):
        try:
            return text.clean_name(self.cleaned_data["typed_name"])
        except text.TextError as fault:
            raise forms.ValidationError(f"{fault}。") from fault

    def clean_id_number(self):
        number = text.fold_width(self.cleaned_data["id_number"]).strip()
        if len(number) >= LEAST_ID and number[:-1].isdigit():
            try:
                return read_id(number)
            except text.IdError as fault:
                raise forms.ValidationError(f"{fault}。") from fault
        return number

    def clean(self):
        data = super().clean()
        if self.only_school:
            data["school"] = self.only_school
        return data


class RefuseForm(PortalForm):
    """Why a person stays where he is."""

    reason = forms.CharField(label="不同意的理由", max_length=200, help_text="申请学校会看到。")
