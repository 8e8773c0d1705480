"""People in the back office."""

from django.contrib import admin
from django.http import HttpRequest

from guanweihui import text
from guanweihui.office import EMPTY, OfficeAdmin, OfficeForm, office
from members.keys import KEYS, fill_keys
from members.models import Appointment, ElderClass, Person

ONLY = admin.RelatedOnlyFieldListFilter


@admin.register(ElderClass, site=office)
class ElderClassAdmin(OfficeAdmin):
    fieldsets = ((None, {"fields": ("district", "name", "position")}),)
    list_display = ("name", "position")
    search_fields = ("name",)
    ordering = ("position", "pk")


class PersonForm(OfficeForm):
    """A person's file; the search keys follow from what is typed."""

    derived = KEYS

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
        if name == "name":
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
                    ("name", "sex"),
                    ("born_on", "birth_precision"),
                    "id_number",
                    ("ethnicity", "education"),
                    "political_status",
                    ("joined_party_on", "joined_party_precision"),
                )
            },
        ),
        (
            "工作与退休",
            {
                "fields": (
                    ("duty", "title", "subject"),
                    ("began_work_on", "began_work_precision"),
                    ("retirement_kind", "on_register"),
                    ("retired_on", "retired_precision"),
                    "died_on",
                )
            },
        ),
        ("五老", {"fields": ("elder_class", "is_volunteer")}),
        (
            "联系方式与健康（加密保存）",
            {"fields": ("phone", "home_address", "emergency_contact", "emergency_phone", "health")},
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
        sealed = ("id_number", "health", "phone", "home_address", "emergency_contact", "emergency_phone")
        return super().get_queryset(request).defer(*sealed)


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
