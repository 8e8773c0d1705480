"""Forms of care and of outings."""

from django import forms

from guanweihui.forms import PortalForm, PortalModelForm
from members.forms.fields import LinesField
from members.forms.people import CleanField
from members.models import Care, Outing, OutingPlace, Team
from members.workflow.outings import FIELDS, PAPERS
from members.workflow.people import LEAST_PURPOSE


class CareForm(PortalModelForm):
    """One act of care."""

    class Meta:
        model = Care
        fields = ("kind", "given_on", "visitors", "gift", "note")
        help_texts = {"note": "加密保存，不在列表中显示；查看要写明用途。"}
        widgets = {"note": forms.Textarea}
        field_classes = {"visitors": CleanField, "gift": CleanField, "note": LinesField}


class OutingForm(PortalModelForm):
    """A new outing."""

    class Meta:
        model = Outing
        fields = FIELDS
        widgets = {"meets_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}
        field_classes = dict.fromkeys(
            ("name", "place", "meeting_place", "contact", "contact_phone"), CleanField
        )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.visible_to(user).in_order()


class PapersForm(PortalModelForm):
    """The papers of one place. What is sealed is not shown again; left empty it stays as it is."""

    SEALED = ("family_member", "emergency_contact", "emergency_phone")

    class Meta:
        model = OutingPlace
        fields = PAPERS
        widgets = dict.fromkeys(("family_member", "emergency_contact", "emergency_phone"), forms.TextInput)
        field_classes = dict.fromkeys(widgets, CleanField)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.stored = {name: getattr(self.instance, name) for name in self.SEALED}
        for name, value in self.stored.items():
            self.initial[name] = ""
            if value:
                self.fields[name].help_text = "已登记，不在此显示。要修改才填写。"

    def clean(self):
        """Keep what was left empty; the step says what is missing, not the constraint."""
        self._validate_constraints = False
        kept = {name: self.cleaned_data.get(name) or value for name, value in self.stored.items()}
        return self.cleaned_data | kept


class PurposeForm(PortalForm):
    """Why somebody prints a list with full contacts."""

    purpose = CleanField(
        label="打印用途",
        max_length=200,
        min_length=LEAST_PURPOSE,
        help_text="例如：12月3日参观带队用。名单含紧急联系电话，用途会记入操作记录。",
        error_messages={"min_length": f"“打印用途”至少写 {LEAST_PURPOSE} 个字，请写明给谁用。"},
    )
