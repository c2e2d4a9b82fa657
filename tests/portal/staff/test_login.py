"""Logging in and out."""

import pytest

from tests.people import BOB_EMAIL, MONA_EMAIL, PASSWORD, WANDA_EMAIL

pytestmark = pytest.mark.django_db
LOGIN = "/staff/login/"


def log_in(client, email=BOB_EMAIL, password=PASSWORD, **fields):
    return client.post(LOGIN, {"username": email, "password": password, **fields})


@pytest.mark.parametrize(("email", "door"), [(WANDA_EMAIL, "/warehouse/"), (BOB_EMAIL, "/agent/")])
def test_each_role_comes_to_its_own_door(client, wanda, bob, email, door):
    assert log_in(client, email).url == "/staff/"
    assert client.get("/staff/").url == door


def test_a_manager_chooses_where_to_go(client, mona):
    log_in(client, MONA_EMAIL)
    page = client.get("/staff/").content.decode()
    for address in ("/warehouse/", "/agent/", "/admin/"):
        assert f'href="{address}"' in page


def test_an_address_in_capitals_is_the_same_address(client, bob):
    assert log_in(client, f" {BOB_EMAIL.upper()} ").status_code == 302


def test_the_page_that_was_asked_for_opens_afterwards(client, bob):
    assert log_in(client, next="/agent/?show=all").url == "/agent/?show=all"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_nobody_is_led_elsewhere(client, bob, elsewhere):
    assert log_in(client, next=elsewhere).url == "/staff/"


@pytest.mark.parametrize("email", [BOB_EMAIL, "nobody@shop.example"])
def test_a_wrong_pair_gets_the_same_sentence_whether_or_not_the_person_exists(client, bob, email):
    page = log_in(client, email, "wrong")
    assert page.context["form"].non_field_errors() == [
        "The e-mail address and the password do not belong together. Please check both."
    ]


def test_what_was_typed_is_kept_but_not_the_password(client, bob):
    page = log_in(client, BOB_EMAIL, "wrong-password").content.decode()
    assert f'value="{BOB_EMAIL}"' in page
    assert "wrong-password" not in page


def test_who_left_cannot_log_in(client, bob):
    bob.is_active = False
    bob.save()
    assert log_in(client).status_code == 200


def test_the_pages_speak_the_language_of_who_logged_in(client, bob):
    bob.language = "cs"
    bob.save()
    assert log_in(client).cookies["language"].value == "cs"


def test_who_is_logged_in_is_not_asked_again(client, bob):
    log_in(client)
    assert client.get(LOGIN).url == "/staff/"


def test_logging_out_ends_the_session_and_is_only_ever_posted(client, bob):
    log_in(client)
    assert client.get("/staff/logout/").status_code == 405
    assert client.post("/staff/logout/").url == LOGIN
    assert client.get("/agent/").status_code == 302


def test_a_session_that_was_there_before_is_not_the_one_after(client, bob):
    client.get(LOGIN)
    client.session["probe"] = 1
    before = client.session.session_key
    log_in(client)
    assert client.session.session_key != before
