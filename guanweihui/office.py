"""The district's back office under /office/: Django's admin in Chinese, within reach, with a trail.

Plain full editing for district staff, and never a second place for rules: what a step writes is read-only
here, nothing is deleted, every save leaves one line. To everybody else no page of it exists (404).
"""

from collections.abc import Callable, Iterable
from functools import update_wrapper
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.admin.widgets import AdminSplitDateTime
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import IntegrityError, models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.http import urlencode

from guanweihui import actions, text
from guanweihui.audit import record
from guanweihui.crypto import EncryptedTextField
from guanweihui.models import AtCommittee, District
from guanweihui.scope import Role, ScopedQuerySet, reach_of
from guanweihui.views.accounts import sign_out
from guanweihui.workflow import CLASH, explain

#: What the trail keeps of a sealed value, and what empties one in a form.
CHANGED, EMPTY = "已修改", "清空"


class Office(admin.AdminSite):
    """The site at /office/."""

    site_header = "教育关工委工作平台 · 后台管理"
    site_title = "后台管理"
    index_title = "全部资料"
    empty_value_display = "（空）"

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.pk is not None and reach_of(request.user).serves(Role.DISTRICT)

    def admin_view(self, view: Callable, cacheable: bool = False) -> Callable:
        """Answer 404 to whoever is no district staff: not a sign-in page, not a refusal."""
        inner = super().admin_view(view, cacheable)

        def gate(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not self.has_permission(request):
                raise Http404
            return inner(request, *args, **kwargs)

        return update_wrapper(gate, view)

    def get_urls(self) -> list:
        patterns = super().get_urls()
        answer_strangers(patterns)
        return patterns

    @login_not_required
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Sign-in has its own page."""
        raise Http404

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return sign_out(request)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return redirect("password-change")


def answer_strangers(patterns: Iterable) -> None:
    """Let the office's own gate answer everybody; else the middleware leads strangers to the sign-in."""
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            answer_strangers(pattern.url_patterns)
        elif getattr(pattern.callback, "login_required", True):
            pattern.callback = login_not_required(pattern.callback)


office = Office(name="office")


# --- forms ------------------------------------------------------------------------------------------------


class SealedField(forms.CharField):
    """A value that stands sealed: never filled in, empty keeps it, 清空 empties it."""


class SealedForm(forms.ModelForm):
    """The base of the office's forms: clean text everywhere, sealed values kept unless typed anew."""

    #: Fields that `prepare` derives; their constraints are checked though no form shows them.
    derived: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = {}
        for name, field in self.fields.items():
            if isinstance(field, SealedField):
                self.kept[name] = getattr(self.instance, name) or ""
                self.initial[name] = ""
                field.help_text = kept_words(name, self.kept[name])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name, value in list(data.items()):
            if isinstance(value, str) and value and isinstance(self.fields[name], forms.CharField):
                self._clean_text(name, value)
        for name, old in self.kept.items():
            typed = data.get(name)
            if name in data:
                data[name] = old if not typed else "" if typed == EMPTY else typed
        return data

    def _clean_text(self, name: str, value: str) -> None:
        try:
            several = isinstance(self.fields[name].widget, forms.Textarea)
            self.cleaned_data[name] = self.read(name, text.check_text(value, multiline=several))
        except ValueError as fault:
            self.add_error(name, str(fault))

    def read(self, name: str, value: str) -> str:
        """Normalise one typed text; a child adds its own fields. Raises ValueError for the user."""
        if isinstance(self.fields[name], SealedField) and name.endswith("phone") and value != EMPTY:
            return text.parse_phone(value)
        return value

    def prepare(self, row: models.Model) -> None:
        """Derive what the row derives from its own words, before constraints are checked."""

    def validate_unique(self) -> None:
        super().validate_unique()
        self.prepare(self.instance)
        if self.derived and not self.errors:
            left_out = set(self._get_validation_exclusions()) - set(self.derived)
            try:
                self.instance.validate_constraints(exclude=left_out)
            except ValidationError as fault:
                self._update_errors(fault)


def kept_words(name: str, value: str) -> str:
    """Say that a sealed value is there, masked, and how to change it."""
    if not value:
        return "还没有填写。"
    mask = text.mask_id if name == "id_number" else text.mask_phone if name.endswith("phone") else None
    shown = f"现有 {mask(value)}，" if mask else "已填写，"
    return f"{shown}留空不改，重新填写即替换，填“{EMPTY}”即删除原值。"


class OfficeForm(SealedForm):
    """The form of one row; tells when somebody else saved the row since this page was opened."""

    seen = forms.CharField(label="打开时的版本", widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = self.stamp = stamp_of(self.instance)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.instance.pk is not None and data.get("seen") != self.stamp:
            raise ValidationError("这条资料在您打开之后被别人改过，本次没有保存。请另开一页核对后重新填写。")
        return data


def stamp_of(row: models.Model) -> str:
    """Give a keyed digest of the row as it is stored."""
    if row.pk is None:
        return ""
    values = [(field.attname, str(getattr(row, field.attname))) for field in row._meta.concrete_fields]
    return salted_hmac("office.seen", repr(values), algorithm="sha256").hexdigest()


# --- what the trail keeps of a save -----------------------------------------------------------------------


def changes_of(form: forms.BaseForm) -> dict[str, Any]:
    """Map each changed field to [before, after]; sealed values and passwords only say that they changed."""
    changes: dict[str, Any] = {}
    for name in form.changed_data:
        if "password" in name:
            changes["password"] = CHANGED
        elif isinstance(form.fields[name], SealedField):
            changes[name] = CHANGED
        elif name != "seen":
            field = form.fields[name]
            changes[name] = [plain(field, form.initial.get(name)), plain(field, form.cleaned_data.get(name))]
    return changes


def plain(field: forms.Field, value: Any) -> Any:
    """Write a form's value for the trail: objects and keys of objects by their names."""
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, list | tuple | models.QuerySet):
        return [plain(field, one) for one in value]
    if isinstance(field, forms.ModelChoiceField) and value is not None:
        found = field.queryset.model._base_manager.in_bulk([value])
        return str(next(iter(found.values()), value))
    return value


# --- admins -----------------------------------------------------------------------------------------------


class InReach:
    """What an admin and an inline share: rows and choices within reach, rights of the role, no delete."""

    read_only = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        found = self.model._default_manager.visible_to(request.user, roles={Role.DISTRICT})
        ordering = self.get_ordering(request)
        return found.order_by(*ordering) if ordering else found

    def get_field_queryset(self, db: Any, db_field: Any, request: HttpRequest) -> Any:
        rows = db_field.remote_field.model._default_manager.all()
        if isinstance(rows, ScopedQuerySet):
            return rows.visible_to(request.user, roles={Role.DISTRICT})
        return super().get_field_queryset(db, db_field, request)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, EncryptedTextField):
            widget = forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"})
            return SealedField(label=db_field.verbose_name, required=False, widget=widget)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        wrapper = getattr(field, "widget", None)
        if isinstance(wrapper, AdminSplitDateTime):  # two boxes under one label: each says its part
            for box, part in zip(wrapper.widgets, ("日期", "时间"), strict=True):
                box.attrs["aria-label"] = f"{field.label}：{part}"
        if hasattr(wrapper, "can_add_related"):  # one row, one page: no windows over windows
            wrapper.can_add_related = wrapper.can_change_related = wrapper.can_view_related = False
        return field

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer boxes to tick: nobody need know which key to hold down."""
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return office.has_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return office.has_permission(request) and not self.read_only

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return office.has_permission(request) and not self.read_only

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Add what no form may write: a step or the portal itself does."""
        shown = flatten_fieldsets(self.fieldsets) if self.fieldsets else list(self.fields or ())
        return (*self.readonly_fields, *(name for name in shown if self._is_fixed(name)))

    def _is_fixed(self, name: str) -> bool:
        try:
            return not self.model._meta.get_field(name).editable
        except FieldDoesNotExist:
            return False


class Below(InReach):
    """Rows that belong to the row above; typed in its page, never deleted."""

    form = SealedForm
    extra = 0
    can_delete = False


class OfficeInline(Below, admin.TabularInline):
    """Short rows, one a line; the heads of the columns are no labels, so each field says its name."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            widget = getattr(field.widget, "widget", field.widget)
            widget.attrs.setdefault("aria-label", str(field.label or db_field.verbose_name))
        return field


class OfficeStack(Below, admin.StackedInline):
    """Rows too wide for one line."""


class OfficeAdmin(InReach, admin.ModelAdmin):
    """The base of every model's page.

    `links` are buttons over the list, (label, route); `page` is the route of the row's page in the portal.
    Routes that do not exist are left out.
    """

    form = OfficeForm
    list_per_page = 50
    list_max_show_all = 50
    view_on_site = False
    show_full_result_count = False
    change_list_template = "admin/office_list.html"
    change_form_template = "admin/office_form.html"
    links: tuple[tuple[str, str], ...] = ()
    page = ""

    class Media:
        js = ("js/office.js",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return office.has_permission(request)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list:
        sets = [(name, dict(options)) for name, options in super().get_fieldsets(request, obj)]
        if obj is not None and self.has_change_permission(request, obj) and issubclass(self.form, OfficeForm):
            first = sets[0][1]
            first["fields"] = (*first["fields"], *(() if "seen" in first["fields"] else ("seen",)))
        else:
            for _, options in sets:
                options["fields"] = tuple(name for name in options["fields"] if name != "seen")
        return sets

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Fill in the district where there is only one; not where it is one of three units to choose."""
        initial = super().get_changeform_initial_data(request)
        home = home_of(request)
        if home is None or issubclass(self.model, AtCommittee):
            return initial
        return {"district": home.pk, **initial}

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {"office_links": existing(self.links), "title": self.opts.verbose_name_plural}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def changeform_view(self, request: HttpRequest, object_id=None, form_url="", extra_context=None):
        links = existing((("在工作平台中查看", self.page),), object_id) if self.page and object_id else []
        try:
            context = {"office_links": links, **(extra_context or {})}
            return super().changeform_view(request, object_id, form_url, context)
        except IntegrityError as error:  # a race: the form saw no fault, the database did
            messages.error(request, explain(error, self.model) or CLASH)
            return redirect(request.path)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        if self.get_object(request, object_id) is None:
            raise Http404
        query = urlencode({"type": self.opts.label, "id": object_id})
        return redirect(f"{reverse('trail-list')}?{query}")

    # Django keeps a log of its own; here the same moments write the one line of the trail.

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False):
        changes = changes_of(form)
        for formset in formsets or ():
            for line in formset.forms:
                if line.has_changed():
                    label = f"{formset.model._meta.verbose_name} {line.instance}"
                    rows = actions.change_rows(formset.model._meta.label, changes_of(line))
                    changes[label] = "；".join(f"{name}：{before}→{after}" for name, before, after in rows)
        return changes

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> None:
        self.note("add", request, obj, message)

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> None:
        self.note("change", request, obj, message)

    def note(self, step: str, request: HttpRequest, obj: models.Model, changes: Any) -> None:
        """Write the one line of a save, in the save's own transaction."""
        record(
            f"{obj._meta.model_name}.{step}",
            obj,
            by=request.user,
            at=timezone.now(),
            district=home_of(request),
            changes=changes,
        )


class ReadOnlyAdmin(OfficeAdmin):
    """A model that people look at here and that steps write."""

    read_only = True


def home_of(request: HttpRequest) -> District | None:
    """Return the one district the actor works for; None when there are several to choose from."""
    found = list(District.objects.visible_to(request.user, roles={Role.DISTRICT})[:2])
    return found[0] if len(found) == 1 else None


def existing(links: Iterable[tuple[str, str]], *args: Any) -> list[tuple[str, str]]:
    """Turn (label, route) into (label, address); a route that does not exist yet is left out."""
    found = []
    for label, route in links:
        try:
            found.append((label, reverse(route, args=args)))
        except NoReverseMatch:
            continue
    return found
