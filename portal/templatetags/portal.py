"""How the pages write money and days, in the language of the reader."""

from datetime import date, datetime
from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision
from django import template
from django.utils import timezone
from django.utils.translation import get_language, to_locale

from returns import sentences

register = template.Library()


@register.filter
def money(amount: int, currency: str) -> str:
    """Minor units of an ISO 4217 currency as the reader's language writes them: `{{ 28500|money:"EUR" }}`."""
    in_major_units = Decimal(amount).scaleb(-get_currency_precision(currency))
    return format_currency(in_major_units, currency, locale=to_locale(get_language() or "en"))


@register.filter
def day(moment: date | datetime) -> str:
    """The whole day with its weekday; a moment counts on the shop's clock."""
    if isinstance(moment, datetime):
        moment = timezone.localdate(moment)
    return sentences.day(moment)
