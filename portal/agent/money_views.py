"""The desk of money: what waits, one refund as it is signed, and the decisions on it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from portal.access import member, staff
from portal.agent.money import Desk, Signed
from portal.agent.money_forms import (
    ApproveForm,
    ClosingForm,
    ConfirmForm,
    DeclineForm,
    DespiteForm,
    DiscardForm,
    HaltForm,
    MoneyForm,
    PrepareForm,
    RetryForm,
)
from portal.templatetags.portal import summary
from returns import sentences
from returns.actions import approvals, breaks, halts, other_ways
from returns.actions.once import MONEY, Answer, once
from returns.actions.refusals import Refused
from returns.models import Halt, Refund, Role

FORBIDDEN = frozenset({"not_a_manager", "not_an_agent", "own_proposal", "managers_only"})

# The form of each move that `Signed.moves` may name.
FORMS: dict[str, type[MoneyForm]] = {
    "approve": ApproveForm,
    "decline": DeclineForm,
    "retry": RetryForm,
    "prepare": PrepareForm,
    "confirm": ConfirmForm,
    "discard": DiscardForm,
    "despite": DespiteForm,
}


@staff(Role.AGENT)
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    return _desk(request)


@staff(Role.AGENT)
@require_safe
def refund(request: HttpRequest, public_id: str) -> HttpResponse:
    """What one signs: to whom, how much, of what, and what is left."""
    return _page(request, public_id)


@staff(Role.AGENT)
@require_POST
def approval(request: HttpRequest, public_id: str) -> HttpResponse:
    return _decide(request, public_id, ApproveForm, approvals.approve)


@staff(Role.AGENT)
@require_POST
def refusal(request: HttpRequest, public_id: str) -> HttpResponse:
    return _decide(request, public_id, DeclineForm, approvals.decline)


@staff(Role.MANAGER)
@require_POST
def retry(request: HttpRequest, public_id: str) -> HttpResponse:
    return _decide(request, public_id, RetryForm, other_ways.try_again)


@staff(Role.AGENT)
@require_POST
def other_way(request: HttpRequest, public_id: str) -> HttpResponse:
    """Paid past the provider, with evidence."""
    return _decide(request, public_id, PrepareForm, other_ways.prepare)


@staff(Role.MANAGER)
@require_POST
def confirmation(request: HttpRequest, public_id: str) -> HttpResponse:
    return _decide(request, public_id, ConfirmForm, other_ways.confirm)


@staff(Role.AGENT)
@require_POST
def withdrawal(request: HttpRequest, public_id: str) -> HttpResponse:
    """The note that it was paid another way is taken back."""
    return _decide(request, public_id, DiscardForm, other_ways.discard)


@staff(Role.MANAGER)
@require_POST
def despite(request: HttpRequest, public_id: str) -> HttpResponse:
    """Sent although its charge is disputed, once another manager agrees."""
    return _decide(request, public_id, DespiteForm, approvals.send_despite_dispute)


@staff(Role.AGENT)
@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    return _cleared(request, lambda: breaks.take(pk, by=member(request)))


@staff(Role.AGENT)
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    form = ClosingForm(request.POST, number=pk)
    if not form.is_valid():
        return _desk(request, errors=summary(form), closing={pk: form}, status=422)
    note = form.cleaned_data["note"]
    return _cleared(request, lambda: breaks.close(pk, note=note, by=member(request), at=timezone.now()))


@staff(Role.MANAGER)
@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    """The kill switch."""
    form = HaltForm(request.POST)
    if not form.is_valid():
        return _desk(request, errors=summary(form), halt_form=form, status=422)
    why = form.cleaned_data["why"]
    return _cleared(request, lambda: halts.stop_all(why=why, by=member(request), at=timezone.now()))


@staff(Role.MANAGER)
@require_POST
def go_on(request: HttpRequest, pk: int) -> HttpResponse:
    """The first of two managers asks for it, the second ends the halt."""
    halt = get_object_or_404(Halt, pk=pk)
    return _cleared(request, lambda: halts.resume(halt, by=member(request), at=timezone.now()))


def _cleared(request: HttpRequest, work: Callable[[], object]) -> HttpResponse:
    try:
        work()
    except Refused as refused:
        return _desk(request, refusal=sentences.of_refusal(refused), status=_status(refused))
    return redirect("agent:money")


def _desk(request: HttpRequest, *, status: int = 200, **told: Any) -> HttpResponse:
    found = Desk(timezone.now())
    forms = {row.row.pk: ClosingForm(number=row.row.pk) for row in found.breaks} | told.pop("closing", {})
    return render(
        request,
        "agent/money.html",
        {
            "desk": found,
            "breaks": [(row, forms[row.row.pk]) for row in found.breaks],
            "halt_form": HaltForm(auto_id="halt-%s"),
            "manages": member(request).role == Role.MANAGER,
            **told,
        },
        status=status,
    )


def _status(refused: Refused) -> int:
    return 403 if refused.code in FORBIDDEN else 409


def _decide(request: HttpRequest, public_id: str, kind: type[MoneyForm], verb: Callable[..., object]) -> HttpResponse:
    """One decision on what was seen, however often it is sent."""
    known = get_object_or_404(Refund, public_id=public_id)
    form = kind(request.POST)
    if not form.is_valid():
        return _page(request, public_id, form, status=422)
    try:
        _decide_once(request, known, form, verb)
    except Refused as refused:
        if refused.field in form.fields:
            form.add_error(refused.field, sentences.of_refusal(refused))
            return _page(request, public_id, form, status=422)
        return _page(request, public_id, refusal=sentences.of_refusal(refused), status=_status(refused))
    return redirect("agent:refund", public_id)


def _decide_once(request: HttpRequest, known: Refund, form: MoneyForm, verb: Callable[..., object]) -> None:
    now = timezone.now()

    def work() -> Answer:
        verb(known, by=member(request).actor, at=now, **form.wish())
        return 302, {}

    said = {"path": request.path, **form.cleaned_data}
    once(f"{MONEY}page", form.cleaned_data["token"], said, work, at=now)


def _page(
    request: HttpRequest, public_id: str, sent: MoneyForm | None = None, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    """The refund. A form that was sent keeps its words; after a refusal it is a new one, for what is shown now."""
    signed = Signed.of(public_id, member(request), timezone.now())
    if signed is None:
        raise Http404
    legal: dict[str, forms.Form] = {
        move: sent if isinstance(sent, FORMS[move]) else FORMS[move](seen=signed.version) for move in signed.moves
    }
    told = {"signed": signed, "forms": legal, "refusal": refusal, "errors": summary(sent) if sent else []}
    return render(request, "agent/refund.html", told, status=status)
