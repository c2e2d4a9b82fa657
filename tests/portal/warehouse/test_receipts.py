"""Counting: one parcel, one receipt, one answer; what was typed wrong is kept and said beside the field."""

import pytest

from returns.actions import decisions, receiving
from returns.actions.receiving import Count
from returns.actions.requests import Wish
from returns.models import RMA, Receipt, ReceiptLine, Refund
from tests.people import MUG, NOW, asked, bought, jana_order, promised
from tests.portal.warehouse.counting import sent, shown, typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def bench(logged_in, wanda):
    return logged_in(wanda)


@pytest.fixture
def rma() -> RMA:
    promised()
    return asked(bought(), Wish("1", 3, "too_small"))


def counted() -> list[tuple]:
    return list(ReceiptLine.objects.values_list("line__line_id", "fine", "damaged", "missing", "wrong", "extra"))


def answered(bench, response):
    return bench.get(response.url).context["answer"]


def test_enter_on_a_parcel_as_announced_is_all_fine(bench, rma):
    response = sent(bench, rma, typed(bench, rma))
    assert response.url == f"/warehouse/returns/{rma.number}/receipts/1/"
    assert counted() == [("1", 3, 0, 0, 0, 0)]
    answer = answered(bench, response)
    assert (answer.tone, answer.word, answer.facts) == ("good", "All fine", ["3 units fine"])


def test_the_answer_waits_for_the_next_parcel(bench, rma):
    page = bench.get(sent(bench, rma, typed(bench, rma)).url)
    assert page.content.count(b"autofocus") == 1


def test_the_receipt_names_who_counted_with_grade_and_notes(bench, rma, wanda):
    over = {"1": {"grade": "B", "note": "washed"}}
    sent(bench, rma, typed(bench, rma, over, note="torn box"))
    receipt = Receipt.objects.get()
    line = receipt.lines.get()
    assert (receipt.actor_kind, receipt.actor_id, receipt.actor_label) == ("staff", str(wanda.pk), "Wanda")
    assert (receipt.note, line.grade, line.note) == ("torn box", "B", "washed")


def test_what_arrived_is_refunded_and_what_differs_is_said_in_amber(bench, rma):
    over = {"1": {"fine": 1, "damaged": 1, "missing": 1}}
    answer = answered(bench, sent(bench, rma, typed(bench, rma, over)))
    assert counted() == [("1", 1, 1, 1, 0, 0)]
    assert (answer.tone, answer.word) == ("wait", "Differs")
    assert answer.facts == [
        "1 unit fine",
        "1 unit damaged",
        "1 unit missing",
        "1 unit is still expected in another parcel.",
    ]
    assert answer.advice == "Put what is damaged, wrong or extra aside for an agent."
    assert Refund.objects.get().amount == rma.items.get().share * 2 // 3


def test_a_part_of_it_is_amber_and_says_that_more_is_to_come(bench, rma):
    answer = answered(bench, sent(bench, rma, typed(bench, rma, {"1": {"fine": 1}})))
    assert (answer.tone, answer.word) == ("wait", "More to come")
    assert answer.facts == ["1 unit fine", "2 units are still expected in another parcel."]


def test_nothing_fine_is_red(bench, rma):
    answer = answered(bench, sent(bench, rma, typed(bench, rma, {"1": {"fine": 0, "wrong": 3}})))
    assert (answer.tone, answer.word) == ("bad", "Put aside")
    assert not Refund.objects.exists()


def test_more_than_expected_is_extra_and_not_refunded(bench, rma):
    sent(bench, rma, typed(bench, rma, {"1": {"fine": 5}}))
    assert counted() == [("1", 3, 0, 0, 0, 2)]
    assert Refund.objects.get().amount == rma.items.get().share


def test_a_line_that_was_not_announced_can_be_counted_as_extra(bench, rma):
    sent(bench, rma, typed(bench, rma, {"2": {"extra": 1}}))
    assert counted() == [("1", 3, 0, 0, 0, 0), ("2", 0, 0, 0, 0, 1)]


def test_a_double_click_makes_one_receipt_and_gives_the_same_answer(bench, rma):
    fields = typed(bench, rma)
    first, second = sent(bench, rma, fields), sent(bench, rma, fields)
    assert first.url == second.url
    assert (Receipt.objects.count(), Refund.objects.count()) == (1, 1)


def test_the_same_page_sent_with_other_counts_does_not_count_again(bench, rma):
    fields = typed(bench, rma, {"1": {"fine": 1}})
    sent(bench, rma, fields)
    line = rma.order.lines.get(line_id="1")
    again = sent(bench, rma, {**fields, f"line-{line.pk}-fine": 2})
    assert (again.status_code, again.context["answer"].word) == (409, "Already counted")
    assert counted() == [("1", 1, 0, 0, 0, 0)]


def test_two_benches_with_the_same_parcel_make_one_receipt(bench, rma, wanda):
    fields = typed(bench, rma)
    receiving.receive(rma, [Count("1", fine=3)], by=wanda.actor, at=NOW)
    late = sent(bench, rma, fields)
    assert (late.status_code, late.context["answer"].word) == (409, "Already counted")
    assert Receipt.objects.count() == 1


def test_another_parcel_of_the_same_return_makes_another_receipt(bench, rma):
    sent(bench, rma, typed(bench, rma, {"1": {"fine": 1}}))
    response = sent(bench, rma, typed(bench, rma))
    assert response.url.endswith("/receipts/2/")
    assert counted() == [("1", 1, 0, 0, 0, 0), ("1", 2, 0, 0, 0, 0)]
    assert answered(bench, response).word == "All fine"


@pytest.mark.parametrize("nonsense", ["-1", "1.5", "two", "1e309", "NaN", "true", "9" * 30, str(2**63), "[1]", "\x00"])
@pytest.mark.parametrize("field", ["fine", "extra"])
def test_a_bad_count_is_told_beside_its_field_and_kept(bench, rma, field, nonsense):
    page = sent(bench, rma, typed(bench, rma, {"1": {field: nonsense, "note": "see <b>box</b>"}}))
    assert page.status_code == 422
    form = page.context["counting"].announced[0]
    told = form.errors[field]
    assert list(form.errors) == [field]
    assert page.context["errors"] == [(form[field].id_for_label, told[0])]
    assert form[field].value() == nonsense
    assert f'id="{form[field].id_for_label}_error">{told[0]}' in page.content.decode()
    assert "see &lt;b&gt;box&lt;/b&gt;" in page.content.decode()
    assert not Receipt.objects.exists()


@pytest.mark.parametrize("number", ["-1", "1.5", "two"])
def test_a_bad_count_asks_for_a_whole_number(bench, rma, number):
    page = sent(bench, rma, typed(bench, rma, {"1": {"fine": number}}))
    assert page.context["errors"][0][1] == "Please enter a whole number, 0 or more."


def test_after_a_mistake_the_same_page_counts_once_it_is_mended(bench, rma):
    fields = typed(bench, rma, {"1": {"fine": "x"}})
    sent(bench, rma, fields)
    line = rma.order.lines.get(line_id="1")
    sent(bench, rma, {**fields, f"line-{line.pk}-fine": "3"})
    assert counted() == [("1", 3, 0, 0, 0, 0)]


def test_a_mistake_among_the_folded_lines_unfolds_them(bench, rma):
    page = sent(bench, rma, typed(bench, rma, {"2": {"extra": "x"}}))
    assert b'<details class="others" open>' in page.content


def test_a_parcel_without_a_single_unit_is_not_counted(bench, rma):
    page = sent(bench, rma, typed(bench, rma, {"1": {"fine": ""}}))
    assert (page.status_code, page.context["errors"]) == (422, [("", "Please count at least one unit.")])
    assert not Receipt.objects.exists()


def test_the_next_parcel_scanned_too_early_does_not_finish_this_one(bench, rma):
    other = asked(bought(jana_order("A-1002")))
    page = sent(bench, rma, typed(bench, rma, {"1": {"fine": 2}}, code=other.number))
    assert page.status_code == 422
    assert [field for field, _sentence in page.context["errors"]] == ["id_code"]
    assert page.context["counting"].announced[0]["fine"].value() == "2"
    assert not Receipt.objects.exists()


def test_the_same_parcel_scanned_once_more_finishes_it(bench, rma):
    assert sent(bench, rma, typed(bench, rma, code=rma.number.lower())).status_code == 302
    assert Receipt.objects.count() == 1


def test_a_return_that_was_cancelled_meanwhile_is_not_counted(bench, rma, bob):
    fields = typed(bench, rma)
    decisions.cancel(rma, by=bob.actor, at=NOW)
    page = sent(bench, rma, fields)
    assert (page.status_code, page.context["answer"].word) == (409, "Do not count")


@pytest.mark.parametrize("token", ["", "short", "x" * 65])
def test_without_its_token_a_count_is_not_taken(bench, rma, token):
    assert sent(bench, rma, typed(bench, rma, token=token)).status_code == 422
    assert not Receipt.objects.exists()


def test_lines_of_another_order_cannot_be_counted(bench, rma):
    foreign = bought(jana_order("A-1002", lines=(MUG,), discounts=())).lines.get()
    sent(bench, rma, {**typed(bench, rma), f"line-{foreign.pk}-extra": "1"})
    assert counted() == [("1", 3, 0, 0, 0, 0)]


def test_a_receipt_that_is_not_there_is_not_found(bench, rma):
    assert bench.get(f"/warehouse/returns/{rma.number}/receipts/1/").status_code == 404


def test_counting_is_only_ever_posted(bench, rma):
    assert bench.get(f"/warehouse/returns/{rma.number}/receipts/").status_code == 405
    assert bench.post(f"/warehouse/returns/{rma.number}/").status_code == 405


def test_a_hostile_note_is_shown_as_text_where_agents_read_it(bench, rma, logged_in, bob):
    sent(bench, rma, typed(bench, rma, note="<script>alert(1)</script>"))
    page = logged_in(bob).get(f"/agent/returns/{rma.number}/")
    assert b"&lt;script&gt;alert(1)&lt;/script&gt;" in page.content
    assert b"<script>alert" not in page.content


def test_a_page_of_the_bench_is_kept_by_no_cache(bench, rma):
    assert "no-store" in shown(bench, rma).headers["Cache-Control"]
