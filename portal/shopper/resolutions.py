"""What a shopper gets for an item, in words; and the step on which it is chosen, with the way of sending."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from portal.shopper.drafts import Draft
from returns import sentences
from returns.actions.refusals import Refused
from returns.actions.requests import Offer
from returns.policy.facts import Answer, Resolution

KEPT = "none"  # the way of sending when nothing is sent


def chosen(resolution: str) -> str:
    """What was chosen beside plain money back; that goes without saying."""
    words = {Resolution.CREDIT: _("Store credit"), Resolution.KEEP: _("You may keep it")}
    return words.get(Resolution(resolution), "")


@dataclass(frozen=True, slots=True)
class Option:
    value: Resolution
    title: str
    hint: str
    checked: bool


class Choice:
    """What may be chosen for one item; money back until something else is."""

    def __init__(self, number: int, offer: Offer, currency: str) -> None:
        self.id = f"back-{number}"
        self.name = f"resolution-{offer.wish.line}"
        self.offer = offer
        self.currency = currency
        self.picked: str = Resolution.REFUND
        self.error = ""

    @property
    def title(self) -> str:
        return self.offer.line.name_in(get_language() or "")

    @property
    def waits(self) -> bool:
        return self.offer.verdict.answer != Answer.ACCEPT

    @property
    def options(self) -> list[Option]:
        told = [(value, *self._told(value)) for value in self.offer.resolutions]
        return [Option(value, title, hint, value == self.picked) for value, title, hint in told]

    def _told(self, value: Resolution) -> tuple[str, str]:
        offer = self.offer
        left, bonus = offer.share - offer.fee, offer.possible_bonus
        if value is Resolution.CREDIT:
            told = {"amount": self._money(left + bonus), "bonus": self._money(bonus)}
            more = _("%(amount)s to spend in our shop, %(bonus)s more than the money.") % told
            return chosen(value), more if bonus else _("%(amount)s to spend in our shop.") % told
        if value is Resolution.KEEP:
            told = {"amount": self._money(offer.share)}
            return chosen(value), _("You get %(amount)s back the way you paid, and you send nothing.") % told
        return _("Money back"), _("%(amount)s, the way you paid.") % {"amount": self._money(left)}

    def _money(self, amount: int) -> str:
        return sentences.money(amount, self.currency)

    def take(self, typed: str) -> None:
        """Nothing typed is money back."""
        self.picked = typed or Resolution.REFUND
        if self.picked not in self.offer.resolutions:
            self.error = sentences.of_refusal(Refused("resolution_not_offered"))


class WayForm(forms.Form):
    """`choices` stand for the items for which there is something to choose; `offers` are of the plain draft."""

    way = forms.ChoiceField(
        required=False,
        choices=[("label", gettext_lazy("Print a label")), ("qr", gettext_lazy("Show a QR code"))],
        error_messages={"invalid_choice": gettext_lazy("Please choose one of the offered ways.")},
    )

    def __init__(self, typed: Mapping[str, Any] | None, draft: Draft, offers: Sequence[Offer], currency: str) -> None:
        super().__init__(typed, initial={"way": draft.way})
        numbered = (Choice(number, offer, currency) for number, offer in enumerate(offers, start=1))
        self.choices = [choice for choice in numbered if len(choice.offer.resolutions) > 1]
        self.items = len(offers)
        for choice in self.choices:
            before = draft.resolutions.get(choice.offer.wish.line, "")
            choice.picked = before if before in choice.offer.resolutions else Resolution.REFUND

    @property
    def may_be_kept(self) -> bool:
        return any(Resolution.KEEP in choice.offer.resolutions for choice in self.choices)

    @property
    def resolutions(self) -> dict[str, str]:
        """By line; of a form that was found good."""
        return {choice.offer.wish.line: choice.picked for choice in self.choices}

    @property
    def faults(self) -> list[tuple[str, str]]:
        """For the error summary: (id of the field, sentence), in the order of the page."""
        wrong = [(choice.id, f"{choice.title}: {choice.error}") for choice in self.choices if choice.error]
        return [*wrong, *(("id_way", str(sentence)) for sentence in self.errors.get("way", ()))]

    def clean(self) -> dict[str, Any]:
        for choice in self.choices:
            choice.take(str(self.data.get(choice.name, "")))
            if choice.error:
                self.add_error(None, choice.error)
        if self._all_kept():
            return {"way": KEPT}
        if "way" not in self.errors and not self.cleaned_data.get("way"):
            self.add_error("way", _("Please choose how you send the parcel."))
        return self.cleaned_data

    def _all_kept(self) -> bool:
        kept = [choice for choice in self.choices if choice.picked == Resolution.KEEP and not choice.error]
        return len(kept) == self.items
