"""How the pages write money and days, in the language of the reader."""

from datetime import date, datetime

from django import forms, template
from django.utils import timezone
from django.utils.translation import get_language

from returns import sentences
from returns.models import OrderLine
from returns.sentences.refunds import of_dispute, of_failure

register = template.Library()


@register.filter
def money(amount: int, currency: str) -> str:
    """Minor units of an ISO 4217 currency as the reader's language writes them: `{{ 28500|money:"EUR" }}`."""
    return sentences.money(amount, currency)


@register.filter
def failure(reason: str) -> str:
    """Why a refund did not go through, in words."""
    return of_failure(reason)


@register.filter
def dispute_state(status: str) -> str:
    """Where a dispute stands, in words."""
    return of_dispute(status)


@register.filter
def day(moment: date | datetime) -> str:
    """The whole day with its weekday; a moment counts on the shop's clock."""
    if isinstance(moment, datetime):
        moment = timezone.localdate(moment)
    return sentences.day(moment)


@register.filter
def named(line: OrderLine) -> str:
    """What was bought, in the language of the reader where the shop has told it."""
    return line.name_in(get_language() or "")


_DRAWN = frozenset({"apparel", "electronics", "footwear", "homeware"})


@register.inclusion_tag("components/picture.html")
def picture(line: OrderLine) -> dict[str, str]:
    """The photograph of an order line where it comes over https; else a drawing of its kind of goods."""
    kind = line.kind if line.kind in _DRAWN else "other"
    photograph = line.image if line.image.startswith("https://") else ""
    return {"photograph": photograph, "drawing": f"portal/img/goods/{kind}.svg"}


@register.filter
def summary(form: forms.BaseForm) -> list[tuple[str, str]]:
    """All errors of a form for components/errors.html; what is about no single field points to the first."""
    first = next((bound.auto_id for bound in form.visible_fields()), "")
    general = [(first, str(sentence)) for sentence in form.non_field_errors()]
    return general + [(bound.auto_id, str(sentence)) for bound in form for sentence in bound.errors]
