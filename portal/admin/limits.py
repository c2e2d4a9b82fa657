"""What staff may spend without asking: a change is a new version with a start ahead, never an edit."""

# mypy: disable-error-code="type-arg"
# Django's forms and pages have type parameters in the type checker's stubs alone.

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.admin import amounts
from portal.admin.site import ForManagers, site
from returns.models import Limits
from returns.policy.currencies import EXPONENTS
from returns.sentences import money

AHEAD = timedelta(minutes=15)  # time for other managers to see what comes (security.md)
AMOUNTS = (
    "automatic",
    "agent",
    "manager",
    "agent_goodwill",
    "agent_goodwill_day",
    "manager_goodwill",
    "manager_goodwill_day",
)
AT_LEAST = (("manager", "agent"), ("manager_goodwill", "agent_goodwill"))


class LimitsForm(forms.ModelForm):
    """Amounts are typed in whole coins of the currency, so each is a field of text in its column's place."""

    class Meta:
        model = Limits
        fields = ("currency", "valid_from", *AMOUNTS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in AMOUNTS:
            column = Limits._meta.get_field(name)
            self.fields[name] = forms.CharField(
                label=column.verbose_name,  # type: ignore[union-attr]
                help_text=column.help_text,  # type: ignore[union-attr]
                required=name != "automatic",
                max_length=30,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )

    def clean_currency(self) -> str:
        currency = str(self.cleaned_data["currency"]).upper()
        if currency not in EXPONENTS:
            raise forms.ValidationError(_("Please enter a currency such as EUR."))
        return currency

    def clean_valid_from(self) -> datetime:
        start: datetime = self.cleaned_data["valid_from"]
        if start < timezone.now() + AHEAD:
            raise forms.ValidationError(_("Please choose a start that is at least 15 minutes ahead."))
        return start

    def clean(self) -> dict[str, Any]:
        """The currency says how many decimals there are, so the amounts are read when it is known."""
        told = super().clean() or {}
        for name in AMOUNTS:
            if name in told:
                told[name] = self._read(name, told)
        for more, less in AT_LEAST:
            if told.get(more) is not None and told.get(less) is not None and told[more] < told[less]:
                self.add_error(more, _("A manager may do at least what an agent may."))
        return told

    def _read(self, name: str, told: dict[str, Any]) -> int | None:
        try:
            return amounts.read(told[name], told.get("currency", ""))
        except forms.ValidationError as fault:
            self.add_error(name, fault)
            return None


def _column(name: str) -> Any:
    """How a list shows an amount."""

    def shown(limits: Limits) -> str:
        amount = getattr(limits, name)
        return _("no limit") if amount is None else money(amount, limits.currency)

    return admin.display(description=Limits._meta.get_field(name).verbose_name)(shown)  # type: ignore[union-attr]


@admin.register(Limits, site=site)
class LimitsAdmin(ForManagers):
    form = LimitsForm
    list_display = ("currency", "valid_from", *map(_column, AMOUNTS))
    list_filter = ("currency",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """What was in force stays readable as it was."""
        return False
