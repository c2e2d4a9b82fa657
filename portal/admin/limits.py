"""What staff may spend without asking: a change is a new version with a start ahead, never an edit.

One manager proposes it, another confirms it: until then the version before it counts.
"""

# mypy: disable-error-code="type-arg"
# Django's forms and pages have type parameters in the type checker's stubs alone.

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.access import member
from portal.admin import amounts
from portal.admin.site import ForManagers, site
from returns.actions.limits import AHEAD, confirm
from returns.actions.refusals import Refused
from returns.models import Limits, User
from returns.policy.currencies import EXPONENTS
from returns.sentences import money, of_refusal

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
    list_display = ("currency", "valid_from", "proposed_by", "confirmed_by", "confirmed_at", *map(_column, AMOUNTS))
    list_select_related = ("proposed_by", "confirmed_by")
    list_filter = ("currency",)
    actions = ("confirm",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """What was in force stays readable as it was."""
        return False

    def save_model(self, request: HttpRequest, obj: Limits, form: Any, change: bool) -> None:  # noqa: FBT001  as Django calls it
        obj.proposed_by = member(request)
        super().save_model(request, obj, form, change)
        self.message_user(request, _said_of_the_second(member(request)), messages.WARNING)

    @admin.action(description=gettext_lazy("Confirm what another manager has proposed"))
    def confirm(self, request: HttpRequest, chosen: QuerySet[Limits]) -> None:
        for limits in chosen:
            try:
                begun = confirm(limits, by=member(request), at=timezone.now())
            except Refused as refused:
                self.message_user(request, f"{limits}: {of_refusal(refused)}", messages.ERROR)
            else:
                start = date_format(timezone.localtime(begun.valid_from), "SHORT_DATETIME_FORMAT")
                told = _("The limits for %(currency)s are in force from %(start)s.")
                self.message_user(request, told % {"currency": begun.currency, "start": start}, messages.SUCCESS)


def _said_of_the_second(proposer: User) -> str:
    if User.objects.managers().exclude(pk=proposer.pk).exists():
        return _("These limits are in force once another manager has confirmed them here.")
    return _("A second manager has to confirm these limits, and there is none: until then they are not in force.")
