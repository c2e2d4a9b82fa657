"""Who is a manager is said on the command line."""

import pytest
from django.core.management import CommandError, call_command

from returns.models import Role, User

pytestmark = pytest.mark.django_db


def test_an_agent_becomes_a_manager_and_is_shut_out_again(bob):
    call_command("appoint", "Bob@shop.example", "manager")
    assert User.objects.get(pk=bob.pk).role == Role.MANAGER
    call_command("appoint", bob.email, "agent", "--shut")
    assert (User.objects.get(pk=bob.pk).role, User.objects.get(pk=bob.pk).is_active) == (Role.AGENT, False)


def test_an_address_that_nobody_has_is_told():
    with pytest.raises(CommandError, match="Nobody here"):
        call_command("appoint", "x@shop.example", "agent")
