"""Cases that other systems learnt the hard way: eligibility and requested quantities, each with the tests that hold it.

Those that cannot come up here are told of in returns/policy/README.md: an order that was never completed, and kits.
"""

import re

import pytest
from django.conf import settings

CASES = {
    "past the window": "policy/test_promise.py past_the_window_the_answer_is_refuse_with_its_last_day",
    "a window of each region": "policy/test_promise.py regions_have_windows_of_their_own",
    "no window is unlimited": "policy/test_promise.py a_window_without_days_is_unlimited",
    "outside the window staff may open": (
        "actions/test_requests.py outside_the_window_a_person_decides_and_the_reason_is_kept",
        "actions/test_decisions.py an_approval_accepts_what_waits_and_makes_the_label",
    ),
    "override by capability": "portal/staff/test_access.py a_role_opens_its_own_pages_and_no_others",
    "not shipped is for review": (
        "policy/test_promise.py units_that_were_not_sent_are_never_refused_whatever_the_promise_says",
        "policy/test_properties.py units_that_were_not_sent_are_for_a_person_whatever_else_is_said",
    ),
    "all failing reasons together": (
        "policy/test_promise.py all_failing_reasons_are_reported_together_and_the_hardest_decides"
    ),
    "a veto before anything is written": (
        "actions/test_requests.py a_preview_says_what_the_request_will_do_and_writes_nothing",
        "actions/test_requests.py a_refused_request_leaves_the_order_as_it_was",
    ),
    "no button of its own after the window": (
        "portal/shopper/test_items.py what_is_out_of_time_says_so_and_can_be_asked_for"
    ),
    "not more than fulfilled": (
        "policy/test_promise.py units_that_were_not_sent_are_for_a_person",
        "actions/test_requests.py more_units_than_were_bought_are_refused",
    ),
    "other open returns count, a cancelled one frees": (
        "actions/test_requests.py units_in_another_live_return_are_gone_until_it_is_cancelled",
        "portal/shopper/test_return.py cancelling_frees_the_items_and_may_be_pressed_twice",
    ),
    "what a partial return leaves": "portal/shopper/test_items.py units_in_a_return_are_no_longer_offered",
    "a fully returned line": "policy/test_verdict.py a_fully_taken_line_has_nothing_to_ask_for",
    "one line in two parcels": "policy/test_promise.py a_line_in_two_parcels_may_come_back_parcel_by_parcel",
    "a line of another order": (
        "actions/test_requests.py a_line_of_another_order_is_refused",
        "portal/shopper/test_items.py a_line_of_another_order_is_refused",
    ),
    "a heading is no reason": "actions/test_requests.py a_reason_that_is_unknown_or_a_heading_is_refused",
    "a return of nothing": "actions/test_requests.py a_return_of_nothing_is_refused",
    "another customer's return": "portal/shopper/test_access.py a_return_of_another_is_not_found_and_not_changed",
    "what staff note stays with staff": (
        "portal/shopper/test_return.py what_an_agent_noted_on_an_approval_stays_with_the_shop"
    ),
    "a bad token": (
        "portal/api/test_access.py without_a_key_that_is_known_nothing_is_told_or_done",
        "portal/shopper/test_find.py a_wrong_link_is_not_found",
    ),
    "a component of a kit beside others": "actions/test_requests.py a_free_line_is_worth_nothing_and_may_come_back",
}


@pytest.mark.parametrize("case", CASES)
def test_every_case_has_the_tests_that_are_named(case: str) -> None:
    named = CASES[case]
    for test in (named,) if isinstance(named, str) else named:
        file, name = test.split()
        text = (settings.BASE_DIR / "tests" / file).read_text(encoding="utf-8")
        assert re.findall(rf"^def test_({name})\(", text, re.MULTILINE) == [name]
