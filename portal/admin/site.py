"""The admin site behind the staff's own login, and what its pages have in common."""

# mypy: disable-error-code="type-arg"
# Django's forms and pages have type parameters in the type checker's stubs alone.

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy

from portal.access import View, staff
from returns.models import Role


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
