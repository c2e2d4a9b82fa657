"""The manager's policies: promises that stay kept, new versions of them, and what the linter says of a setting."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from returns.models import Policy, Season
from returns.policy.law import LAW
from returns.policy.lint import lint
from tests.people import promised

pytestmark = pytest.mark.django_db

ADD = "/admin/returns/policy/add/"


@pytest.fixture
def office(logged_in, mona):
    return logged_in(mona)


def typed(page) -> dict[str, Any]:
    """What the browser would send if nothing were changed."""
    formsets = [inline.formset for inline in page.context["inline_admin_formsets"]]
    forms = [page.context["adminform"].form]
    forms += [form for formset in formsets for form in (formset.management_form, *formset.forms)]
    told: dict[str, Any] = {}
    for form in forms:
        for bound in form:
            told.update(_typed(bound))
    return told


def _typed(bound) -> dict[str, Any]:
    value = bound.value()
    if bound.name in ("valid_from", "valid_until"):
        moment = timezone.localtime(bound.initial) if bound.initial else None
        days = {"_0": moment.date().isoformat(), "_1": moment.time().isoformat()} if moment else {"_0": "", "_1": ""}
        return {bound.html_name + part: text for part, text in days.items()}
    return {} if value is None or value is False else {bound.html_name: value}


def of(policy: Policy) -> str:
    return f"/admin/returns/policy/{policy.pk}/change/"


def sent(office, address: str, **changes: Any):
    return office.post(address, {**typed(office.get(address)), **changes})


def starting(moment: datetime) -> dict[str, str]:
    local = timezone.localtime(moment)
    return {"valid_from_0": local.date().isoformat(), "valid_from_1": local.time().isoformat()}


def errors(page) -> dict[str, list[str]]:
    return dict(page.context["adminform"].form.errors)


def told(page) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def versions() -> list[tuple]:
    return list(Policy.objects.order_by("version").values_list("version", "window_days"))


def in_days(days: int) -> datetime:
    return (timezone.now() + timedelta(days=days)).replace(microsecond=0)


GERMAN = {"key": "german", "name_en": "German", "countries": "de", "final_sale_returnable": "on"}


# --- who ---


def test_only_managers_see_policies(logged_in, wanda, bob, mona):
    promised()
    for address in ("/admin/returns/policy/", ADD, of(Policy.objects.get())):
        assert [logged_in(user).get(address).status_code for user in (wanda, bob, mona)] == [403, 403, 200]
        assert [logged_in(user).post(address).status_code for user in (wanda, bob)] == [403, 403]


# --- what was promised stays promised ---


def test_a_version_that_has_begun_cannot_be_changed_but_for_its_end(office):
    policy = promised(30)
    sent(office, of(policy), window_days="100", kinds="apparel", return_fee="9", **starting(in_days(3)))
    assert versions() == [(1, 30)]
    assert Policy.objects.values_list("kinds", "return_fee", "valid_from").get() == ([], 0, None)
    end = in_days(5)
    local = timezone.localtime(end)
    sent(office, of(policy), valid_until_0=local.date().isoformat(), valid_until_1=local.time().isoformat())
    assert Policy.objects.get().valid_until == end


def test_the_seasons_of_a_version_that_has_begun_cannot_be_changed(office):
    policy = promised(30)
    days = {"ordered_from": "2026-11-15", "ordered_until": "2026-12-24", "last_day": "2027-01-31"}
    rows = {"seasons-TOTAL_FORMS": "1", "seasons-INITIAL_FORMS": "0"}
    office.post(of(policy), {"name_en": "Standard", **rows, **{f"seasons-0-{name}": day for name, day in days.items()}})
    assert not Season.objects.exists()


def test_a_new_version_starts_at_its_day_and_ends_the_one_before(office):
    policy = promised(30, kinds=["apparel"], countries=["CZ"], return_fee=495, currency="EUR")
    start = in_days(5)
    page = sent(office, f"{ADD}?of={policy.pk}", window_days="100", **starting(start))
    assert page.status_code == 302
    assert versions() == [(1, 30), (2, 100)]
    first, second = Policy.objects.order_by("version")
    assert (first.valid_until, second.valid_from, second.valid_until) == (start, start, None)
    assert (second.key, second.kinds, second.countries) == ("standard", ["apparel"], ["CZ"])
    assert (second.return_fee, second.currency, second.name) == (495, "EUR", "Standard")
    orders = (start - timedelta(seconds=1), start)
    assert [[p.version for p in Policy.objects.for_orders_placed(at)] for at in orders] == [[1], [2]]


def test_a_new_version_copies_the_seasons(office):
    policy = promised(30)
    Season.objects.create(
        policy=policy, ordered_from=date(2026, 11, 15), ordered_until=date(2026, 12, 24), last_day=date(2027, 1, 31)
    )
    sent(office, f"{ADD}?of={policy.pk}", **starting(in_days(5)))
    new = Policy.objects.get(version=2)
    assert [season.facts for season in new.seasons.all()] == [season.facts for season in policy.seasons.all()]


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("start", [{"valid_from_0": "", "valid_from_1": ""}, starting(LONG_AGO)])
def test_a_new_version_needs_a_start_that_is_not_over(office, start):
    page = sent(office, f"{ADD}?of={promised(30).pk}", **start)
    assert list(errors(page)) == ["valid_from"]
    assert versions() == [(1, 30)]


def test_a_new_version_does_not_cover_one_that_is_to_follow(office):
    policy = promised(30)
    follows = in_days(20)
    sent(office, f"{ADD}?of={policy.pk}", window_days="60", **starting(follows))
    for start in (in_days(5), follows):
        page = sent(office, f"{ADD}?of={policy.pk}", valid_until_0="", valid_until_1="", **starting(start))
        assert list(errors(page)) == ["valid_until"]
    page = sent(office, f"{ADD}?of={policy.pk}", window_days="45", **starting(in_days(5)))
    assert page.status_code == 302
    assert versions() == [(1, 30), (2, 60), (3, 45)]
    third, second = Policy.objects.get(version=3), Policy.objects.get(version=2)
    assert third.valid_until == second.valid_from


def test_a_new_policy_does_not_reach_back_to_orders_that_were_promised_otherwise(office):
    promised(30)
    page = sent(office, ADD, **GERMAN, window_days="60", valid_from_0="", valid_from_1="")
    assert list(errors(page)) == ["valid_from"]
    assert sent(office, ADD, **GERMAN, window_days="60").status_code == 302
    assert Policy.objects.filter(key="german", valid_from__gt=timezone.now()).exists()


def test_the_first_policy_of_a_shop_may_hold_since_ever(office):
    sent(office, ADD, **GERMAN, window_days="60")
    assert Policy.objects.get().valid_from is None


def test_a_changed_name_is_the_same_promise(office):
    sent(office, of(promised(30)), name_en="Everything", name_cs="Všechno")
    assert Policy.objects.values_list("version", "name_en", "name_cs").get() == (1, "Everything", "Všechno")


def test_a_promise_that_has_not_begun_may_still_be_changed(office):
    coming = promised(30, valid_from=in_days(5))
    sent(office, of(coming), window_days="100")
    assert versions() == [(1, 100)]


def test_a_promise_that_has_ended_cannot_be_changed(office):
    ended = promised(30, valid_until=in_days(-5))
    sent(office, of(ended), window_days="100", valid_until_0="", valid_until_1="")
    policy = Policy.objects.get()
    assert (policy.window_days, policy.valid_until) == (30, ended.valid_until)


def test_a_promise_cannot_be_ended_in_the_past(office):
    page = sent(office, of(promised(30)), valid_until_0="2020-01-01", valid_until_1="00:00:00")
    assert errors(page) == {"valid_until": ["The end must be later than now."]}


# --- what is typed ---


def test_kinds_and_countries_are_typed_as_words(office):
    page = {"key": "clothes", "name_en": "Clothes", "window_days": "60"}
    sent(office, ADD, **page, kinds="apparel, footwear", countries="cz de")
    policy = Policy.objects.get(key="clothes")
    assert (policy.version, policy.kinds, policy.countries) == (1, ["apparel", "footwear"], ["CZ", "DE"])


@pytest.mark.parametrize(
    ("currency", "amount", "minor"),
    [("EUR", "4.95", 495), ("CZK", "99", 9_900), ("EUR", "4,9", 490), ("JPY", "500", 500)],
)
def test_an_amount_is_typed_in_whole_coins(office, currency, amount, minor):
    sent(office, ADD, **GERMAN, currency=currency, return_fee=amount, return_cost_told="on", person_above_amount=amount)
    assert Policy.objects.values_list("return_fee", "person_above_amount", "currency").get() == (minor, minor, currency)


@pytest.mark.parametrize(
    ("currency", "amount"), [("EUR", "4.955"), ("EUR", "-4"), ("EUR", "much"), ("", "4"), ("EUR", "9" * 40)]
)
def test_what_is_no_amount_is_told_beside_its_field(office, currency, amount):
    page = sent(office, ADD, **GERMAN, currency=currency, return_fee=amount)
    assert list(errors(page)) == ["return_fee"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("window_days", "-1"),
        ("window_days", "1.5"),
        ("window_days", "soon"),
        ("window_days", "99999"),
        ("restocking_percent", "101"),
        ("restocking_percent", "-1"),
        ("countries", "DE UK"),
        ("exceptions_returnable", ["n"]),
        ("free_reasons", ["nobody_knows"]),
        ("currency", "XYZ"),
    ],
)
def test_what_is_no_promise_is_told_beside_its_field(office, field, value):
    page = sent(office, ADD, **{**GERMAN, "window_days": "30", field: value})
    assert list(errors(page)) == [field]
    assert versions() == []


def test_what_is_offered_beside_money_is_typed_with_its_bonus_and_its_value(office):
    offered = {"resolutions": ["credit", "keep"], "credit_bonus_percent": "5", "keep_up_to": "7", "currency": "EUR"}
    assert sent(office, ADD, **GERMAN, **offered, outbound_shipping="full").status_code == 302
    assert Policy.objects.values_list(
        "resolutions", "credit_bonus_percent", "keep_up_to", "outbound_shipping"
    ).get() == ((["credit", "keep"], 5, 700, "full"))


@pytest.mark.parametrize(
    ("offered", "field"),
    [
        ({"resolutions": ["refund"]}, "resolutions"),
        ({"credit_bonus_percent": "5"}, "credit_bonus_percent"),
        ({"resolutions": ["credit"], "credit_bonus_percent": "101"}, "credit_bonus_percent"),
        ({"keep_up_to": "7", "currency": "EUR"}, "keep_up_to"),
        ({"resolutions": ["keep"], "keep_up_to": "7"}, "keep_up_to"),
        ({"resolutions": ["keep"], "keep_up_to": "-7", "currency": "EUR"}, "keep_up_to"),
        ({"outbound_shipping": "half"}, "outbound_shipping"),
    ],
)
def test_what_cannot_be_offered_is_told_beside_its_field(office, offered, field):
    page = sent(office, ADD, **{**GERMAN, "window_days": "30", **offered})
    assert list(errors(page)) == [field]
    assert versions() == []


def test_a_new_version_starts_with_the_amounts_of_the_one_before_also_where_they_are_nothing(office):
    policy = promised(resolutions=["keep"], keep_up_to=0, person_above_amount=0, currency="EUR")
    fields = typed(office.get(f"{ADD}?of={policy.pk}"))
    assert (fields["keep_up_to"], fields["person_above_amount"], fields["return_fee"]) == ("0.00", "0.00", "")


def seasons(*days: tuple[str, str, str]) -> dict[str, str]:
    names = ("ordered_from", "ordered_until", "last_day")
    rows = {f"seasons-{n}-{name}": text for n, row in enumerate(days) for name, text in zip(names, row, strict=True)}
    return {"seasons-TOTAL_FORMS": str(len(days)), "seasons-INITIAL_FORMS": "0", **rows}


def test_seasons_are_typed_with_their_policy(office):
    told_days = ("2026-11-15", "2026-12-24", "2027-01-31"), ("2027-11-15", "2027-12-24", "2028-01-31")
    assert sent(office, ADD, **GERMAN, **seasons(*told_days)).status_code == 302
    assert [season.last_day for season in Policy.objects.get().seasons.all()] == [date(2027, 1, 31), date(2028, 1, 31)]


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ([("2026-11-15", "2026-12-24", "2027-01-31"), ("2026-12-24", "2026-12-31", "2027-01-31")], "ordered_from"),
        ([("2026-12-24", "2026-11-15", "2027-01-31")], "ordered_until"),
        ([("2026-11-15", "2026-12-24", "2026-12-23")], "last_day"),
    ],
)
def test_a_season_that_makes_no_sense_is_told_beside_its_field(office, days, field):
    page = sent(office, ADD, **GERMAN, **seasons(*days))
    assert [list(wrong) for wrong in page.context["inline_admin_formsets"][0].formset.errors if wrong] == [[field]]
    assert versions() == []


LATER, LATER_STILL = starting(in_days(5)), starting(in_days(9))
REVERSED = {**LATER_STILL, **{name.replace("from", "until"): text for name, text in LATER.items()}}
CHRISTMAS = ("2026-11-15", "2026-12-24", "2027-01-31")


@pytest.mark.parametrize(
    ("setting", "field", "english", "czech"),
    [
        (
            {"window_days": "-1"},
            "window_days",
            "Ensure this value is greater than or equal to 0.",
            "Hodnota musí být větší nebo rovna 0.",
        ),
        (REVERSED, "valid_until", "The end must be later than the start.", "Konec musí být později než začátek."),
        (
            {"restocking_percent": "101"},
            "restocking_percent",
            "Ensure this value is less than or equal to 100.",
            "Hodnota musí být menší nebo rovna 100.",
        ),
        (
            {"countries": "CZ UK"},
            "countries",
            "There is no country UK. Use codes such as CZ, DE.",
            "Země UK neexistuje. Použijte kódy jako CZ, DE.",
        ),
        (
            seasons(CHRISTMAS, ("2026-12-24", "2026-12-31", "2027-01-31")),
            "ordered_from",
            "Two seasons of a policy must not overlap.",
            "Dvě sezony týchž podmínek se nesmějí překrývat.",
        ),
    ],
)
@pytest.mark.parametrize("language", ["en", "cs"])
def test_a_policy_that_cannot_be_is_refused_in_the_managers_language(office, setting, field, english, czech, language):
    office.cookies["language"] = language
    page = sent(office, ADD, **{**GERMAN, "window_days": "30", **setting})
    wrong = [errors(page), *page.context["inline_admin_formsets"][0].formset.errors]
    assert [told for told in wrong if told] == [{field: [english if language == "en" else czech]}]
    assert versions() == []


# --- the linter ---


@pytest.mark.parametrize(
    ("setting", "field", "rule"),
    [
        ({"window_days": "13"}, "window_days", "(C-1)"),
        ({"currency": "EUR", "return_fee": "4.95"}, "return_cost_told", "(M-7)"),
    ],
)
def test_a_setting_against_the_law_does_not_go_live_where_the_law_holds(office, setting, field, rule):
    address = {"window_days": "30", **setting}
    page = office.post(ADD, {**typed(office.get(ADD)), **GERMAN, **address, "return_cost_told": ""})
    assert list(errors(page)) == [field]
    assert errors(page)[field][0].endswith(rule)
    assert "Germany" in errors(page)[field][0]
    free = {**GERMAN, "countries": "ch"}
    assert office.post(ADD, {**typed(office.get(ADD)), **free, **address, "return_cost_told": ""}).status_code == 302


@pytest.fixture
def swiss_law(monkeypatch) -> date:
    """The day on which a right to withdraw begins in Switzerland."""
    begins = timezone.localdate(in_days(30))
    german = next(row for row in LAW.countries if row.country == "DE")
    row = replace(german, country="CH", effective_from=begins)
    law = replace(LAW, countries=(*LAW.countries, row))
    monkeypatch.setattr("portal.admin.policies.lint", partial(lint, law=law))
    return begins


def test_a_setting_does_not_go_live_against_a_law_that_begins_while_it_holds(office, swiss_law):
    page = {**GERMAN, "countries": "ch", "window_days": "13"}
    answer = sent(office, ADD, **page)
    assert list(errors(answer)) == ["window_days"]
    assert len(errors(answer)["window_days"]) == 1
    ends = {"valid_until_0": swiss_law.isoformat(), "valid_until_1": "00:00:00"}
    assert sent(office, ADD, **page, **ends).status_code == 302


def test_a_warning_is_told_and_saved(office):
    page = {**GERMAN, "window_days": "30", "final_sale_returnable": "", "countries": "de"}
    answer = office.post(ADD, {**typed(office.get(ADD)), **page}, follow=True)
    assert Policy.objects.count() == 1
    assert any(sentence.endswith("Germany: there it stays open all the same. (X-4)") for sentence in told(answer))
    assert any("No policy covers all goods in all countries" in sentence for sentence in told(answer))


def test_a_restocking_fee_goes_live_with_the_warning_that_no_withdrawal_pays_it(office):
    page = {**GERMAN, "window_days": "30", "restocking_percent": "15"}
    answer = office.post(ADD, {**typed(office.get(ADD)), **page}, follow=True)
    assert Policy.objects.get().restocking_percent == 15
    assert any(sentence.endswith("only after the days of the law. (M-6)") for sentence in told(answer))


def test_a_version_in_force_that_the_law_has_overtaken_may_still_be_ended(office):
    policy = promised(7)
    assert "are too few" in office.get(of(policy)).content.decode()
    end = timezone.localtime(in_days(1))
    sent(office, of(policy), valid_until_0=end.date().isoformat(), valid_until_1=end.time().isoformat())
    assert Policy.objects.get().valid_until is not None


def test_a_tie_is_explained(office):
    page = office.get("/admin/returns/policy/").content.decode()
    assert "the most specific one counts" in page
    Policy.objects.create(key="a", name_en="A", window_days=30, final_sale_returnable=True)
    policy = Policy.objects.create(key="b", name_en="B", window_days=60, final_sale_returnable=True)
    assert "a and b cover the same goods" in office.get(of(policy)).content.decode()


# --- what is shown ---


def test_a_policy_is_shown_as_a_sentence(office):
    policy = promised(30, kinds=["apparel"])
    sentence = "Clothes may come back within 30 days of delivery in all countries; we pay for the label; no fee."
    for address in ("/admin/returns/policy/", of(policy)):
        assert sentence in office.get(address).content.decode()


def test_presets_are_offered(office):
    page = office.get(ADD).content.decode()
    offered = [days for days in ("14", "30", "100", "") if f'href="?window_days={days}"' in page]
    assert offered == ["14", "30", "100", ""]
    assert office.get(f"{ADD}?window_days=100").context["adminform"].form["window_days"].value() == "100"


@pytest.mark.parametrize("named", ["0", "-1", "x", "9" * 40, "²"])
def test_a_version_that_is_not_there_cannot_be_followed(office, named):
    assert office.get(ADD, {"of": named}).status_code == 200


def test_hostile_names_and_kinds_are_shown_as_text(office):
    policy = Policy.objects.create(key="x", name_en="<script>alert(1)</script>", kinds=["<script>alert(2)</script>"])
    for address in ("/admin/returns/policy/", of(policy)):
        assert b"<script>alert" not in office.get(address).content
