"""What the bench types: one form for the parcel, one for each of its lines."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from returns.actions.once import draw_token
from returns.actions.receiving import Count
from returns.models import RMA, Grade, ItemState, OrderLine, ReceiptLine

MOST = 9_999_999  # units in one field: no order has more, and every database can hold it
GRADES = [(grade.value, grade.label) for grade in Grade if grade != Grade.WRONG]


class Units(forms.IntegerField):
    """A count; nothing typed is none."""

    def __init__(self, label: Any) -> None:
        wrong = _("Please enter a whole number, 0 or more.")
        messages = {"invalid": wrong, "min_value": wrong, "max_value": _("Please enter a smaller number.")}
        super().__init__(label=label, required=False, min_value=0, max_value=MOST, error_messages=messages)

    def clean(self, value: Any) -> int:
        return super().clean(value) or 0


class LineForm(forms.Form):
    """What of one order line lies on the bench."""

    fine = Units(_("Fine"))
    damaged = Units(_("Damaged"))
    missing = Units(_("Missing"))
    # Translators: units of another article than the one announced
    wrong = Units(_("Wrong"))
    extra = Units(_("Extra"))
    grade = forms.ChoiceField(label=_("Grade"), required=False, choices=[("", ""), *GRADES])
    note = forms.CharField(label=_("Note"), required=False, max_length=2000)

    def __init__(self, line: OrderLine, *, expected: int, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, prefix=f"line-{line.pk}", initial={"fine": expected})
        self.line = line
        self.expected = expected
        self.name = line.name_in(get_language() or "")

    @property
    def counts(self) -> list[forms.BoundField]:
        return [self[name] for name in ("fine", "damaged", "missing", "wrong", "extra")]

    def count(self) -> Count:
        return Count(line=self.line.line_id, **self.cleaned_data)


class UnannouncedForm(LineForm):
    """A line that nothing is expected of: whatever lies there is extra."""

    fine = damaged = missing = wrong = None  # type: ignore[assignment]

    @property
    def counts(self) -> list[forms.BoundField]:
        return [self["extra"]]


class ParcelForm(forms.Form):
    """The parcel as a whole. `parcel` is the number of the receipt that this count makes."""

    token = forms.CharField(max_length=64, min_length=16, initial=draw_token, widget=forms.HiddenInput)
    parcel = forms.IntegerField(min_value=1, max_value=MOST, widget=forms.HiddenInput)
    code = forms.CharField(required=False, max_length=100, label=_("Press Enter to finish"))
    note = forms.CharField(required=False, max_length=2000, label=_("Note on the parcel"))

    def __init__(self, rma: RMA, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, initial={"parcel": rma.receipts.count() + 1})
        self.rma = rma

    def clean_code(self) -> str:
        """A scanner in a hurry: the next parcel's code must not finish this one."""
        code = self.cleaned_data["code"].strip()
        if code and not RMA.objects.scanned(code).filter(pk=self.rma.pk).exists():
            told = {"code": code, "number": self.rma.number}
            raise forms.ValidationError(
                _("You scanned %(code)s while %(number)s is still open. Press Enter to finish this parcel first."),
                params=told,
            )
        return code


class Counting:
    """All forms of one parcel: the announced lines, and folded away the others of the order.

    The counts are preset to what is still expected as fine. An item that waits for an agent is not
    expected yet, but may be counted; what comes of a refused one is extra.
    """

    def __init__(self, rma: RMA, data: Mapping[str, Any] | None = None) -> None:
        self.parcel = ParcelForm(rma, data)
        counted = ReceiptLine.objects.filter(receipt__rma=rma).counted()
        items = {item.line_id: item for item in rma.items.all()}
        lines = list(rma.order.lines.all())
        self.announced: list[LineForm] = []
        self.others: list[LineForm] = []
        for line in lines:
            item = items.get(line.pk)
            if item is None:
                self.others.append(UnannouncedForm(line, expected=0, data=data))
            elif item.state == ItemState.REFUSED:
                self.announced.append(UnannouncedForm(line, expected=0, data=data))
            else:
                arrived, _accounted = counted.get(item.pk, (0, 0))
                expected = item.quantity - arrived if item.state == ItemState.ACCEPTED else 0
                self.announced.append(LineForm(line, expected=expected, data=data))

    @property
    def forms(self) -> list[forms.Form]:
        return [self.parcel, *self.announced, *self.others]

    @property
    def others_wanted(self) -> bool:
        """Whether the folded lines hold something that must be seen."""
        return any(form.is_bound and (form.errors or any(form.cleaned_data.values())) for form in self.others)

    def is_valid(self) -> bool:
        return not any(form.errors for form in self.forms)

    def counts(self) -> list[Count]:
        return [form.count() for form in (*self.announced, *self.others)]

    def said(self) -> dict[str, Any]:
        """Everything that was typed, for telling the same count from another one."""
        return {"rma": self.parcel.rma.number, **self.parcel.cleaned_data, "counts": [*map(asdict, self.counts())]}

    def errors(self) -> list[tuple[str, str]]:
        """(id of the field, sentence) of all that is wrong, in the order of the page."""
        return [
            (form[name].id_for_label, str(sentence))
            for form in self.forms
            for name, sentences in form.errors.items()
            for sentence in sentences
        ]
