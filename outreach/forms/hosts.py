"""Forms of host schools: the school and its contact, its closing, its profile of a year."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from guanweihui.forms import DateInput, PortalForm, dress
from guanweihui.round_forms import checked
from guanweihui.text import mask_phone
from members.forms.people import PhoneField, RevealForm
from outreach.forms.rows import RowForm
from outreach.models import HostProfile, HostSchool
from outreach.workflow import hosts

EMPTY = "清空"
#: The lines offered first on a new profile; further ones stay blank.
SUBJECTS = (
    *("语文", "数学", "英语", "物理", "化学", "生物", "道德与法治", "历史"),
    *("地理", "音乐", "体育", "美术", "信息技术"),
)
FREE_LINES = 4


class ContactForm(RevealForm):
    """Why somebody wants to see a contact's whole telephone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["purpose"].help_text = "例如：联系送教安排。用途会记入操作记录。"


class HostForm(RowForm):
    """A host school with its contact; the telephone is sealed and never filled in."""

    contact_phone = PhoneField(label="联系电话", max_length=40)

    class Meta:
        model = HostSchool
        fields = hosts.FIELDS
        help_texts = {
            "name": "写学校全称。",
            "region": "县或区，例如：承德县。同一地区请写成一样，列表按它查找。",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = self.instance.contact_phone if self.instance.pk else ""
        self.initial["contact_phone"] = ""
        self.fields["contact_phone"].help_text = (
            f"现有 {mask_phone(self.kept)}，不填不改；重新填写即替换，填“{EMPTY}”即删除。"
            if self.kept
            else "加密保存，页面上只显示前三位和后四位。"
        )

    def values(self) -> dict[str, Any]:
        found = super().values()
        typed = found["contact_phone"]
        found["contact_phone"] = self.kept if not typed else "" if typed == EMPTY else typed
        return found


class CloseForm(PortalForm):
    """When a host school closed, and what became of it."""

    on = forms.DateField(label="停办日期", widget=DateInput, help_text="从这一天起不再登记下校。")
    reason = forms.CharField(label="停办说明", max_length=180, help_text="例如：并入某某中学。")

    def clean_reason(self) -> str:
        return checked(self.cleaned_data["reason"])


class ReopenForm(PortalForm):
    """Why a closing is taken back."""

    reason = forms.CharField(label="撤销原因", max_length=200, help_text="例如：学校选错了；日期填错了。")

    def clean_reason(self) -> str:
        return checked(self.cleaned_data["reason"])


class ProfileForm(RowForm):
    """A host school in one school year, with a small grid: a line a subject, with its teachers.

    A line without a number is left out.
    """

    class Meta:
        model = HostProfile
        fields = hosts.PROFILE_FIELDS
        help_texts = {"year": "填学年开始的年份：2018—2019学年填 2018。"}

    def __init__(self, *args: Any, staff: list[tuple[str, int]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stood: list[tuple[str, int | None]] = list(staff or [])
        named = [subject for subject, _ in stood]
        lines = stood + [(subject, None) for subject in SUBJECTS if subject not in named]
        lines += [("", None)] * FREE_LINES
        self.lines = len(lines)
        for n, (subject, teachers) in enumerate(lines, start=1):
            self._line(n, subject, teachers)

    def _line(self, n: int, subject: str, teachers: int | None) -> None:
        words = {"aria-label": f"第{n}行学科"}
        numbers = {"aria-label": f"第{n}行任课教师数", "inputmode": "numeric"}
        fields = {
            f"subject_{n}": forms.CharField(
                label=f"第{n}行学科",
                max_length=20,
                required=False,
                initial=subject,
                widget=forms.TextInput(attrs=words),
            ),
            f"number_{n}": forms.IntegerField(
                label=f"第{n}行任课教师数",
                min_value=0,
                max_value=9999,
                required=False,
                initial=teachers,
                widget=forms.NumberInput(attrs=numbers),
            ),
        }
        for name, one in fields.items():
            dress(one)
            self.fields[name] = one

    def plain_fields(self) -> list[Any]:
        """Return the fields above the grid."""
        return [self[name] for name in self._meta.fields]

    def grid(self) -> list[tuple[Any, Any]]:
        """Return the lines of the grid."""
        return [(self[f"subject_{n}"], self[f"number_{n}"]) for n in range(1, self.lines + 1)]

    def clean_year(self) -> int:
        year, latest = self.cleaned_data["year"], timezone.localdate().year
        if not 1990 <= year <= latest:
            raise ValidationError(f"学年填四位年份，最晚填到 {latest}，例如 2018。")
        return year

    def clean(self) -> dict[str, Any]:
        """Say of each subject that stands twice where it stood first."""
        data, first = super().clean(), {}
        for n in range(1, self.lines + 1):
            subject = "".join((data.get(f"subject_{n}") or "").split())
            number = data.get(f"number_{n}")
            data[f"subject_{n}"] = subject
            if number is not None and not subject:
                self.add_error(f"subject_{n}", f"第{n}行填了人数，请填写学科。")
            elif number is not None and subject in first:
                self.add_error(
                    f"subject_{n}",
                    f"“{subject}”在第{first[subject]}行已填写，一个学科只填一行，请合并。",
                )
            elif number is not None:
                first[subject] = n
        return data

    def staff(self) -> list[tuple[str, int]]:
        """Return what the grid says: (subject, teachers), lines without a number left out."""
        data = self.cleaned_data
        lines = range(1, self.lines + 1)
        return [
            (data[f"subject_{n}"], data[f"number_{n}"]) for n in lines if data.get(f"number_{n}") is not None
        ]
