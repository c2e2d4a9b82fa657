"""The demo's letter box shows what shoppers were sent, and exists in the demo alone."""

import re
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from returns.models import RMA, Letter
from returns.notifications.deliver import deliver_next
from tests.notifications.owed import NOTE, later, owed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def box(settings, tmp_path) -> Path:
    settings.DEMO = True
    settings.LETTERS_DIR = tmp_path / "letters"
    file_backend = "django.core.mail.backends.filebased.EmailBackend"
    settings.MAILERS = {"default": {"BACKEND": file_backend, "OPTIONS": {"file_path": str(settings.LETTERS_DIR)}}}
    return settings.LETTERS_DIR


def sent(kind: str, language: str = "en") -> None:
    """All letters that are owed by then, in this language."""
    letter = owed(kind)
    Letter.objects.update(language=language)
    while deliver_next(at=later(letter)):
        pass


def links(page: str) -> list[str]:
    return re.findall(r'href="(/letters/[^"]+/)"', page)


def page(address: str) -> str:
    response = Client().get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_an_empty_box_says_so() -> None:
    assert "There is no letter yet." in page("/letters/")


def test_every_letter_is_listed_and_opens() -> None:
    sent("received")
    listed = page("/letters/")
    subjects = [subject for address in links(listed) for subject in re.findall(r"<h1>(.*?)</h1>", page(address))]
    number = RMA.objects.get().number
    assert sorted(subjects) == [
        f"The label for your return {number} is ready",
        f"The parcel of your return {number} has arrived",
    ]
    assert all(subject in listed for subject in subjects)


def test_two_letters_in_one_file_are_two(box) -> None:
    sent("received")
    files = sorted(box.glob("*.log"))
    content = b"".join(file.read_bytes() for file in files)
    for file in files:
        file.unlink()
    (box / "20261110-130000-1.log").write_bytes(content + b"Subject: half writ")
    assert sorted(links(page("/letters/"))) == ["/letters/20261110-130000-1.1/", "/letters/20261110-130000-1.2/"]


def test_a_letter_shows_both_of_its_forms_in_their_own_language() -> None:
    sent("label", "cs")
    letter = page(links(page("/letters/"))[0])
    (frame,) = re.findall(r'<iframe[^>]* srcdoc="([^"]*)"', letter)
    (plain,) = re.findall(r'<pre class="card letter-text">(.*?)</pre>', letter, re.DOTALL)
    for form in (unescape(frame), unescape(plain)):
        assert "2 × Tričko" in form
        assert "10. prosince 2026 (čtvrtek)" in form
    assert re.search(r'<a href="http://127\.0\.0\.1:8000/link/[\w-]{22}/"', plain)


def test_a_letter_stays_in_its_frame_without_scripts() -> None:
    sent("rejected")
    newest = links(page("/letters/"))[0]
    response = Client().get(newest)
    policy = response.headers["Content-Security-Policy"]
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self' 'unsafe-inline'"} <= set(policy.split("; "))
    letter = response.content.decode()
    assert 'sandbox="allow-top-navigation-by-user-activation"' in letter
    assert "<b>{%" not in letter  # the note's markup is text in both forms
    assert NOTE.splitlines()[1] in unescape(unescape(letter))


@pytest.mark.parametrize("name", ["none.1", "..%2F..%2Fsecret_key", "20261110-130000-1"])
def test_what_is_no_letter_is_not_found(name: str) -> None:
    sent("label")
    assert Client().get(f"/letters/{name}/").status_code == 404


def test_outside_the_demo_there_is_no_letter_box(settings) -> None:
    sent("label")
    (address,) = links(page("/letters/"))
    settings.DEMO = False
    assert [Client().get(one).status_code for one in ("/letters/", address)] == [404, 404]


def test_letters_are_only_looked_at() -> None:
    assert Client().post("/letters/").status_code == 405
