"""Forms of trips: the two-minute form with its days, the host school's answer, the sealed sheet."""

import datetime
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from guanweihui import uploads
from guanweihui.due_forms import ScanField
from guanweihui.forms import PortalForm, dress, in_our_times
from guanweihui.round_forms import checked
from members.models import Person
from members.workflow.service_sheets import find_people
from outreach.models import HostSchool, Need, Pairing, PlanItem, Trip
from outreach.models.trips import COUNTS
from outreach.workflow.trips import FIELDS
from outreach.workflow.trips_files import MOST_PHOTOS
from outreach.workflow.trips_rules import MOST_DAYS, days_between, pair_people, usual_half_hours

PHOTO_KINDS = "image/jpeg,image/png,image/webp"
HALVES = [(half.value, half.label) for half in Trip.Half]
DAY_FIELD = "day_"
ASK_DAYS = "请先填写到校日期和离校日期（年份四位），离校不能早于到校，再生成每日时间。"


class PhotosInput(forms.FileInput):
    """A field for several pictures at once; on a phone it offers the camera and the album."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Pictures; cleans to a list of what files.add_photos() takes, drawn anew without place and camera."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=PhotosInput(attrs={"accept": PHOTO_KINDS}), required=False, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[dict[str, Any]]:
        sent = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        if len(sent) > MOST_PHOTOS:
            raise ValidationError(f"一次下校最多 {MOST_PHOTOS} 张照片，这次选了 {len(sent)} 张，请少选几张。")
        return [self._cleaned(one) for one in sent]

    def _cleaned(self, file: Any) -> dict[str, Any]:
        try:
            content = uploads.clean_photo(file)
        except uploads.UploadError as fault:
            raise ValidationError(f"照片“{file.name}”：{fault}") from fault
        return {"name": file.name, "content": content}


def hours_field(day: datetime.date) -> forms.DecimalField:
    """Ask the hours of one day, in half hours."""
    return forms.DecimalField(
        label=f"{day.month}月{day.day}日 星期{'一二三四五六日'[day.weekday()]}",
        min_value=0,
        max_value=24,
        max_digits=3,
        decimal_places=1,
        widget=forms.NumberInput(attrs={"step": "0.5", "inputmode": "decimal", "data-stepper": "0.5"}),
        error_messages={
            "invalid": f"{day.month}月{day.day}日的服务小时要写数字，例如 6 或 2.5。",
            "max_decimal_places": f"{day.month}月{day.day}日的服务小时以半小时为单位，例如 6 或 2.5。",
            "min_value": f"{day.month}月{day.day}日的服务小时不能是负数；只是路途的写 0。",
            "max_value": f"{day.month}月{day.day}日：一天最多 24 小时。",
        },
    )


class TripForm(PortalForm):
    """A trip in one page: where and when, the hours of each day, what was done, needs, photos.

    The days follow from the dates. `added_days` are those that nobody saw yet: the form fills in the usual.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    host_school = forms.ModelChoiceField(
        label="去哪所学校", queryset=HostSchool.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    from_on = forms.DateField(label="到校日期", validators=[in_our_times])
    from_half = forms.TypedChoiceField(label="到校时段", choices=HALVES, coerce=int, widget=forms.RadioSelect)
    to_on = forms.DateField(label="离校日期", validators=[in_our_times])
    to_half = forms.TypedChoiceField(label="离校时段", choices=HALVES, coerce=int, widget=forms.RadioSelect)
    purpose = forms.CharField(label="下校内容", max_length=100, help_text="例如：听课、评课，教研活动。")
    people = forms.MultipleChoiceField(label="下校人员", widget=forms.CheckboxSelectMultiple, required=False)
    more_people = forms.CharField(
        label="还有谁同去",
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": "2"}),
        help_text="每行写一人：姓名，同名的写“姓名 教工编号”。须是本区登记的志愿者。没有的不填。",
    )
    travel = forms.CharField(label="往返交通", max_length=60, required=False, help_text="例如：高铁。")
    travel_hours = forms.DecimalField(
        label="路途小时",
        min_value=0,
        max_value=200,
        max_digits=4,
        decimal_places=1,
        required=False,
        help_text="来回一共几小时。路途不计入服务时间。",
    )
    materials = forms.CharField(label="赠送物资", max_length=200, required=False, help_text="没有的不填。")
    materials_yuan = forms.IntegerField(label="物资折合（元）", min_value=0, max_value=10**8, required=False)
    words = forms.CharField(label="收获和建议", max_length=2000, required=False, widget=forms.Textarea)
    needs = forms.ModelMultipleChoiceField(
        label="针对的需求", queryset=Need.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    items = forms.ModelMultipleChoiceField(
        label="对应的三年方案任务",
        queryset=PlanItem.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    photos = PhotosField(
        label="照片",
        help_text=f"最多 {MOST_PHOTOS} 张。照片里的拍摄地点等信息会自动去掉。",
    )
    behalf_basis = forms.CharField(
        label="代报依据", max_length=200, help_text="代老校长登记的，请写明依据，例如“周校长电话告知”。"
    )

    def __init__(
        self,
        *args: Any,
        pairing: Pairing,
        schools: Any,
        needs: Any,
        items: Any,
        user: Any,
        is_office: bool,
        trip: Trip | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.is_office, self.trip = user, is_office, trip
        self.fields["host_school"].queryset = schools
        self.fields["needs"].queryset = needs
        self.fields["items"].queryset = items
        self.fields["items"].label_from_instance = lambda one: f"第{one.year_no}年　{one.title}"
        for name in COUNTS:
            self.fields[name] = count_field(name)
        self._offer_people(pairing)
        if not is_office:
            del self.fields["behalf_basis"], self.fields["more_people"]
        self.added_days: list[datetime.date] = []
        self.day_names = self._make_days()
        for field in self.fields.values():
            dress(field)

    def _offer_people(self, pairing: Pairing) -> None:
        """Offer the pair's own people, and whom the office put on this trip already."""
        own = {one.pk: one for one in pair_people(pairing)}
        others = [one.person for one in self.trip.members.all()] if self.trip else []
        self.candidates = own | {one.pk: one for one in others if one.pk not in own}
        words = {pairing.principal_id: "老校长", pairing.assistant_id: "助理"}
        self.fields["people"].choices = [
            (str(pk), f"{one.name}（{words[pk]}）" if pk in words else one.name)
            for pk, one in self.candidates.items()
        ]

    # --- days -----------------------------------------------------------------------------------------

    def _make_days(self) -> list[str]:
        """Make a field for each day of the dates as they stand in the form; none while they are wrong."""
        stay = self._stay()
        if stay is None:
            return []
        stand = {one.served_on: one.half_hours for one in self.trip.days.all()} if self.trip else {}
        names = []
        for day in days_between(stay.from_on, stay.to_on):
            # strftime leaves the zeros of an early year out on some systems, and the name is read back.
            name = DAY_FIELD + day.isoformat()
            usual = stand.get(day, usual_half_hours(stay, day))
            self.fields[name] = hours_field(day)
            self.initial.setdefault(name, f"{usual / 2:g}")
            if self.is_bound and name not in self.data:
                self.added_days.append(day)
                self.data = self.data.copy()
                self.data[name] = f"{usual / 2:g}"
            names.append(name)
        return names

    def _stay(self) -> Trip | None:
        """Read the dates that the form shows into a trip that is not saved; None while they make none."""
        source: Any = self.data if self.is_bound else self.initial
        try:
            first, last = (self.fields[name].clean(source.get(name)) for name in ("from_on", "to_on"))
            halves = [self.fields[name].clean(source.get(name)) for name in ("from_half", "to_half")]
        except (ValidationError, TypeError):
            return None
        if not 0 <= (last - first).days < MOST_DAYS:
            return None
        return Trip(from_on=first, from_half=halves[0], to_on=last, to_half=halves[1])

    @property
    def day_fields(self) -> list[Any]:
        return [self[name] for name in self.day_names]

    @property
    def ask_days(self) -> str:
        return "" if self.day_names else ASK_DAYS

    @property
    def count_fields(self) -> list[Any]:
        return [self[name] for name in COUNTS]

    @property
    def need_groups(self) -> list[tuple[str, list[Any]]]:
        """Group the boxes of the needs by school, in the order of the list."""
        groups: dict[str, list[Any]] = {}
        for box in self["needs"]:
            groups.setdefault(box.data["value"].instance.visit.host_school.name, []).append(box)
        return list(groups.items())

    # --- cleaning -------------------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name in ("purpose", "travel", "materials", "words", "behalf_basis"):
            if data.get(name):
                try:
                    data[name] = checked(data[name], multiline=name == "words")
                except ValidationError as fault:
                    self.add_error(name, fault)
        first, last = data.get("from_on"), data.get("to_on")
        if first and last:
            if last < first or (last == first and (data.get("to_half") or 0) < (data.get("from_half") or 0)):
                self.add_error("to_on", "离校时间不能早于到校时间，请核对日期和上午、下午。")
            elif (last - first).days >= MOST_DAYS:
                self.add_error(
                    "to_on", f"一次下校最多 {MOST_DAYS} 天，请核对日期；分几次去的，请分几条登记。"
                )
        if data.get("lecture_attendances") and not data.get("lectures"):
            self.add_error("lectures", "填了讲座参加人次，请同时填写讲座场次。")
        school = data.get("host_school")
        if school and any(one.visit.host_school_id != school.pk for one in data.get("needs") or ()):
            self.add_error("needs", f"勾选的需求中有不是{school}的，请去掉，或改选学校。")
        self._clean_days(data)
        return data

    def _clean_days(self, data: dict[str, Any]) -> None:
        for name in self.day_names:
            hours = data.get(name)
            if hours is not None and (hours * 2) % 1:
                self.add_error(name, f"{self.fields[name].label}：以半小时为单位，例如 6 或 2.5。")

    def clean_more_people(self) -> list[Person]:
        day = self.cleaned_data.get("from_on")
        typed = self.cleaned_data["more_people"].strip()
        if not typed or day is None:
            return []
        people, faults = find_people(typed, by=self.user, day=day)
        if faults:
            raise ValidationError(faults)
        return people

    def values(self) -> dict[str, Any]:
        """Return what the steps take: fields, days in half hours, people, needs, items, the basis."""
        data = self.cleaned_data
        found = {name: data[name] for name in FIELDS}
        for name in (*COUNTS, "materials_yuan"):
            found[name] = found[name] or 0
        found["travel_hours"] = found["travel_hours"] or Decimal(0)
        found["days"] = {
            datetime.date.fromisoformat(name.removeprefix(DAY_FIELD)): int(data[name] * 2)
            for name in self.day_names
        }
        people = [*(self.candidates[int(pk)] for pk in data["people"]), *(data.get("more_people") or ())]
        found["people"] = people if people or self.candidates else None
        found |= {"needs": list(data["needs"]), "items": list(data["items"])}
        return found | {"behalf_basis": data.get("behalf_basis", "")}


def count_field(name: str) -> forms.IntegerField:
    """Ask one count of the stay, with buttons to count up and down."""
    label = str(Trip._meta.get_field(name).verbose_name)
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=100_000,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "data-stepper": "1"}),
        error_messages={
            "invalid": f"“{label}”要写整数，例如 6。",
            "min_value": f"“{label}”不能是负数，没有的写 0。",
            "max_value": f"“{label}”太大了，请核对。",
        },
    )


def typed(form: TripForm, data: QueryDict, names: Iterable[str]) -> dict[str, Any]:
    """Read what stands in a form without judging it: for showing it again with other days."""
    return {name: form.fields[name].widget.value_from_datadict(data, {}, name) for name in names}


class PhotoForm(PortalForm):
    """More photos for a trip."""

    photos = PhotosField(label="添加照片", help_text="照片里的拍摄地点等信息会自动去掉。")

    def clean_photos(self) -> Sequence[dict[str, Any]]:
        if not self.cleaned_data["photos"]:
            raise ValidationError("请先选择照片，再上传。")
        return self.cleaned_data["photos"]


class SeenForm(PortalForm):
    """The base of an answer to a trip; `version` is that of the trip which the page showed."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class AnswerForm(SeenForm):
    """What a host school answers: who signs, and words, which a return needs."""

    name = forms.CharField(label="您的姓名", max_length=50)
    words = forms.CharField(
        label="意见",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": "3"}),
        help_text="确认无误的可以不填。退回的，请写明哪里有误。",
    )

    def clean_name(self) -> str:
        return checked(self.cleaned_data["name"])

    def clean_words(self) -> str:
        return checked(self.cleaned_data["words"], multiline=True)


class SheetForm(SeenForm):
    """The sheet that the host school signed and sealed, entered by the office."""

    name = forms.CharField(label="受援学校确认人", max_length=50, help_text="确认单上签字的人。")
    words = forms.CharField(label="受援学校意见", max_length=300, required=False)
    file = ScanField(label="盖章确认单扫描件")

    def clean_name(self) -> str:
        return checked(self.cleaned_data["name"])

    def clean_words(self) -> str:
        return checked(self.cleaned_data["words"])


class ReasonForm(PortalForm):
    """Why a step is taken; the principal reads it."""

    reason = forms.CharField(label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": "3"}))

    def clean_reason(self) -> str:
        return checked(self.cleaned_data["reason"], multiline=True)


class ReturnForm(SeenForm, ReasonForm):
    """Why the office returns a trip in the host school's place."""
