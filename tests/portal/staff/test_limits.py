"""The limits of staff: a change is a new version that starts ahead, and what was in force stays as it was."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from returns.models import Limits, User
from tests.people import limited

pytestmark = pytest.mark.django_db

ADD, LIST = "/admin/returns/limits/add/", "/admin/returns/limits/"


@pytest.fixture
def office(logged_in, mona):
    return logged_in(mona)


def typed(ahead: timedelta = timedelta(hours=1), **changes: str) -> dict[str, Any]:
    start = timezone.localtime(timezone.now() + ahead)
    return {
        "currency": "eur",
        "valid_from_0": start.date().isoformat(),
        "valid_from_1": start.time().isoformat("seconds"),
        "automatic": "100",
        "agent": "250",
        "manager": "2000,50",
        "agent_goodwill": "25",
        "agent_goodwill_day": "150",
        "manager_goodwill": "200",
        "manager_goodwill_day": "1000",
        **changes,
    }


def faults(page) -> dict[str, list[str]]:
    return dict(page.context["adminform"].form.errors)


def test_limits_are_typed_in_whole_coins(office):
    assert office.post(ADD, typed()).status_code == 302
    made = Limits.objects.get()
    assert (made.currency, made.automatic, made.manager, made.agent_goodwill) == ("EUR", 10_000, 200_050, 2_500)
    assert "€2,000.50" in office.get(LIST).content.decode()


def test_nothing_may_mean_no_limit_for_what_goes_out_by_itself_alone(office):
    assert office.post(ADD, typed(automatic="")).status_code == 302
    assert Limits.objects.get().automatic is None
    assert "no limit" in office.get(LIST).content.decode()
    assert list(faults(office.post(ADD, typed(timedelta(hours=2), agent="")))) == ["agent"]


def test_they_start_a_quarter_of_an_hour_ahead(office):
    assert list(faults(office.post(ADD, typed(timedelta(minutes=14))))) == ["valid_from"]
    assert not Limits.objects.exists()


@pytest.mark.parametrize(
    ("field", "words"), [("agent", "-5"), ("agent", "12.505"), ("agent", "much"), ("currency", "XXL"), ("manager", "1")]
)
def test_what_cannot_be_is_told_beside_its_field(office, field, words):
    assert field in faults(office.post(ADD, typed(**{field: words})))
    assert not Limits.objects.exists()


def test_what_was_in_force_is_neither_changed_nor_deleted(office):
    row = limited()
    page = f"{LIST}{row.pk}/change/"
    assert (office.get(page).status_code, office.post(page, typed()).status_code) == (200, 403)
    assert office.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Limits.objects.get() == row


def confirmed(desk, row: Limits):
    return desk.post(LIST, {"action": "confirm", "_selected_action": [row.pk]}, follow=True)


def begun(row: Limits, ahead: timedelta) -> bool:
    return Limits.objects.in_force("EUR", timezone.now() + ahead) == row


def test_what_one_manager_proposes_is_in_force_once_another_has_confirmed_it(logged_in, office, otto):
    office.post(ADD, typed())
    row = Limits.objects.get()
    assert (str(row.proposed_by), begun(row, timedelta(days=1))) == ("Mona", False)
    assert "You proposed this yourself" in confirmed(office, row).content.decode()
    assert not begun(row, timedelta(days=1))
    assert "are in force from" in confirmed(logged_in(otto), row).content.decode()
    assert (begun(row, timedelta(minutes=59)), begun(row, timedelta(minutes=61))) == (False, True)
    assert "confirmed already" in confirmed(logged_in(otto), row).content.decode()


def test_what_is_confirmed_late_begins_a_quarter_of_an_hour_later(logged_in, office, otto):
    office.post(ADD, typed())
    Limits.objects.update(valid_from=timezone.now() - timedelta(days=1))
    row = Limits.objects.get()
    confirmed(logged_in(otto), row)
    assert (begun(row, timedelta(minutes=14)), begun(row, timedelta(minutes=16))) == (False, True)


def test_what_somebody_proposed_who_is_a_manager_no_longer_is_not_confirmed(logged_in, office, mona, otto):
    office.post(ADD, typed())
    User.objects.filter(pk=mona.pk).update(is_active=False)
    assert "is no longer a manager" in confirmed(logged_in(otto), Limits.objects.get()).content.decode()
    assert Limits.objects.get().confirmed_at is None


def test_a_manager_without_another_is_told_that_one_is_needed(office):
    assert "there is none" in office.post(ADD, typed(), follow=True).content.decode()


def test_the_database_lets_nobody_confirm_their_own_limits(mona):
    row = limited()
    now = timezone.now()
    for told in ({"confirmed_by": mona}, {"confirmed_by": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Limits.objects.filter(pk=row.pk).update(proposed_by=mona, confirmed_at=now, **told)


def test_only_managers_set_limits(logged_in, bob, wanda):
    assert {logged_in(who).post(ADD, typed()).status_code for who in (bob, wanda)} == {403}
