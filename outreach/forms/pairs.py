"""Forms of programmes and pairs: the programme, the persons of a pair, its schools and agreements."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from guanweihui.forms import DateInput, PortalForm, in_our_times
from guanweihui.models import School
from guanweihui.round_forms import checked
from members.models import Person
from outreach.forms.rows import RowForm
from outreach.models import HostSchool, Pairing, Partnership, Programme
from outreach.workflow import programmes
from outreach.workflow.pairs import TERMS

#: The choice that leaves a printed name as it is.
KEEP = "keep"


class ProgrammeForm(RowForm):
    """A batch of the programme: days, places, the city's scope beside our own share."""

    class Meta:
        model = Programme
        fields = programmes.FIELDS
        help_texts = {
            "name": "例如：第二批老校长下乡。",
            "region": "本区校长去的地方，例如：承德。",
            "ends_on": "不知道的可以不填。",
            "city_regions": "全市各地区，用顿号隔开，例如：阜平、承德、密云。",
            "own_principals": "应有结对数等于本区校长数。",
            "follows": "本项目是哪一批的接续；没有的不选。",
        }

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        before = Programme.objects.visible_to(user).before(self.instance.started_on)
        self.fields["follows"].queryset = before
        self.fields["follows"].empty_label = "不是接续"


class PairingForm(PortalForm):
    """The persons of a pair, chosen from the register; names loaded without a person may stay.

    `principal` and `assistant` hold a person's key, KEEP, or nothing; `people` are those within reach.
    """

    mark = forms.CharField(required=False, widget=forms.HiddenInput)
    principal = forms.CharField(label="老校长", required=False, widget=forms.HiddenInput)
    principal_q = forms.CharField(label="查找老校长", required=False, max_length=50)
    assistant = forms.CharField(label="助理", required=False, widget=forms.HiddenInput)
    assistant_q = forms.CharField(label="查找助理", required=False, max_length=50)
    former_unit = forms.ModelChoiceField(
        label="老校长原单位",
        queryset=School.objects.none(),
        required=False,
        empty_label="与人员档案中的单位相同",
        help_text="不选时，按老校长人员档案中的单位填写。",
    )
    subject = forms.CharField(label="老校长学科", max_length=20, required=False, help_text="例如：语文。")
    position = forms.IntegerField(
        label="顺序", min_value=0, max_value=999, help_text="在结对表中排第几，数字小的在前。"
    )

    def __init__(self, *args: Any, user: Any, pairing: Pairing | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pairing = pairing
        self.people = Person.objects.visible_to(user)
        self.fields["former_unit"].queryset = School.objects.visible_to(user).in_order()
        if pairing is None:
            del self.fields["position"]

    def person(self, name: str) -> Person | None:
        """Find the person of a field: one within reach, None for none and for KEEP."""
        key = self[name].value() or ""
        if not (key.isascii() and key.isdecimal() and len(key) < 12):
            return None
        return self.people.among([int(key)]).for_page().first()

    def clean_principal(self) -> Any:
        return self._chosen("principal")

    def clean_assistant(self) -> Any:
        return self._chosen("assistant")

    def _chosen(self, name: str) -> Any:
        said = self.cleaned_data[name]
        if said == KEEP and self.pairing is not None:
            return KEEP
        found = self.person(name)
        if found is not None:
            return found
        if said or name == "principal":
            label = self.fields[name].label
            raise ValidationError(f"请查找并选定“{label}”。名册中没有的，请先登记人员。")
        return None

    def clean_subject(self) -> str:
        return checked(self.cleaned_data["subject"])

    def values(self) -> dict[str, Any]:
        """Return what the step takes."""
        data = self.cleaned_data
        found = {name: data[name] for name in ("former_unit", "subject", "position") if name in data}
        for name in ("principal", "assistant"):
            if data[name] == KEEP:
                found[name] = getattr(self.pairing, name)
                found[f"{name}_name"] = getattr(self.pairing, f"{name}_name")
            else:
                found[name] = data[name]
                found[f"{name}_name"] = data[name].name if data[name] else ""
        return found


class HostChoice(forms.ModelChoiceField):
    """A host school with its region."""

    def label_from_instance(self, host: HostSchool) -> str:
        return f"{host.name}（{host.region}）"


class AgreementForm(RowForm):
    """The base of forms that show an agreement's days."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("from_on", "to_on"):
            self.fields[name].validators.append(in_our_times)


class PartnerForm(AgreementForm):
    """A school for a pair, with its agreement; the kind stands on the row."""

    host_school = HostChoice(
        label="受援学校",
        queryset=HostSchool.objects.none(),
        empty_label="请选择",
        help_text="没有的，请先在“受援学校”中新建。",
    )

    class Meta:
        model = Partnership
        fields = ("kind", "host_school", *TERMS)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_ones = HostSchool.objects.visible_to(user).open_on(timezone.localdate())
        self.fields["host_school"].queryset = open_ones.for_list()


class TermsForm(AgreementForm):
    """The days and the number of an agreement."""

    class Meta:
        model = Partnership
        fields = TERMS
        help_texts = {"to_on": "只更正填错的止期；延长协议请用“续签”。"}


class EndForm(PortalForm):
    """When and why an agreement ends before its time."""

    on = forms.DateField(
        label="终止日期",
        widget=DateInput,
        validators=[in_our_times],
        help_text="从这一天起协议不再有效。登记错了学校的，填协议起期。",
    )
    reason = forms.CharField(label="终止原因", max_length=200, help_text="例如：学校撤并；登记错误。")

    def clean_reason(self) -> str:
        return checked(self.cleaned_data["reason"])


class RenewForm(PortalForm):
    """The new end of an agreement."""

    to_on = forms.DateField(label="新的止期", widget=DateInput, validators=[in_our_times])
    agreement_no = forms.CharField(
        label="新的协议编号", max_length=60, required=False, help_text="编号不变的不填。"
    )

    def clean_agreement_no(self) -> str:
        return checked(self.cleaned_data["agreement_no"])
