"""What an agent decides. Each form is good for one decision on what was on the screen."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy, ngettext, to_locale
from django.utils.translation import gettext as _

from portal.agent.amounts import typed_amount
from returns.actions.conversation import LIMIT
from returns.actions.once import draw_token
from returns.models import RMA, GoodwillReason
from returns.policy.currencies import EXPONENTS, TooFine

AREA = forms.Textarea(attrs={"class": "textarea", "rows": 3})


class DecisionForm(forms.Form):
    """`token` makes a double click one decision; `seen` is the version of the order that was shown."""

    token = forms.CharField(max_length=64, min_length=16, initial=draw_token, widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput)
    own = ("token", "seen")

    def __init__(self, rma: RMA, data: Mapping[str, Any] | None = None, **preset: Any) -> None:
        super().__init__(data, auto_id=f"{type(self).__name__.lower()}-%s", initial=preset)
        self.rma = rma

    def wish(self) -> dict[str, Any]:
        """What is decided, as the action takes it."""
        return {name: value for name, value in self.cleaned_data.items() if name not in self.own}

    def typed(self) -> dict[str, Any]:
        """What a person wrote, for a new form after somebody else was quicker."""
        return {name: self[name].value() for name in self.fields if name not in self.own}


class AmountField(forms.CharField):
    """Money in major units as the agent's language writes it; its value is minor units, or None."""

    currency = ""

    def clean(self, value: Any) -> int | None:
        typed = super().clean(value)
        if not typed:
            return None
        try:
            amount = typed_amount(typed, self.currency, to_locale(get_language() or "en"))
        except TooFine as fault:
            raise forms.ValidationError(_decimals(self.currency)) from fault
        except ValueError as fault:
            raise forms.ValidationError(_("Please enter an amount, such as 12.50.")) from fault
        if not 0 < amount < 2**53:
            raise forms.ValidationError(_("Please enter an amount above zero."))
        return amount


def _decimals(currency: str) -> str:
    places = EXPONENTS[currency]
    if not places:
        return _("%(currency)s has no decimals.") % {"currency": currency}
    told = ngettext("%(currency)s has %(places)d decimal.", "%(currency)s has %(places)d decimals.", places)
    return told % {"currency": currency, "places": places}


class ItemsForm(DecisionForm):
    """A decision on the items that wait, all of them or some."""

    lines = forms.MultipleChoiceField(
        label=gettext_lazy("Items"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Please choose at least one item.")},
    )

    def __init__(self, rma: RMA, data: Mapping[str, Any] | None = None, **preset: Any) -> None:
        super().__init__(rma, data, **preset)
        # All items may be named, so that a decision that is sent twice is understood twice.
        lines = self.fields["lines"]
        assert isinstance(lines, forms.MultipleChoiceField)
        lines.choices = [(item.line.line_id, str(item)) for item in rma.items.all()]


class ApprovalForm(ItemsForm):
    note = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=2000,
        widget=AREA,
        help_text=gettext_lazy("Kept in the history; the shopper does not see it."),
        error_messages={"required": gettext_lazy("Please say why.")},
    )
    amount = AmountField(label=gettext_lazy("Goodwill on top"), required=False, max_length=30)
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason for the goodwill"),
        choices=GoodwillReason.choices,
        initial=GoodwillReason.OUTSIDE_POLICY,
        required=False,
        widget=forms.Select(attrs={"class": "select"}),
    )

    def __init__(self, rma: RMA, data: Mapping[str, Any] | None = None, **preset: Any) -> None:
        super().__init__(rma, data, **preset)
        amount = self.fields["amount"]
        assert isinstance(amount, AmountField)
        amount.currency = rma.order.currency
        amount.widget.attrs = {"class": "input", "inputmode": "decimal", "autocomplete": "off"}
        amount.help_text = _("In %(currency)s; it is sent at once.") % {"currency": rma.order.currency}


class RejectionForm(ItemsForm):
    note = forms.CharField(
        label=gettext_lazy("Why, and what the shopper can do"),
        max_length=2000,
        widget=AREA,
        help_text=gettext_lazy("The shopper reads this. Please write in the shopper's language."),
        error_messages={"required": gettext_lazy("Please say why.")},
    )


class MessageForm(DecisionForm):
    text = forms.CharField(
        label=gettext_lazy("Message to the shopper"),
        max_length=LIMIT,
        widget=AREA,
        help_text=gettext_lazy("It is sent by e-mail. Please write in the shopper's language."),
        error_messages={"required": gettext_lazy("Please write a message.")},
    )


class ReopeningForm(DecisionForm):
    note = forms.CharField(label=gettext_lazy("Why"), max_length=2000, required=False, widget=AREA)


class CancellationForm(DecisionForm):
    pass
