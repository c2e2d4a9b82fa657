"""`manage.py apikey NAME SCOPE…`: a new key for an integrator, shown this once."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from returns.models import ApiKey, Scope


class Command(BaseCommand):
    help = "Make an API key with these scopes and print it; only its hash is kept."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("name", help="whose key it is")
        parser.add_argument("scopes", nargs="+", choices=Scope.values, metavar="scope", help=", ".join(Scope.values))

    def handle(self, *, name: str, scopes: list[str], **_options: Any) -> None:
        _key, secret = ApiKey.objects.issue(name, scopes, at=timezone.now())
        self.stdout.write(secret)
