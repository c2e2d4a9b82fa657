"""The desk: the queue of exceptions, one case, and the decisions on it."""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from portal.access import member, staff
from portal.agent import outcome
from portal.agent import queue as queues
from portal.agent.case import Case
from portal.agent.forms import (
    ApprovalForm,
    CancellationForm,
    DecisionForm,
    ForgivenessForm,
    MessageForm,
    RejectionForm,
    ReopeningForm,
    RestForm,
    ValuationForm,
)
from portal.agent.money import waiting_count
from portal.templatetags.portal import summary
from portal.uploads import kept, takes_files
from returns import sentences
from returns.actions import conversation, decisions, missing, valuing
from returns.actions.once import Answer, once
from returns.actions.photos import Stored
from returns.actions.refusals import Refused
from returns.models import RMA, Role, Valuation

access_log = logging.getLogger("returns.access")

# The forms of a case page, each under the move that makes it legal.
FORMS: dict[str, tuple[type[DecisionForm], ...]] = {
    "decide": (ApprovalForm, RejectionForm),
    "reopen": (ReopeningForm,),
    "cancel": (CancellationForm,),
    "write": (MessageForm,),
    "give_up_rest": (RestForm,),
}
STAND_IN = (Stored("0" * 32, 1, 1, 1),)  # while only the money is asked for: a photo may still be added


@staff(Role.AGENT)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """A saved view, `?show=`, fifty rows from `?after=` on, which is the number of the last row seen."""
    show = request.GET.get("show", "waiting")
    if show not in queues.VIEWS:
        raise Http404
    after = request.GET.get("after")
    last = get_object_or_404(RMA, number=after) if after else None
    page = queues.page(show, timezone.now(), after=last)
    told = {"page": page, "show": show, "views": queues.VIEWS, "money_waits": waiting_count()}
    return render(request, "agent/queue.html", told)


@staff(Role.AGENT)
@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """By POST, because an e-mail address must not stand in an address (security.md, ASVS 14.2.1)."""
    words = "".join(letter for letter in request.POST.get("words", "") if letter.isprintable()).strip()[:254]
    page = queues.found(words, timezone.now()) if words else queues.Page([])
    if len(page.rows) == 1:
        return redirect("agent:case", page.rows[0].rma.number)
    return render(request, "agent/queue.html", {"page": page, "words": words, "views": queues.VIEWS})


@staff(Role.AGENT)
@require_safe
def case(request: HttpRequest, number: str) -> HttpResponse:
    return _page(request, number)


@staff(Role.AGENT)
@require_POST
def approval(request: HttpRequest, number: str) -> HttpResponse:
    return _decide(request, number, ApprovalForm, _approve)


@staff(Role.AGENT)
@require_POST
def rejection(request: HttpRequest, number: str) -> HttpResponse:
    return _decide(request, number, RejectionForm, decisions.reject)


@takes_files
@staff(Role.AGENT)
@require_POST
def valuation(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """What damaged goods have lost in value, with the photos that prove it."""
    found = _valuation(number, pk)
    pictures, fault = kept(request.FILES.getlist("photos"))
    form = partial(ValuationForm, valuation=found, fault=fault)
    return _decide(request, number, form, partial(_value, pictures=STAND_IN if _asks(request) else pictures))


@staff(Role.AGENT)
@require_POST
def forgiveness(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """A loss of value is taken back."""
    return _decide(request, number, partial(ForgivenessForm, valuation=_valuation(number, pk)), _forgive)


def _valuation(number: str, pk: int) -> Valuation:
    told = Valuation.objects.select_related("counted__receipt__rma")
    return get_object_or_404(told, pk=pk, counted__receipt__rma__number=number)


@staff(Role.AGENT)
@require_POST
def reopening(request: HttpRequest, number: str) -> HttpResponse:
    return _decide(request, number, ReopeningForm, decisions.reopen)


@staff(Role.AGENT)
@require_POST
def cancellation(request: HttpRequest, number: str) -> HttpResponse:
    return _decide(request, number, CancellationForm, decisions.cancel)


@staff(Role.AGENT)
@require_POST
def rest(request: HttpRequest, number: str) -> HttpResponse:
    """What is still expected will not come."""
    return _decide(request, number, RestForm, missing.expect_no_more)


@staff(Role.AGENT)
@require_POST
def sent(request: HttpRequest, number: str) -> HttpResponse:
    """A message to the shopper."""
    return _decide(request, number, MessageForm, conversation.ask_back)


def _approve(rma: RMA, *, amount: int | None, reason: str, fees: Mapping[str, int], fee_note: str, **wish: Any) -> RMA:
    """In the one transaction of `once`: what is kept, the yes, and what is granted on top."""
    if fees:
        decisions.deduct(rma, fees=fees, note=fee_note, by=wish["by"], at=wish["at"])
    if amount is None:
        return decisions.approve(rma, **wish)
    return decisions.approve_with_goodwill(rma, amount=amount, reason=reason, **wish)


def _value(_rma: RMA, *, valuation: Valuation, **wish: Any) -> RMA:
    return valuing.value(valuation, **wish)


def _forgive(_rma: RMA, *, valuation: Valuation, **wish: Any) -> RMA:
    return valuing.forgive(valuation, **wish)


def _asks(request: HttpRequest) -> bool:
    """Whether the agent asks what a decision would do to the money, and decides nothing yet."""
    return "preview" in request.POST


def _decide(
    request: HttpRequest, number: str, kind: Callable[..., DecisionForm], verb: Callable[..., RMA]
) -> HttpResponse:
    """One decision on what was seen, however often it is sent."""
    rma = get_object_or_404(RMA.objects.with_contents(), number=number)
    form = kind(rma, request.POST)
    if not form.is_valid():
        return _page(request, number, form, status=422)
    try:
        if _asks(request):
            form.outcome = outcome.of(rma, _verb(request, form, verb))
            return _page(request, number, form)
        _decide_once(request, form, verb)
    except Refused as refused:
        if refused.field not in form.fields:
            return _page(request, number, form, refused, status=409)
        form.add_error(refused.field, sentences.of_refusal(refused))
        return _page(request, number, form, status=422)
    return redirect("agent:case", number)


def _decide_once(request: HttpRequest, form: DecisionForm, verb: Callable[..., RMA]) -> None:
    perform = _verb(request, form, verb)

    def work() -> Answer:
        decisions.refuse_if_changed(form.rma, since=form.cleaned_data["seen"])
        perform()
        return 302, {}

    said = {"path": request.path, **form.cleaned_data}
    once("page", form.cleaned_data["token"], said, work, at=timezone.now())


def _verb(request: HttpRequest, form: DecisionForm, verb: Callable[..., RMA]) -> Callable[[], RMA]:
    return partial(verb, form.rma, by=member(request).actor, at=timezone.now(), **form.wish())


def _page(
    request: HttpRequest,
    number: str,
    sent: DecisionForm | None = None,
    refused: Refused | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """The case. A form that was sent keeps its words; after a refusal it is a new one, for what is shown now."""
    found = Case.of(number, member(request), timezone.now())
    if found is None:
        raise Http404
    access_log.info("staff %s reads return %s", member(request).pk, number)
    forms = _forms(found, sent, again=refused is not None)
    told = {
        "case": found,
        "forms": forms,
        "valuations": _valuations(found, sent, again=refused is not None),
        "errors": [] if refused or sent is None else summary(sent),
        "refusal": sentences.of_refusal(refused) if refused else "",
        "unsent": sent.typed().get("note") or sent.typed().get("text", "")
        if refused and sent and type(sent).__name__ not in forms
        else "",
        "queue": queues.page("waiting", timezone.now()),
    }
    return render(request, "agent/case.html", told, status=status)


def _forms(found: Case, sent: DecisionForm | None, *, again: bool) -> dict[str, DecisionForm]:
    """The forms that are legal now, by the names of their classes; all waiting items are chosen to begin with."""
    waiting = [item.item.line.line_id for item in found.items if item.waits]
    forms: dict[str, DecisionForm] = {}
    for kind in (kind for move in found.moves for kind in FORMS.get(move, ())):
        preset: dict[str, Any] = {"lines": waiting}
        if isinstance(sent, kind):
            preset = sent.typed()
        new = kind(found.rma, **preset, seen=found.version)
        forms[kind.__name__] = sent if isinstance(sent, kind) and not again else new
    return forms


def _valuations(
    found: Case, sent: DecisionForm | None, *, again: bool
) -> list[tuple[Valuation, ValuationForm | ForgivenessForm | None]]:
    """What came back harmed, each with the form that is legal for it now."""
    return [(valuation, _form_of(valuation, found, sent, again=again)) for valuation in found.valuations]


def _form_of(
    valuation: Valuation, found: Case, sent: DecisionForm | None, *, again: bool
) -> ValuationForm | ForgivenessForm | None:
    kind = ForgivenessForm if valuation.forgivable else ValuationForm if valuation.valued_at is None else None
    if kind is None:
        return None
    if not isinstance(sent, kind) or sent.valuation.pk != valuation.pk:
        return kind(found.rma, valuation=valuation, seen=found.version)
    return kind(found.rma, valuation=valuation, seen=found.version, **sent.typed()) if again else sent
