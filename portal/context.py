"""What every page knows: the shop, and the languages it speaks."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language_info


def shop(_request: HttpRequest) -> dict[str, object]:
    return {
        "shop_name": settings.SHOP_NAME,
        "shop_email": settings.SHOP_EMAIL,
        "demo": settings.DEMO,
        "languages": [(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES],
    }
