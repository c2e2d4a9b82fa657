"""`manage.py reconcile`: compare our books with the provider's now, and list what does not agree."""

from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.timesince import timesince

from returns import sentences
from returns.actions import breaks, provider, reconciling
from returns.gateways.gateway import Gateway, PutOff, Rejected, Unanswered
from returns.gateways.stripe import gateway
from returns.models import Break


class Command(BaseCommand):
    help = "Compare our refunds with the provider's; lists what differs, and ends with 1 when anything does."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--full", action="store_true", help="everything there ever was, not the last 35 days")

    def handle(self, *, full: bool, **_options: Any) -> None:
        now = timezone.now()
        since = reconciling.BEGINNING if full else now - reconciling.MONTH
        try:
            _compare(gateway(), since=since, at=now)
        except (Unanswered, PutOff, Rejected) as trouble:
            raise CommandError(f"The payment provider could not be compared: {trouble}") from trouble
        found = list(Break.objects.open().select_related("owner"))
        for one in found:
            self.stdout.write(_line(one, now))
        if found:
            raise SystemExit(1)
        self.stdout.write("Everything agrees.")


def _compare(gateway: Gateway, *, since: datetime, at: datetime) -> None:
    reconciling.look_back(gateway, at=at)
    reconciling.fetch_events(gateway, at=at)
    while provider.work_next_event(gateway, at=at):
        pass
    reconciling.compare_refunds(gateway, since=since, at=at)
    reconciling.compare_disputes(gateway, since=min(since, at - reconciling.DISPUTED), at=at)
    reconciling.compare_payouts(gateway, since=since, at=at)
    breaks.look_around(at=at)


def _line(one: Break, now: datetime) -> str:
    owner = str(one.owner) if one.owner else "nobody's"
    age = timesince(one.opened_at, max(now, one.opened_at + timedelta(minutes=1)), depth=1)
    return f"#{one.pk}  {age}  {owner}  {sentences.of_break(one.kind, one.values)}"
