"""The label of a return: facts and words for returns/labels, shared by the shopper's door and the API."""

from babel import Locale
from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, get_supported_language_variant, override, pgettext, to_locale
from django.utils.translation import gettext as _

from returns import sentences
from returns.actions.refusals import Refused
from returns.labels import codes, label
from returns.labels.label import LabelContent
from returns.labels.sheets import Format
from returns.models import RMA

QR = "qr"
FORMATS = [*Format, QR]


def drawn(rma: RMA, format: str) -> tuple[bytes, str]:
    """The label in one of FORMATS as (bytes, media type). Raises Refused `rma_not_sendable`."""
    if not rma.may_be_sent:
        raise Refused("rma_not_sendable", state=rma.shown_state)
    if format == QR:
        return codes.qr_png(rma.number), "image/png"
    return label.draw(label_of(rma), Format(format)), "application/pdf"


def label_of(rma: RMA) -> LabelContent:
    """What the label of this return says, in the language of the return.

    It carries the shop's address and the return's number, and nothing of the shopper's (security.md).
    """
    with override(spoken(rma.locale)):
        return LabelContent(
            number=rma.number,
            shop=settings.SHOP_NAME,
            address=tuple(settings.SHOP_ADDRESS),
            country=_country(settings.SHOP_COUNTRY),
            order=rma.order.number,
            date=sentences.day(timezone.localdate(rma.created_at)),
            words=_words(),
        )


def spoken(locale: str) -> str:
    """The language of the portal nearest to this locale; the shop's own where there is none."""
    try:
        return get_supported_language_variant(locale)
    except LookupError:
        return settings.LANGUAGE_CODE


def _country(code: str) -> str:
    return Locale.parse(to_locale(get_language() or "en")).territories.get(code, code)


def _words() -> label.Words:
    return label.Words(
        language=get_language() or "en",
        title=_("Return label"),
        return_to=_("Return to"),
        # Translators: stands above the sender's name on a parcel.
        sender=pgettext("on a label", "From"),
        order=_("Order"),
        date=_("Date"),
        return_number=_("Return number"),
        affix=_("Affix this label to the outside of the parcel"),
        copy_inside=_("Put this copy inside the parcel"),
        cut=_("Cut along the dashed line, or fold the sheet there."),
        steps=(
            _("Pack the goods and put a note with the return number inside."),
            _("Affix the label to the outside of the parcel, flat and without tape over the codes."),
            _("Hand the parcel in and keep the proof of posting."),
        ),
    )
