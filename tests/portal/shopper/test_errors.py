"""Pages for what goes wrong: each says what to do, and none needs anything that may be what went wrong."""

import pytest
from django.template.loader import render_to_string
from django.test import Client

from tests.portal.shopper.reading import Page


def _raise() -> None:
    raise RuntimeError


@pytest.mark.django_db
def test_a_page_that_does_not_exist_leads_back_to_the_start():
    answer = Client().get("/nothing/")
    assert answer.status_code == 404
    assert ("/", "Find the order") in Page(answer).links


@pytest.mark.parametrize("name", ["400.html", "403_csrf.html", "500.html"])
def test_an_error_page_needs_neither_request_nor_shop(name):
    text = render_to_string(name)
    assert ("<h1>" in text, 'href="/"' in text) == (True, True)


@pytest.mark.django_db
def test_a_form_without_its_token_is_told_what_to_do():
    answer = Client(enforce_csrf_checks=True).post("/", {"number": "A-1001", "proof": "x"})
    assert answer.status_code == 403
    assert "Please go back, reload the page and send it again." in Page(answer).text


@pytest.mark.django_db
def test_a_wrong_host_is_refused():
    assert Client().get("/", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.django_db
def test_a_fault_of_ours_shows_no_trace(monkeypatch):
    monkeypatch.setattr("returns.models.orders.OrderQuerySet.look_up", lambda *_given: _raise())
    browser = Client(raise_request_exception=False)
    answer = browser.post("/", {"number": "A-1001", "proof": "x"})
    assert answer.status_code == 500
    assert "Something went wrong on our side" in Page(answer).text
    assert b"RuntimeError" not in answer.content
