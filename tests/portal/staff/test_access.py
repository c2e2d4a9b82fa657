"""Who may open what: every address of staff, asked by a stranger and by every role."""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from returns.models import Role
from tests.people import asked, bought, promised

pytestmark = pytest.mark.django_db

GET, POST = "GET", "POST"
WAREHOUSE, AGENT, ALL = {"wanda", "mona"}, {"bob", "mona"}, {"wanda", "bob", "mona"}
PAGES = [
    (GET, "/staff/", ALL),
    (GET, "/warehouse/", WAREHOUSE),
    (GET, "/warehouse/returns/{rma}/", WAREHOUSE),
    (POST, "/warehouse/returns/{rma}/receipts/", WAREHOUSE),
    (POST, "/warehouse/returns/{rma}/receipts/1/photos/1/", WAREHOUSE),
    (GET, "/warehouse/returns/{rma}/receipts/1/", WAREHOUSE),
    (GET, "/agent/", AGENT),
    (POST, "/agent/search/", AGENT),
    (GET, "/agent/returns/{rma}/", AGENT),
    (POST, "/agent/returns/{rma}/approval/", AGENT),
    (POST, "/agent/returns/{rma}/rejection/", AGENT),
    (POST, "/agent/returns/{rma}/reopening/", AGENT),
    (POST, "/agent/returns/{rma}/messages/", AGENT),
    (POST, "/agent/returns/{rma}/valuations/1/", AGENT),
    (POST, "/agent/returns/{rma}/valuations/1/forgiveness/", AGENT),
    (POST, "/agent/returns/{rma}/cancellation/", AGENT),
    (POST, "/agent/returns/{rma}/rest/", AGENT),
    (GET, "/agent/money/", AGENT),
    (POST, "/agent/money/breaks/1/owner/", AGENT),
    (POST, "/agent/money/breaks/1/closure/", AGENT),
    (POST, "/agent/money/halts/", {"mona"}),
    (POST, "/agent/money/halts/1/end/", {"mona"}),
    (GET, "/agent/refunds/{refund}/", AGENT),
    (POST, "/agent/refunds/{refund}/approval/", AGENT),
    (POST, "/agent/refunds/{refund}/refusal/", AGENT),
    (POST, "/agent/refunds/{refund}/retry/", {"mona"}),
    (POST, "/agent/refunds/{refund}/other-way/", AGENT),
    (POST, "/agent/refunds/{refund}/confirmation/", {"mona"}),
    (POST, "/agent/refunds/{refund}/withdrawal/", AGENT),
    (POST, "/agent/refunds/{refund}/despite-dispute/", {"mona"}),
    (GET, "/admin/", {"mona"}),
    (GET, "/admin/returns/policy/", {"mona"}),
    (GET, "/admin/returns/policy/add/", {"mona"}),
    (POST, "/admin/returns/policy/add/", {"mona"}),
    (GET, "/admin/returns/reason/", {"mona"}),
    (GET, "/admin/returns/limits/", {"mona"}),
    (POST, "/admin/returns/limits/add/", {"mona"}),
    (GET, "/admin/returns/user/", {"mona"}),
    (POST, "/admin/returns/user/add/", {"mona"}),
    (GET, "/admin/password_change/", {"mona"}),
    (GET, "/admin/jsi18n/", {"mona"}),
]


@pytest.fixture
def people(wanda, bob, mona):
    return {"wanda": wanda, "bob": bob, "mona": mona}


@pytest.fixture
def rma():
    promised()
    return asked(bought())


@pytest.mark.parametrize(("method", "address", "may"), PAGES)
def test_a_stranger_logs_in_first(client, rma, method, address, may):
    answer = client.generic(method, address.format(rma=rma.number, refund=rma.number))
    assert (answer.status_code, answer.url.partition("?")[0]) == (302, "/staff/login/")


@pytest.mark.parametrize("name", ["wanda", "bob", "mona"])
@pytest.mark.parametrize(("method", "address", "may"), PAGES)
def test_a_role_opens_its_own_pages_and_no_others(logged_in, people, rma, name, method, address, may):
    answer = logged_in(people[name]).generic(method, address.format(rma=rma.number, refund=rma.number))
    assert (answer.status_code == 403) == (name not in may)


def test_after_the_login_the_page_that_was_asked_for_opens(client, wanda):
    assert client.get("/warehouse/?code=A-1").url == "/staff/login/?next=/warehouse/%3Fcode%3DA-1"


def test_after_the_login_a_form_that_was_sent_leads_to_its_page(client, rma):
    answer = client.post(f"/warehouse/returns/{rma.number}/receipts/")
    assert answer.url == f"/staff/login/?next=/warehouse/returns/{rma.number}/"


def test_the_wrong_role_is_told_so_and_shown_the_way(logged_in, wanda, caplog):
    page = logged_in(wanda).get("/agent/")
    assert "You are logged in with the role “Warehouse”." in page.content.decode()
    assert 'href="/staff/"' in page.content.decode()
    assert "may not open /agent/" in caplog.text


def test_whoever_left_is_out_at_once(logged_in, bob):
    desk = logged_in(bob)
    bob.is_active = False
    bob.save()
    assert desk.get("/agent/").status_code == 302


def test_a_changed_role_counts_at_once(logged_in, bob):
    desk = logged_in(bob)
    bob.role = Role.WAREHOUSE
    bob.save()
    assert (desk.get("/agent/").status_code, desk.get("/warehouse/").status_code) == (403, 200)


def doors(patterns, prefix=""):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from doors(pattern.url_patterns, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield prefix + str(pattern.pattern), pattern.callback


STAFF = [
    pytest.param(view, id=address)
    for address, view in doors(get_resolver().url_patterns)
    if address.startswith(("staff/", "warehouse/", "agent/"))
]


@pytest.mark.parametrize("view", STAFF)
def test_every_address_of_staff_declares_its_audience(view):
    assert view.audience


def test_every_address_of_staff_stands_in_the_matrix():
    """Log in and log out are everybody's."""
    named = {"staff/login/", "staff/logout/"} | {
        address.strip("/")
        .replace("{rma}", "<str:number>")
        .replace("{refund}", "<str:public_id>")
        .replace("receipts/1", "receipts/<int:count>")
        .replace("/1/", "/<int:pk>/")
        .replace("s/1", "s/<int:pk>")
        + "/"
        for _method, address, _may in PAGES
        if not address.startswith("/admin/")
    }
    assert {param.id for param in STAFF} == named


def test_forms_of_staff_need_the_token_against_forgery(bob, rma):
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    browser.force_login(bob)
    assert browser.post(f"/agent/returns/{rma.number}/cancellation/").status_code == 403
