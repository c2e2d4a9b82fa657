"""A verdict as a shopper reads it: may it come back, until when, why, and what can be done if not."""

from collections.abc import Iterator

from django.utils.translation import gettext, ngettext

from returns.policy.facts import Answer
from returns.policy.verdict import Verdict
from returns.sentences.codes import of_reason
from returns.sentences.writing import day, until


def of_verdict(verdict: Verdict) -> str:
    """The answer with its last day, whose promise it is, and for a no the way on."""
    told = {Answer.ACCEPT: _accepted, Answer.REFER: _referred, Answer.REFUSE: _refused}[verdict.answer]
    return " ".join(told(verdict))


def _accepted(verdict: Verdict) -> Iterator[str]:
    if verdict.until is not None:
        yield gettext("Can be returned until %(day)s.") % {"day": until(verdict.until)}
        yield _whose(verdict)
    elif verdict.open_ended and _waits(verdict):
        yield gettext("Can be returned. The time for it starts when everything has been delivered.")
    elif verdict.open_ended:
        yield gettext("Can be returned at any time.")
    else:
        yield gettext("Can be returned.")
    if verdict.estimated and verdict.until is not None:
        yield gettext("We have assumed the day of delivery; if it was later, you have longer.")


def _whose(verdict: Verdict) -> str:
    """Of two equal ends the law's is told: nobody can take it away."""
    if verdict.statutory_until != verdict.until:
        return gettext("Our return conditions give you this time.")
    if verdict.by_right:
        return gettext("This is your right by law; you need not say why.")
    return gettext("This is your right by law.")


def _waits(verdict: Verdict) -> bool:
    """Whether it is the law's clock that has not started, rather than the shop's that never ends."""
    carried = any(reason.code == "statutory_right" for reason in verdict.reasons)
    return verdict.by_right and verdict.statutory_until is None and (verdict.policy_until is not None or carried)


def _referred(verdict: Verdict) -> Iterator[str]:
    yield from (of_reason(reason) for reason in verdict.reasons)
    yield gettext("You can ask for the return.")


def _refused(verdict: Verdict) -> Iterator[str]:
    """The last day is the later of both ends; what else speaks against it follows."""
    for reason in verdict.reasons:
        if reason.code == "window_passed" and verdict.until is not None:
            yield gettext("The time for returning this item ended on %(day)s.") % {"day": day(verdict.until)}
        else:
            yield of_reason(reason)
        if units := int(reason.values.get("units_open") or 0):
            yield ngettext(
                "%(units)d unit of it can still be returned.", "%(units)d units of it can still be returned.", units
            ) % {"units": units}
    yield gettext("You can ask for an exception; an agent decides.")
