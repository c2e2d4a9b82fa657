"""What every page knows: the shop, and the languages it speaks."""

from django.conf import settings
from django.http import HttpRequest


def shop(_request: HttpRequest) -> dict[str, object]:
    return {
        "shop_name": settings.SHOP_NAME,
        "demo": settings.DEMO,
        "languages": settings.LANGUAGES,
    }
