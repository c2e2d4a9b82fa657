"""The manager's settings: promises that stay kept, reasons, and who works here."""

from datetime import timedelta

import pytest
from django.utils import timezone

from returns.models import Policy, Reason, Role, User
from tests.people import promised

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(logged_in, mona):
    return logged_in(mona)


def fields_of(page) -> dict:
    form = page.context["adminform"].form
    told = {}
    for bound in form:
        value = bound.value()
        if bound.name in ("valid_from", "valid_until", "retired_at"):
            moment = timezone.localtime(bound.initial) if bound.initial else None
            told[f"{bound.name}_0"] = moment.date().isoformat() if moment else ""
            told[f"{bound.name}_1"] = moment.time().isoformat() if moment else ""
        elif value not in (None, False):
            told[bound.name] = value
    return told


def changed(office, row, **changes):
    address = f"/admin/returns/{row._meta.model_name}/{row.pk}/change/"
    return office.post(address, {**fields_of(office.get(address)), **changes})


def versions() -> list[tuple]:
    return list(Policy.objects.order_by("version").values_list("version", "window_days"))


def test_a_changed_window_is_a_new_version_from_now_on(office):
    old = promised(30)
    before = timezone.now()
    assert changed(office, old, window_days="100").status_code == 302
    assert versions() == [(1, 30), (2, 100)]
    first, second = Policy.objects.order_by("version")
    assert first.valid_until == second.valid_from
    assert second.valid_from
    assert before <= second.valid_from <= timezone.now()
    assert [policy.version for policy in Policy.objects.for_orders_placed(before)] == [1]
    assert [policy.version for policy in Policy.objects.for_orders_placed(timezone.now())] == [2]


def test_a_changed_name_is_the_same_promise(office):
    changed(office, promised(30), name_en="Everything", name_cs="Všechno")
    assert Policy.objects.values_list("version", "name_en", "name_cs").get() == (1, "Everything", "Všechno")


def test_a_promise_that_has_not_begun_may_still_be_changed(office):
    coming = promised(30, valid_from=timezone.now() + timedelta(days=5))
    changed(office, coming, window_days="100")
    assert versions() == [(1, 100)]


def test_a_promise_that_has_ended_cannot_be_changed(office):
    ended = promised(30, valid_until=timezone.now() - timedelta(days=5))
    changed(office, ended, window_days="100", valid_until_0="", valid_until_1="")
    policy = Policy.objects.get()
    assert (policy.window_days, policy.valid_until) == (30, ended.valid_until)


def test_a_promise_cannot_be_ended_in_the_past(office):
    page = changed(office, promised(30), valid_until_0="2020-01-01", valid_until_1="00:00:00")
    assert page.context["adminform"].form.errors == {"valid_until": ["The end must be later than now."]}


def test_kinds_and_countries_are_typed_as_words(office):
    page = {"key": "clothes", "name_en": "Clothes", "window_days": "60", "counted_from": "possession"}
    office.post("/admin/returns/policy/add/", {**page, "kinds": "apparel, footwear", "countries": "cz de"})
    policy = Policy.objects.get(key="clothes")
    assert (policy.version, policy.kinds, policy.countries) == (1, ["apparel", "footwear"], ["CZ", "DE"])


def test_saving_a_policy_without_a_change_makes_no_version(office):
    changed(office, promised(30, kinds=["apparel"], countries=["CZ"]))
    assert versions() == [(1, 30)]


@pytest.mark.parametrize("days", ["-1", "1.5", "soon", "99999"])
def test_a_window_that_is_no_number_of_days_is_told_beside_its_field(office, days):
    page = changed(office, promised(30), window_days=days)
    assert list(page.context["adminform"].form.errors) == ["window_days"]
    assert versions() == [(1, 30)]


def test_a_reason_is_retired_and_never_deleted(office):
    reason = Reason.objects.get(code="too_small")
    changed(office, reason, retired_at_0="2026-01-01", retired_at_1="00:00:00")
    assert Reason.objects.get(pk=reason.pk).retired_at is not None
    assert office.post(f"/admin/returns/reason/{reason.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("model", ["policy", "user"])
def test_what_was_ever_used_is_not_deleted(office, bob, model):
    row = {"policy": promised(), "user": bob}[model]
    assert office.post(f"/admin/returns/{model}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert type(row).objects.filter(pk=row.pk).exists()


def test_a_manager_takes_somebody_on(office):
    fields = {"email": "New@Shop.example", "name": "Nora", "role": "agent", "language": "en", "usable_password": "true"}
    secret = "a long enough secret"
    office.post("/admin/returns/user/add/", {**fields, "password1": secret, "password2": secret})
    nora = User.objects.get(name="Nora")
    assert (nora.email, nora.role, nora.is_superuser) == ("new@shop.example", Role.AGENT, False)
    assert nora.check_password(secret)


def test_a_password_that_is_too_short_is_refused(office):
    fields = {"email": "new@shop.example", "name": "Nora", "role": "agent", "language": "en", "usable_password": "true"}
    page = office.post("/admin/returns/user/add/", {**fields, "password1": "short", "password2": "short"})
    assert list(page.context["adminform"].form.errors) == ["password2"]


def test_a_manager_changes_the_role_of_others(office, bob):
    changed(office, bob, role="warehouse")
    assert User.objects.get(pk=bob.pk).role == Role.WAREHOUSE


def test_nobody_changes_their_own_role_or_shuts_themselves_out(office, mona):
    changed(office, mona, role="agent", is_active="")
    mona = User.objects.get(pk=mona.pk)
    assert (mona.role, mona.is_active) == (Role.MANAGER, True)


def test_rights_that_no_page_shows_cannot_be_sent_along(office, bob):
    changed(office, bob, is_superuser="on", user_permissions="1", groups="1")
    assert not User.objects.get(pk=bob.pk).is_superuser


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("model", "statements"), [("policy", 6), ("user", 5)])
def test_lists_cost_the_same_with_more_rows(office, django_assert_num_queries, model, statements, rows):
    for number in range(rows):
        Policy.objects.create(key=f"policy-{number}", name_en="One")
        User.objects.create_user(f"{number}@shop.example", name="One", role=Role.AGENT)
    with django_assert_num_queries(statements):
        assert office.get(f"/admin/returns/{model}/").status_code == 200


def test_hostile_names_are_shown_as_text(office):
    Policy.objects.create(key="x", name_en="<script>alert(1)</script>")
    assert b"<script>alert" not in office.get("/admin/returns/policy/").content
