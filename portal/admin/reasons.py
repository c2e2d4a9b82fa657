"""The reasons that shoppers may give: renamed, added and retired, never deleted."""

# mypy: disable-error-code="type-arg"
# Django's forms and pages have type parameters in the type checker's stubs alone.

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from modeltranslation.admin import TranslationAdmin

from portal.admin.site import ForManagers, WordsField, site
from returns import sentences
from returns.models import Reason
from returns.policy.facts import LegalPath
from returns.policy.lint import lint_reason


class ReasonForm(forms.ModelForm):
    kinds = WordsField(required=False, label=gettext_lazy("Kinds of goods"), help_text=gettext_lazy("Empty means all."))

    class Meta:
        model = Reason
        exclude = ()  # noqa: DJ006  every column of a reason is a manager's


@admin.register(Reason, site=site)
class ReasonAdmin(TranslationAdmin, ForManagers):
    form = ReasonForm
    list_display = ("label", "code", "parent", "legal_path", "asks_photo", "position", "retired_at")
    list_select_related = ("parent",)
    list_filter = ("legal_path",)

    def get_readonly_fields(self, request: HttpRequest, obj: Reason | None = None) -> tuple[str, ...]:  # noqa: ARG002
        return ("code",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Reason, form: Any, change: bool) -> None:  # noqa: FBT001
        """While it is offered, the linter says what is lawful and probably not meant."""
        super().save_model(request, obj, form, change)
        for issue in () if obj.retired_at else lint_reason(LegalPath(obj.legal_path)):
            messages.warning(request, sentences.of_issue(issue))
