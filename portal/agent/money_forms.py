"""What a person decides on money. Each form is good for one decision on what was on the screen."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from portal.agent.forms import AREA
from returns.actions.once import draw_token
from returns.actions.other_ways import WAYS
from returns.models import OtherWay

LINE = forms.TextInput(attrs={"class": "input", "autocomplete": "off"})
WHY = {"required": gettext_lazy("Please say why.")}


class MoneyForm(forms.Form):
    """`token` makes a double click one decision; `seen` is the version of the order that was signed."""

    token = forms.CharField(max_length=64, min_length=16, initial=draw_token, widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None = None, **preset: Any) -> None:
        super().__init__(data, auto_id=f"{type(self).__name__.lower()}-%s", initial=preset)

    def wish(self) -> dict[str, Any]:
        """What is decided, as the action takes it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "token"}


class ApproveForm(MoneyForm):
    pass


class DeclineForm(MoneyForm):
    note = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=2000,
        widget=AREA,
        help_text=gettext_lazy("Kept in the history; the shopper does not see it."),
        error_messages=WHY,
    )


class RetryForm(MoneyForm):
    pass


class PrepareForm(MoneyForm):
    way = forms.ChoiceField(
        label=gettext_lazy("How it was paid"),
        choices=[(way, label) for way, label in OtherWay.WAYS if way in WAYS],
        initial="transfer",
        widget=forms.Select(attrs={"class": "select"}),
    )
    evidence = forms.CharField(
        label=gettext_lazy("Evidence"),
        max_length=500,
        widget=LINE,
        help_text=gettext_lazy("Such as the number of the transfer or of the receipt; no account numbers."),
        error_messages={"required": gettext_lazy("Please name the evidence, such as the number of the transfer.")},
    )


class ConfirmForm(MoneyForm):
    pass


class DiscardForm(MoneyForm):
    pass


class DespiteForm(MoneyForm):
    reason = forms.CharField(
        label=gettext_lazy("Why it is sent although it is disputed"),
        max_length=500,
        widget=AREA,
        error_messages=WHY,
    )


class ClosingForm(forms.Form):
    """How a difference was cleared up."""

    note = forms.CharField(
        label=gettext_lazy("What it was, and what was done"), max_length=2000, widget=AREA, error_messages=WHY
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, number: int) -> None:
        super().__init__(data, auto_id=f"break-{number}-%s")


class HaltForm(forms.Form):
    why = forms.CharField(
        label=gettext_lazy("Why no refund may leave"), max_length=500, widget=AREA, error_messages=WHY
    )
