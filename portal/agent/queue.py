"""The queue: which returns stand in it, in which order, fifty at a time."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.timesince import timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from returns import sentences
from returns.models import RMA, Author, ItemState, Message
from returns.models.rmas import UNVALUED, RMAQuerySet

PAGE = 50


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved view: its rows in order, and those that follow one of them."""

    label: object
    rows: Callable[[], RMAQuerySet]
    following: Callable[[RMAQuerySet, RMA], RMAQuerySet]


VIEWS = {
    "waiting": Saved(
        gettext_lazy("Waiting"),
        lambda: RMA.objects.in_conversation().oldest_promise_first(),
        lambda rows, last: rows.promised_after(last),
    ),
    "all": Saved(
        gettext_lazy("All, newest first"),
        RMA.objects.newest_first,
        lambda rows, last: rows.asked_before(last),
    ),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One return in the queue, as an agent reads it."""

    rma: RMA
    why: Sequence[str]
    promise: str
    late: bool
    news: str  # who wrote last, where it is the other's turn


@dataclass(frozen=True, slots=True)
class Page:
    """At most fifty rows; `following` is the number after which the next page begins, or empty."""

    rows: Sequence[Row]
    following: str = ""


def page(view: str, at: datetime, *, after: RMA | None = None) -> Page:
    saved = VIEWS[view]
    rows = saved.rows() if after is None else saved.following(saved.rows(), after)
    found = list(told(rows)[: PAGE + 1])
    following = found[PAGE - 1].number if len(found) > PAGE else ""
    return Page(_rows(found[:PAGE], at), following)


def found(words: str, at: datetime) -> Page:
    """The newest fifty returns of a number or an e-mail address."""
    return Page(_rows(told(RMA.objects.searched(words).newest_first())[:PAGE], at))


def told(rmas: RMAQuerySet) -> RMAQuerySet:
    return (
        rmas.select_related("order")
        .prefetch_related("items__line")
        .annotate(last_author=Message.objects.all().last_author(), unvalued=UNVALUED)
    )


def _rows(rmas: Iterable[RMA], at: datetime) -> list[Row]:
    return [Row(rma, _why(rma), _promise(rma, at), _late(rma, at), _news(rma)) for rma in rmas]


def _why(rma: RMA) -> list[str]:
    """The reasons of the items that wait, each once, and what is to be valued."""
    waiting = [item for item in rma.items.all() if item.state == ItemState.REFERRED]
    reasons = [sentences.of_reason(reason) for item in waiting for reason in item.judged.reasons]
    harmed = [_("Damaged goods have arrived and are to be valued.")] if rma.unvalued else []  # type: ignore[attr-defined]
    return list(dict.fromkeys([*reasons, *harmed]))


def _late(rma: RMA, at: datetime) -> bool:
    return rma.owes_answer and rma.answer_by is not None and rma.answer_by < at


def _news(rma: RMA) -> str:
    if rma.waits_for_shopper:
        return _("waits for the shopper")
    wrote = rma.last_author == Author.SHOPPER  # type: ignore[attr-defined]  # annotated by told
    return _("the shopper has written") if wrote and rma.owes_answer else ""


def _promise(rma: RMA, at: datetime) -> str:
    """How much of the promised time to answer is left."""
    if not rma.owes_answer or rma.answer_by is None:
        return ""
    if rma.answer_by < at:
        return _("late by %(time)s") % {"time": timeuntil(at, rma.answer_by, depth=1)}
    return _("%(time)s left") % {"time": timeuntil(rma.answer_by, at, depth=1)}
