"""Photos of goods and the question about a seal: chosen without a script, kept through every mistake, shown to few."""

from dataclasses import replace

import pytest
from django.test import Client

from portal.shopper import uploads
from returns.actions import photos
from returns.models import RMA, ItemState, Photo, Reason
from tests.people import KAREL_EMAIL, MUG, SHIRT, bought, jana_order, late_order, promised
from tests.pictures import drawn, flood, sent, with_a_place
from tests.portal.shopper.conftest import address, looked_up
from tests.portal.shopper.reading import Page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _thirty_days() -> None:
    promised()


def choose(browser, order, *files, line="1", **more):
    typed = {"item": [line], f"quantity-{line}": "1", f"reason-{line}": "faulty", **more}
    return browser.post(address("items", order.number), {**typed, f"photo-{line}": files})


def opened(browser, order, *files, **more) -> RMA:
    """All four steps, as a browser without scripts takes them."""
    assert choose(browser, order, *files, **more).status_code == 302
    assert browser.post(address("way", order.number), {"way": "label"}).status_code == 302
    token = Page(browser.get(address("check", order.number))).values["token"][0]
    assert browser.post(address("check", order.number), {"token": token}).status_code == 302
    return RMA.objects.get(order=order)


def kept(page, line="1") -> list[str]:
    return Page(page).values.get(f"kept-{line}", [])


def test_a_photo_goes_with_the_item_from_the_choice_to_the_return(visitor):
    order = bought()
    browser = visitor(order)
    rma = opened(browser, order, sent(with_a_place()), sent(drawn(format="PNG"), "b.png", "image/png"))
    assert [(photo.item, photo.width) for photo in Photo.objects.all()] == [
        (rma.items.get(), 40),
        (rma.items.get(), 60),
    ]
    page = browser.get(address("return", rma.number)).content.decode()
    assert [photo.name in page for photo in rma.photos.all()] == [True, True]


def test_W4_no_photo_is_asked_for_where_a_reason_means_a_withdrawal(visitor):
    Reason.objects.update(asks_photo=True, legal_path="withdrawal")
    order = bought()
    page = visitor(order).get(address("items", order.number)).content.decode()
    assert ("data-photo" in page, 'class="field photos' in page) == (False, False)


def test_photos_are_counted_by_the_verdict(visitor):
    """A policy that wants two photos of a fault asks a person when there is one."""
    from returns.models import Policy

    Policy.objects.update(faulty_photos=2)
    order, other = bought(), bought(jana_order("A-1002"))
    assert opened(visitor(order), order, sent()).items.get().state == ItemState.REFERRED
    assert opened(visitor(other), other, sent(), sent()).items.get().state == ItemState.ACCEPTED


def test_the_field_stands_under_items_whose_reasons_ask_for_it_and_under_exceptions(visitor):
    order = bought()
    page = visitor(order).get(address("items", order.number)).content.decode()
    assert ('class="field photos is-folded"' in page, "data-photo" in page) == (True, True)
    assert 'enctype="multipart/form-data"' in page
    late = late_order()
    assert 'class="field photos"' in visitor(late).get(address("items", late.number)).content.decode()


def test_what_was_sent_is_kept_when_something_else_is_wrong(visitor):
    order = bought()
    browser = visitor(order)
    page = choose(browser, order, sent(), **{"quantity-1": "9"})
    names = kept(page)
    assert (page.status_code, len(names)) == (400, 1)
    assert browser.get(address("photo", names[0])).status_code == 200
    again = choose(browser, order, sent(), **{"kept-1": names})
    assert again.status_code == 302
    assert kept(browser.get(address("items", order.number)))[0] == names[0]
    assert len(kept(browser.get(address("items", order.number)))) == 2


def test_a_photo_whose_box_is_not_ticked_is_left_out(visitor):
    order = bought()
    browser = visitor(order)
    choose(browser, order, sent(), sent())
    first, second = kept(browser.get(address("items", order.number)))
    rma = opened(browser, order, **{"kept-1": [second]})
    assert list(rma.photos.values_list("name", flat=True)) == [second]
    assert first != second


def test_one_photo_stays_with_one_item_and_a_foreign_name_with_none(visitor):
    order = bought()
    browser = visitor(order)
    choose(browser, order, sent())
    (name,) = kept(browser.get(address("items", order.number)))
    both = {"item": ["1", "2"], "quantity-2": "1", "kept-1": [name, name, "f" * 32], "kept-2": [name]}
    rma = opened(browser, order, **both)
    assert list(rma.photos.values_list("name", "item__line__line_id")) == [(name, "1")]


def test_a_photo_of_a_return_cannot_be_used_again(visitor):
    order = bought()
    browser = visitor(order)
    name = opened(browser, order, sent()).photos.get().name
    assert choose(browser, order, **{"kept-1": [name]}).status_code == 302
    assert kept(browser.get(address("items", order.number))) == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<svg onload=alert(1)>", "This file cannot be read as a photo. Please choose a JPEG, PNG or WebP."),
        (
            flood(13_000),
            (
                "This photo is too large. A JPEG may have 10 MB and 40 megapixels, a PNG 20, a WebP 12; "
                "all photos of a return together 40 MB."
            ),
        ),
    ],
)
def test_a_bad_file_is_said_beside_its_field(visitor, content, sentence):
    order = bought()
    page = choose(visitor(order), order, sent(), sent(content))
    assert (page.status_code, Page(page).summary) == (400, [("item-0-photo", f"T-shirt: {sentence}")])
    assert 'aria-describedby="item-0-photo-hint item-0-photo-error" aria-invalid="true"' in page.content.decode()
    assert len(kept(page)) == 1


def test_the_eleventh_photo_is_refused_over_all_items(visitor):
    order = bought()
    typed = {"item": ["1", "2"], "quantity-2": "1", "photo-2": [sent() for _file in range(5)]}
    page = choose(visitor(order), order, *(sent() for _file in range(6)), **typed)
    sentence = "At most 10 photos can be sent for a return."
    assert Page(page).summary == [("item-1-photo", f"Mug: {sentence}")]
    assert (len(kept(page, "1")), len(kept(page, "2"))) == (6, 4)


def test_nobody_sends_photos_without_end(visitor, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_A_VISIT", 3)
    order = bought()
    browser = visitor(order)
    assert choose(browser, order, sent(), sent()).status_code == 302
    assert choose(browser, order, sent(), sent()).status_code == 400
    assert len(browser.session["photos"]) == 3


def test_a_body_above_all_limits_is_refused_unread(visitor):
    order = bought()
    browser = visitor(order)
    answer = browser.post(
        address("items", order.number), b"", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH="200000000"
    )
    assert answer.status_code == 413
    assert "All photos together may have 40 MB" in Page(answer).text


def test_forms_with_files_are_guarded_against_forgery(visitor):
    order = bought()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = visitor(order).cookies
    assert choose(strict, order, sent()).status_code == 403


def test_a_photo_is_served_as_a_picture_and_as_nothing_else(visitor):
    order = bought()
    browser = visitor(order)
    choose(browser, order, sent(name="../../evil.php"))
    (name,) = kept(browser.get(address("items", order.number)))
    answer = browser.get(address("photo", name), headers={"range": "bytes=0-9"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert answer["Content-Disposition"] == f'inline; filename="{name}.jpg"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in answer["Cache-Control"]
    assert answer.content == photos.content_of(name)


def test_nobody_else_sees_a_photo(visitor, logged_in, bob, wanda):
    order = bought()
    browser = visitor(order)
    rma = opened(browser, order, sent())
    name = rma.photos.get().name
    karel = looked_up(bought(jana_order("K-1", email=KAREL_EMAIL, postcode="602 00")), KAREL_EMAIL)
    guesser = looked_up(order)  # knows the number and the postcode, as anybody may who saw the parcel
    assert [who.get(address("photo", name)).status_code for who in (Client(), karel, guesser)] == [404, 404, 404]
    assert name not in guesser.get(address("return", rma.number)).content.decode()
    assert [who.get(address("photo", name)).status_code for who in (browser, logged_in(bob), logged_in(wanda))] == [
        200,
        200,
        200,
    ]


@pytest.mark.parametrize("name", ["0" * 32, "..", "%2e%2e%2fsecret_key", "\x00"])
def test_what_is_no_photo_is_not_found(logged_in, bob, name):
    for browser in (Client(), logged_in(bob)):
        assert browser.get(f"/photos/{name}/").status_code == 404


def test_a_photo_whose_file_is_gone_is_not_found(visitor, settings):
    order = bought()
    browser = visitor(order)
    choose(browser, order, sent())
    (name,) = kept(browser.get(address("items", order.number)))
    (settings.MEDIA_ROOT / "photos" / f"{name}.jpg").unlink()
    assert browser.get(address("photo", name)).status_code == 404


# --- the seal -----------------------------------------------------------------------------------


def sealed(number="A-1001", exception="e"):
    return bought(jana_order(number, lines=(replace(MUG, id="1", exception=exception), replace(SHIRT, id="2"))))


def test_goods_whose_exception_hangs_on_a_seal_ask_about_it(visitor):
    order = sealed()
    page = Page(visitor(order).get(address("items", order.number)))
    assert page.text.count("Is the seal broken?") == 1
    assert "Ask for an exception" not in page.text


@pytest.mark.parametrize(
    ("answer", "state", "broken", "told"),
    [
        ("whole", ItemState.ACCEPTED, False, "The seal is unbroken."),
        ("broken", ItemState.REFERRED, True, "The seal is broken. The seal that protects health or hygiene"),
        ("unknown", ItemState.REFERRED, None, "We need to know whether the seal of this item is broken."),
    ],
)
def test_the_answer_about_the_seal_decides(visitor, answer, state, broken, told):
    order = sealed()
    browser = visitor(order)
    typed = {"item": ["1"], "quantity-1": "1", "seal-1": answer}
    assert browser.post(address("items", order.number), typed).status_code == 302
    browser.post(address("way", order.number), {"way": "label"})
    page = Page(browser.get(address("check", order.number)))
    words = page.text
    browser.post(address("check", order.number), {"token": page.values["token"][0]})
    item = RMA.objects.get().items.get()
    assert (item.state, item.seal_broken) == (state, broken)
    assert [part for part in told.split(". ") if part not in words] == []


@pytest.mark.parametrize("answer", [{}, {"seal-1": "maybe"}])
def test_a_seal_that_nobody_spoke_of_is_asked_about(visitor, answer):
    order = sealed(exception="i")
    page = visitor(order).post(address("items", order.number), {"item": ["1"], "quantity-1": "1", **answer})
    assert Page(page).summary == [("item-0-seal", "Mug: Please say whether the seal is broken.")]
    assert "item-0-seal" in Page(page).ids
