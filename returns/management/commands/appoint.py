"""`manage.py appoint EMAIL ROLE`: give a member of staff a role; with --shut they may no longer log in.

The one way to make a manager, or to end being one: no page does it, so that no manager can make a second of themselves.
A password is set with `manage.py changepassword EMAIL`.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from returns.models import Role, User


class Command(BaseCommand):
    help = "Give a member of staff a role, or shut them out."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("email", help="whose account it is")
        parser.add_argument("role", choices=Role.values)
        parser.add_argument("--shut", action="store_true", help="they may no longer log in")

    def handle(self, *, email: str, role: str, shut: bool, **_options: Any) -> None:
        changed = User.objects.filter(email=email.lower()).update(role=role, is_active=not shut)
        if not changed:
            raise CommandError(f"Nobody here has the address {email}.")
