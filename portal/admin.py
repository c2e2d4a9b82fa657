"""The manager's settings: policies, reasons, staff. Django's own pages, open to managers alone."""

# mypy: disable-error-code="type-arg"
# Django's forms and pages have type parameters in the type checker's stubs alone.

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from modeltranslation.admin import TranslationAdmin

from portal.access import View, staff
from returns.actions.policies import succeed
from returns.models import Policy, Reason, Role, User

TERMS = ("window_days", "counted_from", "kinds", "countries", "final_sale_returnable")
FIXED = ("version", "key", "valid_from")


class Settings(admin.AdminSite):
    """The admin behind the staff's own login, for managers."""

    site_header = site_title = gettext_lazy("Settings")
    index_title = gettext_lazy("Policies, reasons, staff")
    site_url = "/staff/"

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and request.user.is_active and request.user.role == Role.MANAGER

    def admin_view(self, view: View, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002  as Django calls it
        return staff(Role.MANAGER)(super().admin_view(view, cacheable))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # noqa: ARG002
        return redirect("staff:login")


site = Settings()


class ForManagers(admin.ModelAdmin):
    """Who may open the site may see and change; nothing that was ever used is deleted."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return site.has_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return site.has_permission(request)

    has_add_permission = has_module_permission
    has_change_permission = has_view_permission

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False


class WordsField(forms.CharField):
    """A list of codes, typed with commas or spaces between."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return str(super().to_python(value)).replace(",", " ").split()

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or []) != self.to_python(data)


class ReasonForm(forms.ModelForm):
    kinds = WordsField(required=False, label=gettext_lazy("Kinds of goods"), help_text=gettext_lazy("Empty means all."))

    class Meta:
        model = Reason
        exclude = ()  # noqa: DJ006  every column of a reason is a manager's


class PolicyForm(forms.ModelForm):
    kinds = WordsField(required=False, label=gettext_lazy("Kinds of goods"), help_text=gettext_lazy("Empty means all."))
    countries = WordsField(
        required=False,
        label=gettext_lazy("Countries"),
        help_text=gettext_lazy("Codes such as CZ, DE. Empty means all."),
    )

    class Meta:
        model = Policy
        exclude = ()  # noqa: DJ006  every column of a policy is a manager's

    def clean_countries(self) -> list[str]:
        return [country.upper() for country in self.cleaned_data["countries"]]

    def clean_valid_until(self) -> datetime | None:
        """Orders that were placed already have been given this promise."""
        end = self.cleaned_data["valid_until"]
        if end and "valid_until" in self.changed_data and end <= timezone.now():
            raise forms.ValidationError(_("The end must be later than now."))
        return end


@admin.register(Policy, site=site)
class PolicyAdmin(TranslationAdmin, ForManagers):
    """What was promised stays promised: changed terms of a policy become its next version."""

    form = PolicyForm
    list_display = ("name", "key", "version", "window_days", "counted_from", "valid_from", "valid_until")
    list_filter = ("key",)
    fieldsets = (
        (None, {"fields": ("key", "version", *TERMS, "valid_from", "valid_until")}),
        (gettext_lazy("Name in every language"), {"fields": ("name",)}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Policy | None = None) -> tuple[str, ...]:  # noqa: ARG002
        if obj is None:
            return ("version",)
        return (*FIXED, *TERMS, "valid_until") if obj.ended(timezone.now()) else FIXED

    def save_model(self, request: HttpRequest, obj: Policy, form: forms.ModelForm, change: bool) -> None:  # noqa: FBT001
        now = timezone.now()
        if not change or not obj.in_force(now) or not set(TERMS) & set(form.changed_data):
            super().save_model(request, obj, form, change)
            return
        succeed(obj, at=now)
        told = _("Version %(version)d holds for orders from now on. Earlier orders keep what they were promised.")
        messages.info(request, told % {"version": obj.version})


@admin.register(Reason, site=site)
class ReasonAdmin(TranslationAdmin, ForManagers):
    form = ReasonForm
    list_display = ("label", "code", "parent", "legal_path", "asks_photo", "position", "retired_at")
    list_select_related = ("parent",)
    list_filter = ("legal_path",)

    def get_readonly_fields(self, request: HttpRequest, obj: Reason | None = None) -> tuple[str, ...]:  # noqa: ARG002
        return ("code",) if obj else ()


class PersonForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name", "role", "language")


class PersonChangeForm(UserChangeForm):
    class Meta:
        model = User
        fields = ("email", "name", "role", "language", "is_active", "password")


@admin.register(User, site=site)
class StaffAdmin(ForManagers, UserAdmin):
    """Who works here. Who leaves is shut out, not deleted: the history names them."""

    form = PersonChangeForm
    add_form = PersonForm
    ordering = ("email",)
    list_display = ("email", "name", "role", "is_active")
    list_filter = ("role", "is_active")
    search_fields = ("email", "name")
    filter_horizontal = ()
    fieldsets = ((None, {"fields": ("email", "password", "name", "role", "language", "is_active")}),)
    add_fieldsets = (
        (None, {"fields": ("email", "name", "role", "language", "usable_password", "password1", "password2")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Nobody changes their own role, or shuts themselves out (security.md)."""
        assert not isinstance(request.user, AnonymousUser)
        return ("role", "is_active") if obj == request.user else ()
