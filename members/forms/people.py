"""Forms of people."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from guanweihui import text, uploads
from guanweihui.forms import ElderDateField, PortalForm, UploadInput
from guanweihui.models import School
from guanweihui.scope import reach_of
from members.keys import id_index, phone_index
from members.models import ElderClass, Person, RetirementKind, Sex
from members.workflow.people import LEAST_PURPOSE, REVEALERS, SENSITIVE, STATES, identity_faults

#: What empties a sealed field; left blank it stays as it is.
EMPTY = "清空"
PHOTO_BYTES = uploads.LARGEST_FILE
#: Date fields of the form → the fields that keep the day and how much of it is known.
DATES = {
    "born": ("born_on", "birth_precision"),
    "joined_party": ("joined_party_on", "joined_party_precision"),
    "began_work": ("began_work_on", "began_work_precision"),
    "retired": ("retired_on", "retired_precision"),
}


class RevealForm(PortalForm):
    """Why somebody wants to see a person's full values."""

    purpose = forms.CharField(
        label="查看用途",
        max_length=200,
        help_text="例如：慰问前核对住址；制发证书前核对身份证号。用途会记入操作记录。",
        error_messages={"min_length": f"“查看用途”至少写 {LEAST_PURPOSE} 个字，请写明要办什么事。"},
        min_length=LEAST_PURPOSE,
    )


class PrintForm(RevealForm):
    """Why somebody prints a person's form with its full values."""

    purpose = forms.CharField(
        label="打印用途",
        max_length=200,
        help_text="写明用途后，身份证号、电话、住址等打印完整内容，并记入操作记录。",
        error_messages={"min_length": f"“打印用途”至少写 {LEAST_PURPOSE} 个字，请写明要办什么事。"},
        min_length=LEAST_PURPOSE,
    )


# --- fields -----------------------------------------------------------------------------------------------


class CleanField(forms.CharField):
    """One line of text without unseen characters; a wrong one is named with its place."""

    def to_python(self, value: Any) -> str:
        value = super().to_python(value)
        return _read(text.check_text, value) if value else value


class NameField(CleanField):
    def to_python(self, value: Any) -> str:
        value = forms.CharField.to_python(self, value)
        return _read(text.clean_name, value) if value else value


class EthnicityField(CleanField):
    def to_python(self, value: Any) -> str:
        value = super().to_python(value)
        return text.fold_ethnicity(value) if value else value


class SealedField(CleanField):
    """A value that stands sealed: never filled in, blank keeps it, 清空 empties it."""

    read = staticmethod(text.check_text)

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)
        self.widget.attrs["autocomplete"] = "off"

    def to_python(self, value: Any) -> str:
        value = super().to_python(value)
        return value if not value or value == EMPTY else _read(type(self).read, value)


class IdField(SealedField):
    @staticmethod
    def read(value: str) -> str:
        return text.parse_id_number(value).value18


class PhoneField(SealedField):
    @staticmethod
    def read(value: str) -> str:
        return text.parse_phone(value)


def _read(reader: Any, value: str) -> str:
    try:
        return reader(value)
    except text.TextError as fault:
        raise ValidationError(f"{fault}。") from fault


def _line(label: str, longest: int, **kwargs: Any) -> CleanField:
    return CleanField(label=label, max_length=longest, required=False, **kwargs)


def _date(label: str) -> ElderDateField:
    return ElderDateField(label=label, required=False)


# --- the file ---------------------------------------------------------------------------------------------

IDENTITY = "身份", (
    "name", "former_name", "sex", "id_number", "born", "native_place", "ethnicity",
    "political_status", "joined_party", "education", "photo",
)  # fmt: skip
WORK = "工作与退休", (
    "school", "staff_no", "retirement_kind", "duty", "rank", "title", "subject", "began_work", "retired",
)  # fmt: skip
ELDER = "五老与志愿服务", (
    "elder_class", "further_classes", "is_volunteer", "speciality", "hobbies", "associations",
    "wished_service", "available_time",
)  # fmt: skip
CONTACT = "联系与健康", (
    "phone", "home_address", "current_address", "living_situation", "emergency_contact", "emergency_phone",
    "health", "illness", "remark",
)  # fmt: skip


class PersonForm(PortalForm):
    """A person's file in the sections of the paper form; `person` is the file that is edited."""

    sections = (IDENTITY, WORK, ELDER, CONTACT)

    name = NameField(label="姓名", max_length=50, help_text="按身份证书写；少数民族姓名中的间隔号写作“·”。")
    former_name = NameField(label="曾用名", max_length=50, required=False)
    sex = forms.ChoiceField(
        label="性别",
        choices=[("", "按身份证号"), *Sex.choices],
        required=False,
        help_text="不选时按身份证号填写。",
    )
    id_number = IdField(label="身份证号", max_length=40)
    born = ElderDateField(
        label="出生年月",
        required=False,
        help_text="不填时按身份证号填写。可写成 1945-3-8、19450308 或 1945年3月。",
    )
    native_place = _line("籍贯", 50)
    ethnicity = EthnicityField(label="民族", max_length=20, required=False)
    political_status = _line("政治面貌", 20, help_text="例如：中共党员、群众。")
    joined_party = _date("入党时间")
    education = _line("文化程度", 20)
    photo = forms.FileField(
        label="一寸照片",
        required=False,
        widget=UploadInput(accept=".jpg,.jpeg,.png,.webp", max_bytes=PHOTO_BYTES),
        help_text="不选则保留原来的照片。",
    )

    school = forms.ModelChoiceField(label="单位", queryset=School.objects.none(), empty_label=None)
    staff_no = _line("教工编号", 20)
    retirement_kind = forms.ChoiceField(
        label="在职或退休", choices=[*RetirementKind.choices, ("", "在职或其他")], required=False
    )
    duty = _line("职务", 50, help_text="退休人员填写退休时职务。")
    rank = _line("职级", 30)
    title = _line("职称", 30)
    subject = _line("任教学科", 30)
    began_work = _date("参加工作时间")
    retired = _date("退休时间")

    elder_class = forms.ModelChoiceField(
        label="五老类别（主要）", queryset=ElderClass.objects.none(), required=False, empty_label="未确定"
    )
    further_classes = forms.ModelMultipleChoiceField(
        label="其他五老类别",
        queryset=ElderClass.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="同时符合的其他类别；统计只按主要类别计一次。",
    )
    is_volunteer = forms.BooleanField(label="是志愿者", required=False)
    speciality = _line("特长", 100)
    hobbies = _line("爱好", 100)
    associations = _line("参加社团情况", 100)
    wished_service = _line("意向服务内容", 100)
    available_time = _line("可服务时间", 100)

    phone = PhoneField(label="联系电话", max_length=40)
    home_address = SealedField(label="家庭住址", max_length=200)
    current_address = SealedField(label="常住住址", max_length=200)
    living_situation = _line("居住情况", 30, help_text="例如：与子女同住、独居。")
    emergency_contact = SealedField(label="紧急联系人", max_length=50)
    emergency_phone = PhoneField(label="紧急联系人电话", max_length=40)
    health = SealedField(label="健康状况", max_length=50)
    illness = SealedField(label="疾病状况", max_length=200)
    remark = _line("备注", 200)

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: Any, person: Person | None = None, **kwargs: Any) -> None:
        self.person = person
        if person is not None:
            kwargs["initial"] = {**initial_of(person), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.fields["school"].queryset = School.objects.visible_to(user, roles=REVEALERS).in_order()
        classes = ElderClass.objects.visible_to(user).for_list()
        for name in ("elder_class", "further_classes"):
            if name in self.fields:
                self.fields[name].queryset = classes
        if person is None:
            self._begin(user)
            return
        for name in SENSITIVE:
            self.fields[name].help_text = kept_words(name, getattr(person, name))

    def _begin(self, user: Any) -> None:
        """Start a new file: of several units none is chosen yet, and the register is of retired people."""
        del self.fields["version"]
        if reach_of(user).ids("district"):
            self.fields["school"].empty_label = "请选择"
        for name, first, words in (
            ("retirement_kind", RetirementKind.RETIRED, ""),
            ("photo", None, "可以以后再上传。"),
        ):
            if name in self.fields:
                self.fields[name].initial = first
                self.fields[name].help_text = words

    def grouped(self) -> Iterator[tuple[str, list[Any]]]:
        """Give the sections with the fields that this form has."""
        for title, names in self.sections:
            if fields := [self[name] for name in names if name in self.fields]:
                yield title, fields

    def differences(self) -> Iterator[tuple[str, str, str]]:
        """Give (label, stored now, typed) of each field that differs from the file, sealed ones masked."""
        for name in self.changed_data:
            field = self.fields[name]
            if isinstance(field, SealedField):
                yield str(field.label), _masked(name, getattr(self.person, name)), "您填写的新内容"
            elif name not in ("version", "photo"):
                yield (
                    str(field.label),
                    _worded(field, self.initial.get(name)),
                    _worded(field, self[name].value()),
                )

    def clean_photo(self) -> bytes | None:
        file = self.cleaned_data["photo"]
        try:
            return uploads.clean_photo(file) if file else None
        except uploads.UploadError as fault:
            raise ValidationError(str(fault)) from fault

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        main, further = data.get("elder_class"), data.get("further_classes")
        if main and further is not None and main in further:
            self.add_error("further_classes", f"“{main}”已是主要类别，其他类别里不用再选。")
        for name, words in self._impossible_days():
            self.add_error(name, words)
        if not self.errors and self._identity_is_touched():
            values = self.values()
            for field, words in identity_faults(values).items():
                self.add_error({"born_on": "born"}.get(field, field), words)
        return data

    def _impossible_days(self) -> Iterator[tuple[str, str]]:
        """Name days typed that have not come, or years before the birth; what stands in a file may stand."""
        born, today = self.cleaned_data.get("born"), timezone.localdate()
        for name in DATES:
            known = self.cleaned_data.get(name)
            if known is None or (self.person is not None and not {name, "born"} & set(self.changed_data)):
                continue
            if known.on > today:
                yield name, "日期不能晚于今天，请核对。"
            elif born is not None and known.on.year < born.on.year:
                yield name, "早于出生年月，请核对这两栏。"

    def _identity_is_touched(self) -> bool:
        return self.person is None or bool({"id_number", "born", "sex"} & set(self.changed_data))

    def values(self) -> dict[str, Any]:
        """Return the cleaned data by the person's fields; sealed ones left blank keep what is stored."""
        data = {name: value for name, value in self.cleaned_data.items() if name not in (*DATES, "version")}
        for name, (day, precision) in DATES.items():
            if name in self.cleaned_data:
                known = self.cleaned_data[name]
                data |= {day: known.on if known else None, precision: known.precision if known else ""}
        for name in SENSITIVE:
            if name in data and (not data[name] or data[name] == EMPTY):
                kept = data[name] != EMPTY and self.person is not None
                data[name] = getattr(self.person, name) if kept else ""
        return data


class InServiceForm(PersonForm):
    """The file of somebody still in service: a head, a leader, a nominee; fewer fields."""

    sections = (IDENTITY, WORK, CONTACT)
    joined_party = former_name = native_place = photo = None  # type: ignore[assignment]
    retirement_kind = rank = began_work = retired = None  # type: ignore[assignment]
    elder_class = further_classes = is_volunteer = speciality = hobbies = associations = None  # type: ignore
    wished_service = available_time = None  # type: ignore[assignment]
    home_address = current_address = living_situation = None  # type: ignore[assignment]
    emergency_contact = emergency_phone = health = illness = None  # type: ignore[assignment]


def initial_of(person: Person) -> dict[str, Any]:
    """Fill the form from a file; sealed values stay out of it."""
    initial = {name: getattr(person, name) for name in PersonForm.base_fields if hasattr(person, name)}
    for name in SENSITIVE:
        initial[name] = ""
    for name, (day, precision) in DATES.items():
        on = getattr(person, day)
        initial[name] = text.PartialDate(on, getattr(person, precision) or "day") if on else None
    initial |= {"school": person.school_id, "elder_class": person.elder_class_id}
    return initial | {"further_classes": [one.pk for one in person.further_classes.all()], "photo": None}


def kept_words(name: str, value: str) -> str:
    """Say that a sealed value is there, masked, and how to change it."""
    if not value:
        return "还没有填写。"
    return f"{_masked(name, value)}，留空不改，重新填写即替换，填“{EMPTY}”即删除原值。"


def _masked(name: str, value: str) -> str:
    if not value:
        return ""
    mask = text.mask_id if name == "id_number" else text.mask_phone if name.endswith("phone") else None
    return f"现有 {mask(value)}" if mask else "已填写"


def _worded(field: forms.Field, value: Any) -> str:
    """Write a value of the form as people read it: choices by their words."""
    if isinstance(value, bool):
        return "是" if value else "否"
    chosen = value if isinstance(value, list | tuple) else [value]
    words = {str(key): str(label) for key, label in getattr(field, "choices", ())}
    return "、".join(words.get(str(one), str(one)) for one in chosen if one not in (None, ""))


# --- states, search, summary ------------------------------------------------------------------------------


class StateForm(PortalForm):
    """A state with its day, and the place for a move."""

    state = forms.ChoiceField(
        label="状态", choices=[(one.name, one.label) for one in STATES.values()], widget=forms.RadioSelect
    )
    on = forms.DateField(label="日期", help_text="不能晚于今天。")
    place = CleanField(label="安置地", max_length=50, required=False, help_text="异地安置时填写。")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("on") and data["on"] > timezone.localdate():
            self.add_error("on", "日期不能晚于今天，请核对。")
        if data.get("state") == "moved" and not data.get("place"):
            self.add_error("place", "请填写“安置地”。")
        return data


class UndoStateForm(PortalForm):
    """Why a state is taken back."""

    reason = CleanField(label="撤销理由", max_length=200)


class FindForm(PortalForm):
    """One whole key of a person; it travels by POST and never stands in an address."""

    what = forms.CharField(
        label="证号、身份证号或电话",
        max_length=60,
        help_text="填写完整的号码。号码不会出现在网址和访问记录里。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_what(self) -> dict[str, str]:
        """Return the one key to search by, as PersonQuerySet.found_by() takes it."""
        typed = self.cleaned_data["what"]
        try:
            text.check_text(typed)
            if text.looks_like_id(typed):
                return {"id_index": id_index(text.parse_id_number(typed).value18)}
            if text.looks_like_phone(typed):
                return {"phone_index": phone_index(text.parse_phone(typed))}
        except text.TextError as fault:
            raise ValidationError(f"{fault}。") from fault
        return {"card": re.sub(r"\s+", "", text.fold_width(typed)).upper()}


class SchoolForm(PortalForm):
    """Of which school a table is asked."""

    school = forms.ModelChoiceField(label="学校", queryset=School.objects.none(), empty_label="请选择")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["school"].queryset = School.objects.visible_to(user).in_order()


class SummaryForm(SchoolForm):
    """The head block of 汇总表, the kind of file, and what full phones are needed for."""

    FORMATS: Mapping[str, str] = {"xlsx": "Excel", "pdf": "PDF"}

    filled_by = CleanField(label="填报人", max_length=50)
    contact = PhoneField(label="填报人联系电话", max_length=40, help_text="印在表头，可以不填，打印后手写。")
    purpose = CleanField(
        label="完整电话的用途",
        max_length=200,
        required=False,
        help_text="不填时志愿者电话只印一部分；写明用途后印完整号码，并记入操作记录。",
    )
    format = forms.ChoiceField(
        label="文件格式", choices=list(FORMATS.items()), widget=forms.RadioSelect, initial="xlsx"
    )

    def __init__(self, *args: Any, reveals: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["school"].widget = forms.HiddenInput()
        if not reveals:
            del self.fields["purpose"]

    def clean_purpose(self) -> str:
        purpose = self.cleaned_data["purpose"]
        if purpose and len(purpose) < LEAST_PURPOSE:
            raise ValidationError(f"用途至少写 {LEAST_PURPOSE} 个字，请写明要办什么事。")
        return purpose
