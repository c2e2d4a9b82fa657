"""The case page: everything that a decision needs, in words and in money."""

import pytest

from portal.agent import case
from returns.actions import decisions, goodwill, receiving
from returns.actions.receiving import Count
from returns.actions.requests import Wish
from returns.importing.data import LineData, PaymentData
from returns.models import Policy, Reason
from returns.notifications import letters
from tests.people import NOW, asked, bought, jana_order, promised, trusting
from tests.portal.agent.deciding import shown, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(logged_in, bob):
    return logged_in(bob)


@pytest.fixture(autouse=True)
def _thirty_days() -> None:
    promised()
    trusting()


def test_an_item_shows_its_verdict_in_sentences_and_both_ends(desk):
    item = shown(desk, waiting()).context["case"].items[0]
    assert (item.name, item.verdict, item.waits) == ("T-shirt", "Policy refuses it.", True)
    assert item.reasons == ["The time for returning this item ended on Sunday, 24 May 2026."]
    assert (str(item.policy_until), str(item.statutory_until)) == ("2026-05-24", "2026-05-11")


def test_an_item_shows_what_its_reason_meant_in_law_when_it_was_given(desk):
    rma = waiting("A-1001", Wish("1", 1, "faulty"))
    Reason.objects.update(legal_path="courtesy")
    assert shown(desk, rma).context["case"].items[0].legal_path == "faulty goods"


def test_the_shoppers_own_words_are_there(desk):
    rma = waiting("A-1001", Wish("1", 1, "too_small", note="I was ill.\nFor long."))
    assert "<q>I was ill.\nFor long.</q>" in shown(desk, rma).content.decode()


def test_the_proposal_follows_the_verdict(desk):
    assert shown(desk, waiting()).context["case"].proposal == "Decline, or approve beyond policy and say why."


def test_a_case_without_a_waiting_item_proposes_nothing_and_offers_no_decision(desk):
    page = shown(desk, asked(bought()))
    assert page.context["case"].proposal == ""
    assert list(page.context["forms"]) == ["CancellationForm", "MessageForm"]


def test_the_forms_are_those_that_are_legal_now(desk, bob):
    rma = waiting()
    assert list(shown(desk, rma).context["forms"]) == [
        "CancellationForm",
        "ApprovalForm",
        "RejectionForm",
        "MessageForm",
    ]
    decisions.reject(rma, by=bob.actor, at=NOW, note="Too late.")
    assert list(shown(desk, rma).context["forms"]) == ["ReopeningForm"]


def test_the_money_before_and_after(desk):
    """30,000 and 495 of goods and 495 of shipping, less 1,000: 29,990 paid; one T-shirt of three comes back."""
    rma = waiting()
    money = shown(desk, rma).context["case"].money
    share = rma.items.get().share
    assert (money.paid, money.refunded, money.share, money.share_refunded) == (29_990, 0, share, 0)
    assert (money.before, money.after, money.short) == (29_990, 29_990 - share, 0)


def test_money_that_was_sent_counts_once(desk, wanda, bob):
    rma = asked(bought())
    share = rma.items.get().share
    receiving.receive(rma, [Count("1", fine=1)], by=wanda.actor, at=NOW)
    goodwill.grant(rma.order, amount=500, reason="other", note="Sorry.", by=bob.actor, at=NOW, rma=rma)
    money = shown(desk, rma).context["case"].money
    assert (money.refunded, money.share, money.share_refunded) == (share + 500, share, share)
    assert (money.before, money.after) == (29_990 - share - 500, 29_990 - share - 500)


def test_payments_that_do_not_cover_the_return_are_said(desk):
    short = waiting(payments=(PaymentData("pi_short", 100, "EUR"),))
    money = shown(desk, short).context["case"].money
    assert (money.after, money.short) == (0, short.items.get().share - 100)


@pytest.mark.parametrize(
    ("currency", "locale", "paid"), [("JPY", "en", "¥29,990"), ("KWD", "en", "KWD29.990"), ("EUR", "en", "€299.90")]
)
def test_money_is_printed_with_the_currencys_own_decimals(desk, currency, locale, paid):
    rma = waiting(currency=currency, payments=(PaymentData("pi_1", 29_990, currency),))
    desk.cookies["language"] = locale
    html = shown(desk, rma).content.decode().replace("\xa0", " ")
    assert f"<dd>{paid}</dd>" in html


def test_the_history_tells_who_did_what_and_wrote_what(desk, bob):
    rma = waiting()
    decisions.reject(rma, by=bob.actor, at=NOW, note="Too late.")
    history = shown(desk, rma).context["case"].history
    assert [(entry.sentence, entry.who, entry.note) for entry in history] == [
        ("The return was requested.", "shopper", ""),
        ("An agent has been asked to decide.", "shopper", ""),
        ("An agent has declined the request.", "Bob", "Too late."),
    ]


def test_receipts_refunds_and_letters_stand_on_the_page(desk, wanda):
    rma = asked(bought())
    receiving.receive(rma, [Count("1", fine=1, grade="B", note="washed")], by=wanda.actor, at=NOW, note="torn box")
    html = shown(desk, rma).content.decode()
    for told in ("torn box", "washed", "B as new", "Wanda", rma.refunds.get().public_id, "parcel arrived (cs)"):
        assert told in html


def test_other_returns_of_the_same_shopper_are_listed_as_facts(desk):
    other = asked(bought(jana_order("A-1002")))
    assert [found.number for found in shown(desk, waiting()).context["case"].earlier] == [other.number]


def test_the_queue_stands_beside_the_case(desk):
    rma, other = waiting(), waiting("A-1002")
    assert [row.rma.number for row in shown(desk, rma).context["queue"].rows] == [rma.number, other.number]


HOSTILE = '<script>alert("x")</script>{{7*7}}'


def test_hostile_text_is_shown_as_text(desk):
    line = LineData("1", HOSTILE, 1, 100, sku=HOSTILE, image='"><script>alert(1)</script>', kind="apparel")
    rma = waiting(
        "A-1001",
        Wish("1", 1, "too_small", note=HOSTILE),
        lines=(line,),
        discounts=(),
        customer_name=HOSTILE,
        phone=HOSTILE,
        address=(HOSTILE,),
        city=HOSTILE,
    )
    for page in (shown(desk, rma), desk.get("/agent/"), desk.post("/agent/search/", {"words": HOSTILE})):
        assert b"<script>alert" not in page.content
    assert "{{7*7}}" in shown(desk, rma).content.decode()


def test_a_return_that_is_not_there_is_not_found(desk):
    assert desk.get("/agent/returns/R7F3-K2QX-1/").status_code == 404


def test_reading_a_case_is_written_down(desk, bob, caplog):
    rma = waiting()
    with caplog.at_level("INFO", logger="returns.access"):
        shown(desk, rma)
    assert [record.getMessage() for record in caplog.records] == [f"staff {bob.pk} reads return {rma.number}"]


@pytest.mark.parametrize("lines", [1, 3])
def test_more_items_cost_no_more_statements(desk, django_assert_num_queries, lines):
    sold = tuple(LineData(str(place), f"Thing {place}", 2, 100) for place in range(1, lines + 1))
    rma = waiting("A-1001", *(Wish(line.id, 1, "changed_mind") for line in sold), lines=sold, discounts=())
    with django_assert_num_queries(32):
        shown(desk, rma)


def test_every_kind_of_letter_has_words():
    assert set(case.LETTERS) == set(letters.LETTERS)


def test_what_the_shopper_chose_instead_of_money_is_told(desk):
    Policy.objects.update(resolutions=["credit"], credit_bonus_percent=5)
    rma = waiting("A-1001", Wish("1", 1, resolution="credit"))
    assert "The shopper chose store credit, with a bonus of €4.83." in shown(desk, rma).content.decode()
