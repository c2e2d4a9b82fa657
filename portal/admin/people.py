"""Who works here: taken on, given a role, shut out; never deleted.

Managers are four eyes for each other, so no page lets one become another: who is a manager is said on the command line
alone (`manage.py appoint`), and what a manager's page has changes nobody but themselves.
"""

# mypy: disable-error-code="type-arg"
# Django's pages have type parameters in the type checker's stubs alone.

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from portal.admin.site import ForManagers, site
from returns.models import Role, User


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

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Whose password one may set, one may be: so of managers only one's own."""
        of_another = obj is not None and obj != request.user and obj.role == Role.MANAGER
        return not of_another and super().has_change_permission(request, obj)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **how: Any) -> Any:
        if db_field.name == "role":
            how["choices"] = [(role, label) for role, label in Role.choices if role != Role.MANAGER]
        return super().formfield_for_choice_field(db_field, request, **how)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Nobody changes their own role, or shuts themselves out (security.md)."""
        assert not isinstance(request.user, AnonymousUser)
        return ("role", "is_active") if obj == request.user else ()
