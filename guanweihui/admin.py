"""The core's models in the back office."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, BaseUserCreationForm
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from guanweihui import actions, admin_filings, entrance, gate, second_factor
from guanweihui.account_forms import STAFF_LENGTH, check_words
from guanweihui.models import (
    AccessLink,
    Attempt,
    AuditEvent,
    AuditSeal,
    CollaborationGroup,
    District,
    ImportBatch,
    ImportedRow,
    Job,
    Post,
    School,
    Succession,
    UnitName,
    User,
    Workday,
)
from guanweihui.office import OfficeAdmin, OfficeForm, OfficeInline, OfficeStack, ReadOnlyAdmin, office
from guanweihui.scope import Role
from guanweihui.workflow import Refused

__all__ = ("admin_filings",)  # imported for what it registers
ONLY = admin.RelatedOnlyFieldListFilter
UNIT_FIELDS = ("full_name", "short_name", "opened_on", "closed_on")
AT_UNIT = ("district", "group", "school")


# --- units ------------------------------------------------------------------------------------------------


@admin.register(District, site=office)
class DistrictAdmin(OfficeAdmin):
    fieldsets = (
        ("名称", {"fields": (*UNIT_FIELDS, "committee_name")}),
        ("办公", {"fields": ("contact", "year_starts_in")}),
    )
    list_display = ("full_name", "short_name", "contact", "year_starts_in")
    search_fields = ("full_name", "short_name")
    links = (("单位名录", "unit-tree"), ("年度统计报表", "report-centre"))

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        """A second district begins with its own first account, by command."""
        return False


class GroupNames(OfficeInline):
    model = UnitName
    fk_name = "group"
    fields = ("name", "kind", "until_on")


class SchoolNames(OfficeInline):
    model = UnitName
    fk_name = "school"
    fields = ("name", "kind", "until_on")


@admin.register(CollaborationGroup, site=office)
class GroupAdmin(OfficeAdmin):
    fieldsets = (("名称", {"fields": ("district", *UNIT_FIELDS)}), ("排列", {"fields": ("position",)}))
    list_display = ("full_name", "short_name", "position", "opened_on", "closed_on")
    search_fields = ("full_name", "short_name")
    ordering = ("position", "pk")
    inlines = (GroupNames,)
    links = (("单位名录", "unit-tree"), ("导出台账", "report-centre"))
    page = "group-detail"


@admin.register(School, site=office)
class SchoolAdmin(OfficeAdmin):
    fieldsets = (
        ("名称", {"fields": ("district", "group", "code", *UNIT_FIELDS)}),
        ("情况", {"fields": ("stage", "position", "committee_set_up_on", "committee_set_up_precision")}),
    )
    list_display = ("full_name", "code", "group", "stage", "closed_on")
    list_filter = ("stage", ("group", ONLY))
    list_select_related = ("group",)
    search_fields = ("full_name", "short_name", "code")
    autocomplete_fields = ("group",)
    ordering = ("group__position", "position", "pk")
    inlines = (SchoolNames,)
    links = (("导出台账", "report-centre"), ("导入学校名录", "import-new"))
    page = "school-detail"


@admin.register(UnitName, site=office)
class UnitNameAdmin(OfficeAdmin):
    fieldsets = (
        ("名称", {"fields": ("name", "kind", "until_on")}),
        ("单位（三者选一）", {"fields": AT_UNIT}),
    )
    list_display = ("name", "kind", "unit", "until_on")
    list_filter = ("kind",)
    list_select_related = AT_UNIT
    search_fields = ("name",)
    autocomplete_fields = ("group", "school")
    ordering = ("pk",)

    @admin.display(description="单位")
    def unit(self, row: UnitName) -> str:
        return str(row.unit)


@admin.register(Succession, site=office)
class SuccessionAdmin(OfficeAdmin):
    fieldsets = ((None, {"fields": ("predecessor", "successor", "succeeded_on", "kind", "is_chief")}),)
    list_display = ("predecessor", "successor", "succeeded_on", "kind", "is_chief")
    list_filter = ("kind",)
    list_select_related = ("predecessor", "successor")
    search_fields = ("predecessor__full_name", "successor__full_name")
    autocomplete_fields = ("predecessor", "successor")
    ordering = ("-succeeded_on", "pk")


@admin.register(Workday, site=office)
class WorkdayAdmin(OfficeAdmin):
    fieldsets = ((None, {"fields": ("district", "day", "is_workday", "note")}),)
    list_display = ("day", "is_workday", "note")
    list_filter = ("is_workday",)
    search_fields = ("note",)
    ordering = ("-day",)


# --- accounts ---------------------------------------------------------------------------------------------


class PostInline(OfficeStack):
    model = Post
    fields = ("role", AT_UNIT, ("from_on", "to_on"))
    autocomplete_fields = ("group", "school")
    min_num = 1
    validate_min = True

    def get_formset(self, request: HttpRequest, obj=None, **kwargs):
        return super().get_formset(request, obj, validate_min=True, **kwargs)


class StaffPassword:
    """A password that somebody else sets is as long as staff's, and no word of this house."""

    def clean_password1(self) -> str:
        password = self.cleaned_data["password1"]
        if len(password) < STAFF_LENGTH:
            raise forms.ValidationError(f"密码至少 {STAFF_LENGTH} 个字符。")
        user = getattr(self, "user", None) or self.instance
        check_words(password, user.username, user.name)
        return password


class NewUserForm(StaffPassword, BaseUserCreationForm):
    """A new account with its first password."""

    class Meta(BaseUserCreationForm.Meta):
        model = User
        fields = ("username", "name")


class NewPasswordForm(StaffPassword, AdminPasswordChangeForm):
    """A new password for somebody who forgot his; an account without one has its own switch, 有效."""

    def __init__(self, user, *args, **kwargs) -> None:
        super().__init__(user, *args, **kwargs)
        self.fields.pop("usable_password", None)


@admin.register(User, site=office)
class UserOffice(OfficeAdmin, UserAdmin):
    form = OfficeForm
    add_form = NewUserForm
    add_form_template = "admin/office_form.html"
    change_password_form = NewPasswordForm
    fieldsets = (
        ("账号", {"fields": ("username", "name", "is_active")}),
        ("登录", {"fields": ("password_link", "has_code", "last_login", "date_joined")}),
    )
    add_fieldsets = (("账号", {"fields": ("username", "name", "password1", "password2")}),)
    readonly_fields = ("password_link", "has_code", "last_login", "date_joined")
    list_display = ("username", "name", "roles", "is_active", "last_login")
    list_filter = ("is_active",)
    search_fields = ("username", "name")
    filter_horizontal = ()
    ordering = ("username",)
    inlines = (PostInline,)
    actions = ("reset_code", "end_sessions")

    @admin.display(description="岗位")
    def roles(self, row: User) -> str:
        return "、".join(post.get_role_display() for post in row.posts.all())

    @admin.display(description="动态口令")
    def has_code(self, row: User) -> str:
        return "已设置" if second_factor.device_of(row) else "未设置"

    @admin.display(description="密码")
    def password_link(self, row: User) -> str:
        return format_html(
            '<a href="{}">重设密码</a>', reverse("office:auth_user_password_change", args=[row.pk])
        )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).prefetch_related("posts")

    def note(self, step: str, request: HttpRequest, obj: User, changes) -> None:
        step = {"add": "create"}.get(step, "reset_password" if set(changes) == {"password"} else step)
        super().note(step, request, obj, changes)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        with transaction.atomic():
            return super().user_change_password(request, id, form_url)

    @admin.action(description="重置所选账号的动态口令", permissions=["change"])
    def reset_code(self, request: HttpRequest, found: models.QuerySet) -> None:
        for user in found:
            second_factor.reset(user, by=request.user, at=timezone.now())
        messages.success(request, f"已重置 {len(found)} 个账号的动态口令，下次登录时重新设置。")

    @admin.action(description="退出所选账号的全部登录", permissions=["change"])
    def end_sessions(self, request: HttpRequest, found: models.QuerySet) -> None:
        mine = request.session.session_key
        ended = sum(
            entrance.end_other_sessions(user, keep=mine, by=request.user, at=timezone.now()) for user in found
        )
        messages.success(request, f"已退出 {len(found)} 个账号的 {ended} 处登录。")


@admin.register(Post, site=office)
class PostAdmin(OfficeAdmin):
    fieldsets = (
        ("岗位", {"fields": ("user", "role", "from_on", "to_on")}),
        ("单位（三者选一）", {"fields": AT_UNIT}),
    )
    list_display = ("user", "role", "unit", "from_on", "to_on")
    list_filter = ("role",)
    list_select_related = ("user", *AT_UNIT)
    search_fields = ("user__username", "user__name")
    autocomplete_fields = ("user", "group", "school")
    ordering = ("role", "pk")

    @admin.display(description="单位")
    def unit(self, row: Post) -> str:
        return str(row.unit)


class AccessLinkForm(OfficeForm):
    """Whom a new link is for and how long it holds; the rest is the portal's."""

    days = forms.IntegerField(label="有效天数", min_value=1, max_value=366, initial=90, required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if "role" in self.fields:
            self.fields["role"].choices = [(role, role.label) for role in (Role.OUTREACH, Role.JUDGE)]


@admin.register(AccessLink, site=office)
class AccessLinkAdmin(OfficeAdmin):
    form = AccessLinkForm
    fieldsets = (
        ("给谁", {"fields": ("district", "role", "holder_name")}),
        ("期限", {"fields": ("days", "created_at", "created_by", "expires_at", "revoked_at")}),
    )
    readonly_fields = ("created_at", "created_by", "expires_at", "revoked_at")
    list_display = ("holder_name", "role", "state", "created_at", "created_by", "expires_at")
    list_filter = ("role",)
    list_select_related = ("created_by",)
    search_fields = ("holder_name",)
    ordering = ("-pk",)
    actions = ("revoke",)

    @admin.display(description="状态")
    def state(self, row: AccessLink) -> str:
        if row.revoked_at is not None:
            return "已停用"
        return "有效" if row.expires_at > timezone.now() else "已到期"

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        """A link is issued and revoked; it is not another link tomorrow."""
        return False

    def get_fieldsets(self, request: HttpRequest, obj=None) -> list:
        sets = super().get_fieldsets(request, obj)
        left_out = {"days"} if obj else set(self.readonly_fields)
        for _, options in sets:
            options["fields"] = tuple(name for name in options["fields"] if name not in left_out)
        return sets

    def save_model(self, request: HttpRequest, obj: AccessLink, form: forms.ModelForm, change: bool) -> None:
        """Issue the link; its token is kept for the answer to this request and stored nowhere."""
        link, request.issued_token = gate.issue_link(  # type: ignore[attr-defined]
            district=obj.district,
            role=obj.role,
            holder_name=obj.holder_name,
            by=request.user,
            at=timezone.now(),
            days=form.cleaned_data["days"] or 90,
        )
        obj.__dict__.update(link.__dict__)

    def note(self, step: str, request: HttpRequest, obj: AccessLink, changes) -> None:
        super().note("create" if step == "add" else step, request, obj, changes)

    def response_add(self, request: HttpRequest, obj: AccessLink, post_url_continue=None) -> HttpResponse:
        address = request.build_absolute_uri(reverse("link", args=[request.issued_token]))  # type: ignore
        context = {
            **office.each_context(request),
            "title": "链接已发放",
            "opts": self.opts,
            "link": obj,
            "address": address,
            "picture": entrance.picture(address),
        }
        return TemplateResponse(request, "admin/link_issued.html", context)

    @admin.action(description="停用所选链接", permissions=["add"])
    def revoke(self, request: HttpRequest, found: models.QuerySet) -> None:
        for link in found:
            try:
                entrance.revoke_link(link, by=request.user, at=timezone.now())
                messages.success(request, f"已停用{link.holder_name}的链接。")
            except Refused as refusal:
                messages.error(request, str(refusal))


# --- what the portal itself keeps -------------------------------------------------------------------------


@admin.register(Job, site=office)
class JobAdmin(ReadOnlyAdmin):
    fieldsets = (
        ("任务", {"fields": ("label", "state", "percent_done", "message", "created_by")}),
        ("时间", {"fields": ("created_at", "started_at", "finished_at", "tries", "expires_at")}),
        ("文件", {"fields": ("result_name", "result_size")}),
    )
    readonly_fields = ("percent_done",)
    list_display = ("label", "state", "percent_done", "created_by", "created_at", "finished_at")
    list_filter = ("state",)
    list_select_related = ("created_by",)
    search_fields = ("label",)
    ordering = ("-pk",)
    page = "job-detail"

    @admin.display(description="进度")
    def percent_done(self, row: Job) -> str:
        return f"{row.percent}%"


@admin.register(ImportBatch, site=office)
class ImportBatchAdmin(ReadOnlyAdmin):
    fieldsets = (
        ("文件", {"fields": ("filename", "kinds", "school", "state")}),
        ("行数", {"fields": ("new_count", "changed_count", "unchanged_count", "wrong_count")}),
        ("时间", {"fields": ("created_at", "created_by", "confirmed_at", "undone_at")}),
    )
    list_display = ("filename", "kinds", "state", "new_count", "changed_count", "created_by", "created_at")
    list_filter = ("state",)
    list_select_related = ("created_by",)
    search_fields = ("filename",)
    ordering = ("-pk",)
    page = "import-detail"
    links = (("导入文件", "import-new"),)


@admin.register(ImportedRow, site=office)
class ImportedRowAdmin(ReadOnlyAdmin):
    fieldsets = ((None, {"fields": ("batch", "sheet", "number", "verdict", "kind", "object_id")}),)
    readonly_fields = ("kind",)
    list_display = ("batch", "sheet", "number", "verdict", "kind", "object_id")
    list_filter = ("verdict",)
    list_select_related = ("batch",)
    search_fields = ("batch__filename", "sheet")
    ordering = ("-pk",)

    @admin.display(description="对象类别")
    def kind(self, row: ImportedRow) -> str:
        return actions.object_word(row.object_type)


@admin.register(AuditEvent, site=office)
class AuditEventAdmin(ReadOnlyAdmin):
    fields = ("at",)
    list_display = ("at", "actor_label", "word", "kind", "object_label", "address")
    list_display_links = ("at",)
    search_fields = ("actor_label", "object_label")
    ordering = ("-pk",)
    links = (("按条件查询", "trail-list"),)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        """Show a line on its own page, where every word is Chinese."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        return redirect("trail-detail", row.pk)

    @admin.display(description="动作")
    def word(self, row: AuditEvent) -> str:
        return actions.action_word(row.action)

    @admin.display(description="对象类别")
    def kind(self, row: AuditEvent) -> str:
        return actions.object_word(row.object_type)


@admin.register(AuditSeal, site=office)
class AuditSealAdmin(ReadOnlyAdmin):
    fieldsets = ((None, {"fields": ("what", "place", "short")}),)
    readonly_fields = ("what", "place", "short")
    list_display = ("place", "what", "short")
    list_select_related = ("event",)
    search_fields = ("event__object_label",)
    ordering = ("-pk",)

    @admin.display(description="记录")
    def what(self, row: AuditSeal) -> str:
        event = row.event
        return f"{event.actor_label} {actions.action_word(event.action)} {event.object_label}"

    @admin.display(description="封存序号")
    def place(self, row: AuditSeal) -> str:
        return str(row.position)

    @admin.display(description="摘要")
    def short(self, row: AuditSeal) -> str:
        return row.digest[:16]


@admin.register(Attempt, site=office)
class AttemptAdmin(ReadOnlyAdmin):
    """Tries at a door without an account; of the address only a keyed hash is kept, and not shown."""

    fieldsets = ((None, {"fields": ("kind", "at")}),)
    list_display = ("kind", "at")
    list_filter = ("kind",)
    search_fields = ("kind",)
    ordering = ("-at",)
