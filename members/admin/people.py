"""People and the seats they hold, in the back office."""

from django.contrib import admin
from django.http import HttpRequest

from guanweihui import text
from guanweihui.office import EMPTY, OfficeAdmin, OfficeForm, ReadOnlyAdmin, office
from members.keys import KEYS, fill_keys
from members.models import (
    Appointment,
    DistinctPair,
    ElderClass,
    Merge,
    Person,
    Registration,
    RegistrationLine,
    Transfer,
)

ONLY = admin.RelatedOnlyFieldListFilter
SEALED = (
    "id_number",
    "health",
    "illness",
    "phone",
    "home_address",
    "current_address",
    "emergency_contact",
    "emergency_phone",
)


@admin.register(ElderClass, site=office)
class ElderClassAdmin(OfficeAdmin):
    fieldsets = ((None, {"fields": ("district", "name", "position")}),)
    list_display = ("name", "position")
    search_fields = ("name",)
    ordering = ("position", "pk")


class PersonForm(OfficeForm):
    """A person's file; the search keys follow from what is typed."""

    #: The constraints ask for `merged_into` too, which no form shows.
    derived = (*KEYS, "merged_into")

    class Meta:
        labels = {
            "birth_precision": "出生年月精确到",
            "joined_party_precision": "入党时间精确到",
            "began_work_precision": "参加工作时间精确到",
            "retired_precision": "退休时间精确到",
        }

    def read(self, name: str, value: str) -> str:
        if name == "id_number" and value != EMPTY:
            return text.parse_id_number(value).value18
        if name in ("name", "former_name") and value:
            return text.clean_name(value)
        return super().read(name, value)

    def prepare(self, row: Person) -> None:
        fill_keys(row)


@admin.register(Person, site=office)
class PersonAdmin(OfficeAdmin):
    form = PersonForm
    fieldsets = (
        ("单位", {"fields": ("district", "school", "staff_no")}),
        (
            "基本情况",
            {
                "fields": (
                    ("name", "former_name", "sex"),
                    ("born_on", "birth_precision"),
                    "id_number",
                    ("native_place", "ethnicity", "education"),
                    "political_status",
                    ("joined_party_on", "joined_party_precision"),
                )
            },
        ),
        (
            "工作与退休",
            {
                "fields": (
                    ("duty", "rank", "title", "subject"),
                    ("began_work_on", "began_work_precision"),
                    ("retirement_kind", "on_register"),
                    ("retired_on", "retired_precision"),
                    ("moved_away_on", "moved_away_to"),
                    ("stopped_on", "died_on"),
                )
            },
        ),
        (
            "五老与志愿服务",
            {
                "fields": (
                    ("elder_class", "is_volunteer"),
                    "further_classes",
                    ("consented_on", "registered_on"),
                    ("speciality", "hobbies", "associations"),
                    ("wished_service", "available_time"),
                )
            },
        ),
        (
            "联系方式与健康（加密保存）",
            {
                "fields": (
                    "phone",
                    ("home_address", "current_address", "living_situation"),
                    ("emergency_contact", "emergency_phone"),
                    ("health", "illness"),
                )
            },
        ),
        ("备注", {"fields": ("remark",)}),
    )
    list_display = ("name", "school", "staff_no", "sex", "elder_class", "is_volunteer", "retirement_kind")
    list_filter = ("on_register", "is_volunteer", "retirement_kind", ("elder_class", ONLY))
    list_select_related = ("school", "elder_class")
    search_fields = ("name__startswith", "pinyin__startswith", "initials__startswith", "staff_no__exact")
    autocomplete_fields = ("school",)
    ordering = ("school__group__position", "school__position", "pinyin", "pk")
    links = (("导出台账", "report-centre"), ("人员名册", "person-list"), ("导入花名册", "import-new"))
    page = "person-detail"

    def get_queryset(self, request: HttpRequest):
        """Leave the sealed values closed in lists; the form opens its own row."""
        return super().get_queryset(request).defer(*SEALED)

    def save_model(self, request: HttpRequest, obj: Person, form: PersonForm, change: bool) -> None:
        """Count the edit: a portal form that was opened before is told so."""
        obj.version += change
        super().save_model(request, obj, form, change)


@admin.register(Appointment, site=office)
class AppointmentAdmin(OfficeAdmin):
    fieldsets = (
        ("任职", {"fields": ("position", "printed_name", "person", "duty", "service", "is_by_office")}),
        ("单位（三者选一）", {"fields": ("district", "group", "school")}),
        ("任期", {"fields": ("from_on", "to_on")}),
        ("联系方式（加密保存）", {"fields": ("phone",)}),
    )
    list_display = ("printed_name", "position", "unit", "duty", "service", "from_on", "to_on")
    list_filter = ("position", "service")
    list_select_related = ("district", "group", "school")
    search_fields = ("printed_name", "school__full_name", "group__full_name")
    autocomplete_fields = ("person", "group", "school")
    ordering = ("position", "pk")
    links = (("导出台账", "report-centre"), ("单位名录", "unit-tree"))

    @admin.display(description="单位")
    def unit(self, row: Appointment) -> str:
        return str(row.unit)


@admin.register(DistinctPair, site=office)
class DistinctPairAdmin(ReadOnlyAdmin):
    fieldsets = ((None, {"fields": ("first", "second", "reason", "decided_by", "decided_at")}),)
    list_display = ("first", "second", "reason", "decided_at")
    list_select_related = ("first", "second")
    search_fields = ("first__name", "second__name")
    ordering = ("-decided_at",)


@admin.register(Merge, site=office)
class MergeAdmin(ReadOnlyAdmin):
    fieldsets = ((None, {"fields": ("survivor", "merged", "reason", "merged_by", "merged_at", "undone_at")}),)
    list_display = ("survivor", "merged", "reason", "merged_at", "undone_at")
    list_select_related = ("survivor", "merged")
    search_fields = ("survivor__name", "merged__name")
    ordering = ("-merged_at",)


@admin.register(Transfer, site=office)
class TransferAdmin(ReadOnlyAdmin):
    fieldsets = (
        (None, {"fields": ("typed_name", "person", "from_school", "to_school", "reason", "status")}),
        ("办理", {"fields": ("asked_by", "asked_at", "answer", "decided_at")}),
    )
    list_display = ("typed_name", "from_school", "to_school", "status", "asked_at")
    list_filter = ("status",)
    list_select_related = ("from_school", "to_school")
    search_fields = ("typed_name", "from_school__full_name", "to_school__full_name")
    ordering = ("-asked_at",)
    links = (("转校申请", "transfer-list"),)


@admin.register(Registration, site=office)
class RegistrationAdmin(ReadOnlyAdmin):
    fieldsets = (
        (None, {"fields": ("due", "status", "filled_by", "phone", "submitted_at", "submitted_by", "basis")}),
    )
    list_display = ("due", "status", "filled_by", "submitted_at")
    list_filter = ("status",)
    list_select_related = ("due__round", "due__school")
    search_fields = ("due__school__full_name",)
    ordering = ("-pk",)
    links = (("志愿者登记", "registration-list"),)


@admin.register(RegistrationLine, site=office)
class RegistrationLineAdmin(ReadOnlyAdmin):
    fieldsets = ((None, {"fields": ("registration", "person", "consented_on", "scan")}),)
    list_display = ("person", "registration", "consented_on")
    list_select_related = ("person", "registration__due__round", "registration__due__school")
    search_fields = ("person__name",)
    ordering = ("-pk",)
