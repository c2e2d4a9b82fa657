"""What a shopper types, outside the choice of items (choosing.py)."""

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from portal.uploads import ManyPhotos
from returns.actions.conversation import LIMIT
from returns.actions.once import draw_token


class FindForm(forms.Form):
    number = forms.CharField(
        label=_("Order number"),
        max_length=64,
        help_text=_("It stands at the top of the order confirmation that you received by e-mail, and on the invoice."),
        error_messages={"required": _("Please enter the order number.")},
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off", "autocapitalize": "characters"}),
    )
    proof = forms.CharField(
        label=_("E-mail address or postcode"),
        max_length=254,
        help_text=_("The one that you gave with the order."),
        error_messages={"required": _("Please enter the e-mail address or the postcode of the order.")},
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "email", "autocapitalize": "none"}),
    )


class TrackingForm(forms.Form):
    tracking_number = forms.CharField(
        label=_("Tracking number"),
        max_length=60,
        help_text=_("It stands on the proof of posting."),
        error_messages={"required": _("Please enter the tracking number.")},
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9][A-Za-z0-9 ./-]{3,}$",
                _("Please enter the tracking number as it stands on the proof of posting."),
            )
        ],
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    carrier = forms.CharField(
        label=_("Carrier"),
        max_length=50,
        required=False,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )


class MessageForm(forms.Form):
    """`token` makes a double click one message. Photos come beside it and are looked at by `uploads.keep`."""

    token = forms.CharField(max_length=64, min_length=16, initial=draw_token, widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("Your message"),
        max_length=LIMIT,
        error_messages={"required": _("Please write a message.")},
        widget=forms.Textarea(attrs={"class": "textarea", "rows": 4}),
    )
    photos = forms.FileField(
        label=_("Photos"),
        required=False,
        help_text=_("JPEG, PNG or WebP, at most 10 for a return. The place that your camera notes is removed."),
        widget=ManyPhotos(),
    )
