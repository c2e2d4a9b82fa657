"""What is asked twice is done once."""

import pytest
from django.db import IntegrityError

from returns.actions.once import once
from returns.actions.refusals import Refused
from returns.models import Answered, Order
from tests.people import NOW, bought

pytestmark = pytest.mark.django_db


class Work:
    """Counts how often it is done."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self):
        self.times += 1
        return 201, {"times": self.times}


def test_the_same_again_gets_the_same_answer_and_does_nothing():
    work = Work()
    answers = [once("key:1", "a", {"x": 1, "y": 2}, work, at=NOW), once("key:1", "a", {"y": 2, "x": 1}, work, at=NOW)]
    assert answers == [(201, {"times": 1})] * 2
    assert work.times == 1


def test_another_scope_or_another_key_is_another_request():
    work = Work()
    for scope, key in (("key:1", "a"), ("key:2", "a"), ("key:1", "b")):
        once(scope, key, {}, work, at=NOW)
    assert work.times == 3


def test_the_same_key_for_another_body_is_refused():
    once("key:1", "a", {"x": 1}, Work(), at=NOW)
    with pytest.raises(Refused) as refused:
        once("key:1", "a", {"x": 2}, Work(), at=NOW)
    assert (refused.value.code, refused.value.field) == ("key_reused", "Idempotency-Key")


def test_work_that_fails_leaves_nothing_and_the_key_may_be_used_again():
    def fails():
        bought()
        raise Refused("nothing_asked")

    with pytest.raises(Refused):
        once("key:1", "a", {}, fails, at=NOW)
    assert not Order.objects.exists()
    assert once("key:1", "a", {}, Work(), at=NOW) == (201, {"times": 1})


def test_work_that_breaks_a_constraint_is_not_taken_for_an_answer():
    def breaks():
        Answered.objects.create(scope="page", key="a", fingerprint="", created_at=NOW)
        Answered.objects.create(scope="page", key="a", fingerprint="", created_at=NOW)

    with pytest.raises(IntegrityError):
        once("key:1", "a", {}, breaks, at=NOW)
    assert not Answered.objects.exists()
