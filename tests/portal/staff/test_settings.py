"""The manager's settings: reasons, and who works here. Policies are in test_policies.py."""

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
        if bound.name == "retired_at":
            moment = timezone.localtime(bound.initial) if bound.initial else None
            told[f"{bound.name}_0"] = moment.date().isoformat() if moment else ""
            told[f"{bound.name}_1"] = moment.time().isoformat() if moment else ""
        elif value not in (None, False):
            told[bound.name] = value
    return told


def changed(office, row, **changes):
    address = f"/admin/returns/{row._meta.model_name}/{row.pk}/change/"
    return office.post(address, {**fields_of(office.get(address)), **changes})


def test_a_reason_is_retired_and_never_deleted(office):
    reason = Reason.objects.get(code="too_small")
    changed(office, reason, retired_at_0="2026-01-01", retired_at_1="00:00:00")
    assert Reason.objects.get(pk=reason.pk).retired_at is not None
    assert office.post(f"/admin/returns/reason/{reason.pk}/delete/", {"post": "yes"}).status_code == 403


def test_P3_a_manager_is_warned_of_a_reason_that_claims_no_right(office):
    reason = Reason.objects.get(code="changed_mind")
    address = f"/admin/returns/reason/{reason.pk}/change/"
    for path, warned in (("courtesy", True), ("withdrawal", False)):
        page = office.post(address, {**fields_of(office.get(address)), "legal_path": path}, follow=True)
        told = [str(message) for message in page.context["messages"]]
        assert any(sentence.endswith("such as recipients of a gift. (P-3)") for sentence in told) is warned


@pytest.mark.parametrize("under", ["fault", "faulty"])
def test_a_reason_that_would_stand_under_itself_is_refused(office, under):
    reason = Reason.objects.get(code="fault")
    answer = changed(office, reason, parent=Reason.objects.get(code=under).pk)
    assert answer.context["adminform"].form.errors == {"parent": ["A reason cannot stand under itself."]}
    assert Reason.objects.get(code="fault").parent is None


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


@pytest.fixture
def otto(db) -> User:
    """Runs the shop beside Mona."""
    return User.objects.create_user("otto@shop.example", "otto's own secret", name="Otto", role=Role.MANAGER)


def test_no_manager_changes_another_or_sets_their_password(office, otto):
    page, secret = f"/admin/returns/user/{otto.pk}", "a long enough secret"
    told = {"email": "mine@shop.example", "name": "Otto", "role": "agent", "language": "en"}
    assert office.post(f"{page}/change/", told).status_code == 403
    passwords = {"password1": secret, "password2": secret, "usable_password": "true"}
    assert office.post(f"{page}/password/", passwords).status_code == 403
    kept = User.objects.get(pk=otto.pk)
    assert (kept.email, kept.role, kept.is_active) == ("otto@shop.example", Role.MANAGER, True)
    assert kept.check_password("otto's own secret")


def test_no_manager_makes_another(office, bob):
    fields = {"email": "mona2@shop.example", "name": "Mona", "role": "manager", "language": "en"}
    secret = {"password1": "a long enough secret", "password2": "a long enough secret", "usable_password": "true"}
    page = office.post("/admin/returns/user/add/", {**fields, **secret})
    assert list(page.context["adminform"].form.errors) == ["role"]
    changed(office, bob, role="manager")
    assert list(User.objects.filter(role=Role.MANAGER).values_list("name", flat=True)) == ["Mona"]


def test_a_manager_sets_the_password_of_an_agent_and_their_own(office, bob, mona):
    secret = {"password1": "a long enough secret", "password2": "a long enough secret", "usable_password": "true"}
    for user in (bob, mona):
        assert office.post(f"/admin/returns/user/{user.pk}/password/", secret).status_code == 302
        assert User.objects.get(pk=user.pk).check_password("a long enough secret")


def test_nobody_changes_their_own_role_or_shuts_themselves_out(office, mona):
    changed(office, mona, role="agent", is_active="")
    mona = User.objects.get(pk=mona.pk)
    assert (mona.role, mona.is_active) == (Role.MANAGER, True)


def test_rights_that_no_page_shows_cannot_be_sent_along(office, bob):
    changed(office, bob, is_superuser="on", user_permissions="1", groups="1")
    assert not User.objects.get(pk=bob.pk).is_superuser


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("model", "statements"), [("policy", 7), ("user", 5)])
def test_lists_cost_the_same_with_more_rows(office, django_assert_num_queries, model, statements, rows):
    for number in range(rows):
        Policy.objects.create(key=f"policy-{number}", name_en="One")
        User.objects.create_user(f"{number}@shop.example", name="One", role=Role.AGENT)
    with django_assert_num_queries(statements):
        assert office.get(f"/admin/returns/{model}/").status_code == 200


def test_hostile_names_are_shown_as_text(office):
    Policy.objects.create(key="x", name_en="<script>alert(1)</script>")
    assert b"<script>alert" not in office.get("/admin/returns/policy/").content
