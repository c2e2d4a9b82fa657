"""What an agent decides. Each form is good for one decision on what was on the screen."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy, ngettext, to_locale
from django.utils.translation import gettext as _

from portal.agent.amounts import typed_amount
from portal.agent.outcome import Row
from portal.uploads import ManyPhotos
from returns import sentences
from returns.actions.conversation import LIMIT
from returns.actions.once import draw_token
from returns.actions.refusals import Refused
from returns.models import RMA, GoodwillReason, ItemState, Valuation
from returns.policy.currencies import EXPONENTS, TooFine

_PERCENT = re.compile(r"([0-9]{1,2})%")
AREA = forms.Textarea(attrs={"class": "textarea", "rows": 3})


class DecisionForm(forms.Form):
    """`token` makes a double click one decision; `seen` is the version of the order that was shown."""

    token = forms.CharField(max_length=64, min_length=16, initial=draw_token, widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput)
    own = ("token", "seen")
    outcome: Sequence[Row] = ()  # what it would do to the money, when that was asked

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


class LossField(AmountField):
    """An amount, or a percentage of what the units are worth; 0 for none. Its value is minor units."""

    worth = 0

    def clean(self, value: Any) -> int:
        typed = "".join(str(value or "").split())
        if percent := _PERCENT.fullmatch(typed):
            return self.worth * int(percent[1]) // 100
        if typed == "0":
            return 0
        return super().clean(value) or 0


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
    fee_note = forms.CharField(
        label=gettext_lazy("Why a part is kept"),
        max_length=2000,
        required=False,
        widget=AREA,
        help_text=gettext_lazy("The shopper reads this. Please write in the shopper's language."),
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
        self.feeable = {f"fee_{item.pk}": item for item in rma.items.all() if not item.free_of_fees}
        for name, item in self.feeable.items():
            self.fields[name] = AmountField(label=str(item), required=False, max_length=30)
        for field in self.fields.values():
            if isinstance(field, AmountField):
                field.currency = rma.order.currency
                field.widget.attrs = {"class": "input", "inputmode": "decimal", "autocomplete": "off"}
        self.fields["amount"].help_text = _("In %(currency)s.") % {"currency": rma.order.currency}

    @property
    def fees(self) -> list[forms.BoundField]:
        """A field for every waiting item of which the law lets a part be kept."""
        return [self[name] for name, item in self.feeable.items() if item.state == ItemState.REFERRED]

    def clean(self) -> dict[str, Any]:
        """Of what is chosen, a fee needs a reason and is at most what the item is worth."""
        told = super().clean() or {}
        for name, item in self.feeable.items():
            if (told.get(name) or 0) > item.share:
                self.add_error(name, sentences.of_refusal(Refused("fee_above_share")))
        if self._kept() and not told.get("fee_note"):
            self.add_error("fee_note", sentences.of_refusal(Refused("note_missing")))
        return told

    def wish(self) -> dict[str, Any]:
        told = super().wish()
        return {name: told[name] for name in told if name not in self.feeable} | {"fees": self._kept()}

    def _kept(self) -> dict[str, int]:
        """Line id -> minor units, of the chosen items."""
        told = self.cleaned_data
        named = {item.line.line_id: told.get(name) for name, item in self.feeable.items()}
        return {line: fee for line, fee in named.items() if fee and line in told.get("lines", ())}


class ValuationForm(DecisionForm):
    """What the damaged units of one line in one parcel have lost in value."""

    loss = LossField(
        label=gettext_lazy("Loss of value"),
        max_length=30,
        help_text=gettext_lazy("An amount, or a percentage such as 30 %; 0 if nothing is kept."),
        error_messages={"required": gettext_lazy("Please enter an amount, a percentage, or 0.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=2000,
        required=False,
        widget=AREA,
        help_text=gettext_lazy("The shopper reads this. Please write in the shopper's language."),
    )
    photos = forms.FileField(
        label=gettext_lazy("Photos of what arrived"),
        required=False,
        widget=ManyPhotos,
        help_text=gettext_lazy("A loss needs at least one; the shopper sees them."),
    )

    def __init__(
        self,
        rma: RMA,
        data: Mapping[str, Any] | None = None,
        *,
        valuation: Valuation,
        fault: Refused | None = None,
        **preset: Any,
    ) -> None:
        super().__init__(rma, data, **preset)
        self.fault = fault  # of the photos that came with it
        self.auto_id = f"valuation{valuation.pk}-%s"
        self.valuation = valuation
        loss = self.fields["loss"]
        assert isinstance(loss, LossField)
        loss.currency, loss.worth = rma.order.currency, valuation.worth
        loss.widget.attrs = {"class": "input", "inputmode": "text", "autocomplete": "off"}

    def clean(self) -> dict[str, Any]:
        """A loss is less than what the units are worth, and has a reason."""
        told = super().clean() or {}
        loss = told.get("loss") or 0
        if loss >= self.valuation.worth:
            self.add_error("loss", sentences.of_refusal(Refused("loss_above_worth")))
        if self.fault:
            self.add_error("photos", sentences.of_refusal(self.fault))
        if loss and not told.get("reason"):
            self.add_error("reason", sentences.of_refusal(Refused("note_missing")))
        return told

    def wish(self) -> dict[str, Any]:
        return {"loss": self.cleaned_data["loss"], "reason": self.cleaned_data["reason"], "valuation": self.valuation}


class ForgivenessForm(DecisionForm):
    """A loss of value is taken back."""

    def __init__(self, rma: RMA, data: Mapping[str, Any] | None = None, *, valuation: Valuation, **preset: Any) -> None:
        super().__init__(rma, data, **preset)
        self.auto_id = f"forgiveness{valuation.pk}-%s"
        self.valuation = valuation

    def wish(self) -> dict[str, Any]:
        return {"valuation": self.valuation}


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


class RestForm(DecisionForm):
    """The rest of the return will not come."""

    note = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=2000,
        widget=AREA,
        help_text=gettext_lazy("Kept in the history; the shopper does not see it."),
        error_messages={"required": gettext_lazy("Please say why.")},
    )
