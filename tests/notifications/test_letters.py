"""Every letter reads as one, in every language, and holds what its kind has to tell."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from inspect import getclosurevars
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.template.loader import get_template

from returns.actions import finding, sending
from returns.importing.data import LineData
from returns.models import Letter, StatusLink
from returns.notifications.deliver import compose
from returns.notifications.letters import LETTERS
from returns.reactions import REACTIONS
from tests.gateways.scripted import Scripted
from tests.notifications.owed import HAPPENS, NOTE, SOON, later, owed
from tests.people import MUG, NOW, SHIRT, bought, jana_order

TEMPLATES = Path(settings.BASE_DIR) / "returns" / "templates" / "returns" / "email"
LINK = re.compile(r"http://127\.0\.0\.1:8000/link/[\w-]{22}/")
pytestmark = pytest.mark.django_db
kinds = pytest.mark.parametrize("kind", sorted(HAPPENS))
languages = pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])


def written(letter: Letter, language: str = "en") -> tuple[str, str, str]:
    """(subject, text, HTML)"""
    letter.language = language
    message = compose(letter, at=later(letter))
    ((html, kind),) = message.alternatives
    assert kind == "text/html"
    return str(message.subject), str(message.body), str(html)


def paragraphs(kind: str, language: str = "en") -> list[str]:
    """The letter without its greeting, its link and its signature; lines of a list joined by " | "."""
    _subject, text, _html = written(owed(kind), language)
    return [part.replace("\n  ", " | ") for part in text.split("\n\n")[1:-2]]


def owed_kinds() -> set[str]:
    reactions = [reaction for of_kind in REACTIONS.values() for reaction in of_kind]
    return {kind for reaction in reactions if isinstance(kind := getclosurevars(reaction).nonlocals.get("kind"), str)}


def test_every_kind_that_is_owed_has_its_function_and_its_two_templates() -> None:
    assert len(owed_kinds()) == 20
    assert owed_kinds() == set(LETTERS) == set(HAPPENS)
    assert {file.stem for file in TEMPLATES.glob("*.txt")} == {*LETTERS, "base"}
    assert {file.stem for file in TEMPLATES.glob("*.html")} == {*LETTERS, "base"}
    for kind in LETTERS:
        for form in ("txt", "html"):
            get_template(f"returns/email/{kind}.{form}")


# --- what holds for all of them ---


class _Words(HTMLParser):
    """What a reader sees of HTML: its words, without those of the head."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._in_body = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._in_body |= tag == "body"

    def handle_data(self, data: str) -> None:
        if self._in_body:
            self.words += data.split()


def seen(html: str) -> list[str]:
    reader = _Words()
    reader.feed(html)
    return reader.words


@kinds
@languages
def test_the_text_and_the_html_say_the_same(kind: str, language: str) -> None:
    subject, text, html = written(owed(kind), language)
    assert subject
    assert subject == " ".join(subject.split())
    assert seen(html) == [word for word in text.split() if word != "-"]
    assert html.startswith(f'<!doctype html>\n<html lang="{language}" dir="ltr">')


@kinds
@languages
def test_a_letter_is_whole_and_polite(kind: str, language: str) -> None:
    subject, text, html = written(owed(kind), language)
    text = text.replace(NOTE, "note")  # quotes on purpose what no template may leave behind
    for part in (subject, text):
        assert not re.search(r"!|%\(|None|\{[{%#]|[%#]\}|&\w+;", part)
        assert "successful" not in part.lower()
    assert "\n\n\n" not in text
    assert text.endswith("\nDemo Shop\nReturns\nDlouhá 12\n110 00 Praha 1\n")
    assert not re.search(r"<[^>]+\s(style|on\w+|src)=|<script|javascript:", html)


@kinds
@languages
def test_a_letter_names_no_more_of_its_reader_than_it_needs(kind: str, language: str) -> None:
    told = " ".join(written(owed(kind), language))
    for personal in ("Jana", "Nováková", "jana@example.com", "Praha 2", "Internal"):
        assert personal not in told


@kinds
def test_a_letter_carries_a_fresh_link_that_opens_its_return(kind: str) -> None:
    letter = owed(kind)
    if kind == "goodwill":
        assert "http://127.0.0.1:8000/\n" in written(letter)[1]
        return
    first, second = (LINK.findall(written(letter)[1]) for _time in range(2))
    assert (len(first), len(second)) == (1, 1)
    assert first != second
    for (link,) in (first, second):
        secret = link.rstrip("/").rpartition("/")[2]
        assert StatusLink.objects.opened(secret, at=later(letter)) == letter.rma


@kinds
def test_names_of_goods_are_in_the_readers_language(kind: str) -> None:
    _subject, text, _html = written(owed(kind), "cs")
    assert "T-shirt" not in text
    assert ("Tričko" in text) == (kind != "goodwill")


@kinds
def test_what_a_shop_calls_its_goods_stays_text(kind: str) -> None:
    bad = "<img src=x onerror=alert(1)> {{ shop }} {% now 'Y' %} %(number)s &amp;\r\nBcc: evil@example.com"
    lines = (replace(SHIRT, name=bad, names={}), replace(MUG, name=bad, names={}))
    _subject, text, html = written(owed(kind, jana_order(lines=lines)))
    if kind == "goodwill":
        return
    assert f"{' '.join(bad.split())}" in text
    assert "<img" not in html
    assert "<img src=x onerror=alert(1)> {{ shop }} {% now 'Y' %} %(number)s &amp; Bcc: evil" in unescape(html)


def test_an_order_number_from_outside_cannot_write_headers() -> None:
    letter = owed("goodwill", jana_order("A-1\r\nBcc: evil@example.com"))
    subject, _text, _html = written(letter)
    assert subject == "We have granted you an amount for your order A-1 Bcc: evil@example.com"
    assert "\nBcc:" not in compose(letter, at=later(letter)).message().as_string()


def test_a_template_is_never_made_of_what_others_wrote() -> None:
    """The guard of the tests above: this is what would happen."""
    assert Template("{% now 'Y' %}").render(Context()) != "{% now 'Y' %}"


# --- what each tells ---


def test_a_referred_return_says_why_and_by_when_the_answer_comes() -> None:
    assert paragraphs("referred") == [
        "Thank you for your request to return goods of order A-1001. An agent decides on these items:",
        "- 2 × T-shirt | The time for returning this item ended on Monday, 7 December 2026.",
        "You have our answer by Sunday, 10 January 2027. Please keep the goods until then.",
    ]


def test_a_rejected_return_says_why_and_what_can_be_done() -> None:
    _first, items, reason, note, then = paragraphs("rejected")
    assert (items, reason, note) == ("- 2 × T-shirt", "The reason:", NOTE)
    assert then.startswith("If you see it otherwise, please answer this e-mail and say why")
    html = written(Letter.objects.select_related("event__order", "rma__order").get(kind="rejected"))[2]
    assert "<p>The shirt was worn.<br>{{ shop }} %(note)s &lt;b&gt;{% now &#x27;Y&#x27; %}&lt;/b&gt;</p>" in html


def test_a_reopened_return_says_by_when_the_answer_comes() -> None:
    assert paragraphs("reopened")[1:] == [
        "- 2 × T-shirt",
        "You have our answer by Sunday, 10 January 2027. Please keep the goods until then.",
    ]


def test_a_cancelled_return_leads_on() -> None:
    assert paragraphs("cancelled")[-1].endswith("you can start a new return here: http://127.0.0.1:8000/")


def test_an_expired_return_names_the_day_that_has_passed() -> None:
    assert paragraphs("expired")[0].endswith("because no parcel was sent by Thursday, 10 December 2026. It was about:")


def test_the_label_waits_on_the_page_and_names_both_days() -> None:
    letter = owed("label")
    assert compose(letter, at=later(letter)).attachments == []
    _first, items, send, money = [part.replace("\n", " | ") for part in written(letter)[1].split("\n\n")[1:-2]]
    assert items == "- 2 × T-shirt | - 1 × Mug"
    assert "hand in the parcel by Thursday, 10 December 2026." in send
    assert money.startswith("The money is paid back by Tuesday, 24 November 2026 at the latest")


def test_a_parcel_on_its_way_is_named_by_its_number() -> None:
    assert paragraphs("on_its_way")[0].startswith("The parcel PPL123 with your return of goods of order A-1001")


def test_a_received_parcel_says_what_was_counted_and_what_it_brings() -> None:
    assert paragraphs("received") == [
        "Your parcel with goods of order A-1001 has arrived, and we have counted what is in it:",
        (
            "- T-shirt | 1 piece arrived in order: it is paid back. | "
            "1 piece is not what the return names: it is not paid back. Please answer this e-mail.\n"
            "- Mug | 1 piece arrived damaged: it is paid back. | "
            "1 piece was not announced: it is not paid back by itself. Please answer this e-mail."
        ),
        "For this parcel we pay back €101.51.",
        "The money is paid back by Tuesday, 24 November 2026 at the latest, the way you paid.",
        "If you have counted otherwise, please answer this e-mail.",
    ]


@pytest.mark.parametrize(
    "kind", ["refund_pending", "refund_needs_details", "refunded", "refund_failed", "paid_otherwise"]
)
def test_a_refunds_letter_names_the_amount_and_what_it_is_for(kind: str) -> None:
    first, items = paragraphs(kind)[:2]
    assert "€101.51" in first
    assert items == "- T-shirt | €96.72\n- Mug | €4.79"


def test_what_somebody_paid_back_at_the_provider_is_told_without_its_parts() -> None:
    order = bought()
    payment = order.payments.get()
    finding.take_in(Scripted().refund_by_hand(payment, 500), at=NOW)
    _subject, text, _html = written(Letter.objects.get(kind="refunded"))
    assert "- Money back\n  €5.00" in text


def test_store_credit_names_its_bonus_and_what_is_on_the_account_now() -> None:
    assert paragraphs("credited") == [
        "We have put €106.57 on your store credit for your order A-1001. It is for:",
        "- T-shirt | €96.72\n- Mug | €4.79",
        "A bonus of €5.06 is included.",
        "Your store credit is now €106.57. You can spend it in our shop.",
        "If you have a question, please answer this e-mail.",
    ]


def test_a_parcel_that_brings_store_credit_says_so() -> None:
    owed("credited")
    _subject, text, _html = written(Letter.objects.select_related("event__order", "rma__order").get(kind="received"))
    assert "For this parcel €106.57 are put on your store credit." in text
    assert "paid back." in text  # of each piece
    assert "For this parcel we pay back" not in text
    assert "nothing is paid back" not in text


def test_money_is_written_as_the_reader_writes_it() -> None:
    assert "101,51\xa0€" in written(owed("refunded"), "cs")[1]


def test_goodwill_names_the_amount_and_not_why_the_shop_gave_it() -> None:
    assert paragraphs("goodwill") == [
        "We have granted you €15.00 for your order A-1001.",
        "The amount is paid back the way you paid. You need not do anything, and we tell you when it is paid.",
    ]


def test_money_that_is_late_comes_with_an_apology_and_no_day_in_the_past() -> None:
    letter = owed("refund_pending")
    text = compose(letter, at=later(letter) + timedelta(days=30)).body
    assert "24 November" not in text
    letter.language = "en"
    text = compose(letter, at=later(letter) + timedelta(days=30)).body
    assert "The money takes longer than it should, and we apologise." in text


def test_a_currency_of_three_decimals_is_written_with_three() -> None:
    data = jana_order(currency="KWD", lines=(LineData("1", "Cup", 2, 12_345, kind="apparel"), MUG), discounts=())
    assert "KWD" in (text := written(owed("received", replace(data, payments=())))[1])
    assert "KWD12.840" in text


def test_a_loss_of_value_is_told_with_its_grade_amount_reason_and_the_way_to_object() -> None:
    assert paragraphs("value_loss")[1:] == [
        "- 1 × T-shirt | State on arrival: damaged. | We keep €30.00 of €96.72; €66.72 is paid back.",
        "The reason:",
        NOTE,
        "The photo of it stands on the page of your return.",
        "If you see it otherwise, please write to us on the page of your return. An agent then looks at it once more.",
    ]


def test_what_waits_to_be_valued_is_not_promised_yet() -> None:
    owed("value_loss")
    letter = Letter.objects.select_related("event__order", "rma__order").get(kind="received")
    text = written(letter)[1]
    assert "1 piece arrived damaged: an agent looks at it before it is paid back, perhaps less a loss of value." in text


def test_a_refunds_letter_names_what_is_taken_off() -> None:
    owed("value_loss")
    gateway = Scripted()
    while sending.send_next(gateway, at=SOON):
        pass
    letters = Letter.objects.select_related("event__order", "event__refund", "rma__order").filter(kind="refunded")
    assert "- T-shirt\n  €96.72\n- T-shirt: Loss of value\n  -€30.00" in written(letters[1])[1]
