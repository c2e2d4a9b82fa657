"""What the operator is told at the start, before a shopper finds out."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError
from django.utils import timezone


@register(Tags.security)
def money_settings_fit(**_kwargs: Any) -> list[CheckMessage]:
    """A key without its webhook secret, or live and test mixed, moves money that nobody follows."""
    found: list[CheckMessage] = []
    key, secret = settings.STRIPE_API_KEY, settings.STRIPE_WEBHOOK_SECRET
    if key and not key.startswith(("sk_", "rk_")):
        found.append(Error("STRIPE_API_KEY is not a Stripe key.", hint="It starts with rk_ or sk_.", id="portal.E001"))
    if key and not secret.startswith("whsec_"):
        found.append(
            Error(
                "STRIPE_WEBHOOK_SECRET is missing or is not a signing secret.",
                hint="Copy it from the webhook endpoint's page; it starts with whsec_.",
                id="portal.E002",
            )
        )
    if settings.STRIPE_API_BASE and "_live_" in key:
        found.append(Error("A live key must not be sent to STRIPE_API_BASE.", hint="Unset one.", id="portal.E003"))
    return found


@register(Tags.security, deploy=True)
def paper_runs_no_code(**_kwargs: Any) -> list[CheckMessage]:
    """The evaluator of reportlab's markup was a way in once (CVE-2023-33733)."""
    from reportlab import rl_config

    if rl_config.toColorCanUse == "rl_extended_literal_eval":
        return []
    return [Error("reportlab may evaluate code in colours.", hint="Unset toColorCanUse.", id="portal.E004")]


@register(Tags.security, deploy=True)
def every_currency_has_limits(**_kwargs: Any) -> list[CheckMessage]:
    """Where limits are forgotten for a currency, every refund in it waits for a manager, or none but goodwill does."""
    from returns.models import Limits, Order

    try:
        limited = Limits.objects.begun(timezone.now()).values("currency")
        found = sorted(set(Order.objects.exclude(currency__in=limited).values_list("currency", flat=True).distinct()))
    except DatabaseError:  # not there yet, or not migrated
        return []
    if not found:
        return []
    hint = "A manager sets them in the settings, under Limits; security.md has amounts to begin with."
    return [Warning(f"No limits for what is paid back in {', '.join(found)}.", hint=hint, id="portal.W005")]


@register(Tags.security, deploy=True)
def ready_for_production(**_kwargs: Any) -> list[CheckMessage]:
    """What is well in a demo and wrong in a shop."""
    found: list[CheckMessage] = []
    if settings.DEMO:
        found.append(Warning("DEMO is on: its logins are public.", hint="Unset DEMO.", id="portal.W001"))
    if not settings.STRIPE_API_KEY:
        found.append(
            Warning(
                "STRIPE_API_KEY is not set: refunds are decided but not sent.",
                hint="Set a restricted key that may write refunds.",
                id="portal.W002",
            )
        )
    if settings.STRIPE_API_BASE:
        found.append(Warning("STRIPE_API_BASE is set: refunds do not go to Stripe.", id="portal.W003"))
    if not settings.HTTPS:
        found.append(Warning("BASE_URL is not https.", hint="Shoppers' data needs TLS.", id="portal.W004"))
    return found
