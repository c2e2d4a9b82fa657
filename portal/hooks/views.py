"""News from outside: verified, stored once, worked later."""

import logging

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from portal.access import everybody
from returns.actions import provider
from returns.gateways.stripe import Forged, read_webhook

logger = logging.getLogger("returns.hooks")

LONGEST_BODY = 256 * 1024  # bytes; Stripe's largest events are far below


@everybody
@csrf_exempt  # the signature over the body says who sends it
@require_POST
def stripe(request: HttpRequest) -> HttpResponse:
    """Store an event of Stripe's once by its id. 413 for a long body, 400 for what is not provably Stripe's."""
    body = request.read(LONGEST_BODY + 1)
    if len(body) > LONGEST_BODY:
        return HttpResponse(status=413)
    now = timezone.now()
    try:
        news = read_webhook(body, request.headers.get("Stripe-Signature", ""), now=int(now.timestamp()))
    except Forged as forgery:
        logger.warning("a webhook was refused: %s", forgery)
        return HttpResponse(status=400)
    provider.store([news], at=now)
    return HttpResponse()
