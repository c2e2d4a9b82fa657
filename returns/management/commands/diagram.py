"""`manage.py diagram`: write the lifecycle's diagrams into the READMEs, between their markers."""

import re
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import models

from returns.models import RMA, Refund, RMAItem
from returns.models.lifecycle import diagram

MACHINES: dict[str, type[models.Model]] = {"return": RMA, "item": RMAItem, "refund": Refund}
FILES = ("README.md", "returns/README.md")
MARKED = re.compile(r"(<!-- diagram: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


class Command(BaseCommand):
    help = "Draw the state diagrams of the READMEs from the table of legal moves."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a README differs")

    def handle(self, *, check: bool, **_options: Any) -> None:
        for name in FILES:
            file = settings.BASE_DIR / name
            text = file.read_text()
            drawn = redrawn(text)
            if check and drawn != text:
                raise CommandError(f"{name} shows another lifecycle: run `manage.py diagram`.")
            if drawn != text:
                file.write_text(drawn)


def redrawn(text: str) -> str:
    """The text with every marked diagram drawn anew."""
    return MARKED.sub(lambda found: f"{found[1]}{_fenced(MACHINES[found[2]])}{found[3]}", text)


def _fenced(machine: type[models.Model]) -> str:
    return "```mermaid\n" + "\n".join(diagram(machine)) + "\n```\n"
