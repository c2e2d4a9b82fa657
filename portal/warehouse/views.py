"""The bench: one field, one parcel, one answer. Shows no price and no address (security.md)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from portal.access import member, staff
from portal.uploads import kept, takes_files
from portal.warehouse import answers
from portal.warehouse.forms import Counting
from returns import sentences
from returns.actions import valuing
from returns.actions.once import Answer, once
from returns.actions.receiving import receive
from returns.actions.refusals import Refused
from returns.models import RMA, Receipt, ReceiptLine, RMAState, Role

CHOICE = 50  # returns of one order that are offered to choose from


@staff(Role.WAREHOUSE)
@require_safe
def scan(request: HttpRequest) -> HttpResponse:
    """The field. A code in `?code=` leads to its parcel, to a choice, or to a clear no."""
    code = request.GET.get("code", "").strip()[:100]
    if not code:
        return render(request, "warehouse/scan.html")
    found = list(RMA.objects.scanned(code).select_related("order").order_by("-created_at", "-pk")[:CHOICE])
    if not found:
        return render(request, "warehouse/scan.html", {"answer": answers.unknown(code)}, status=404)
    if len(found) == 1:
        return redirect("warehouse:parcel", found[0].number)
    return render(request, "warehouse/choice.html", {"code": code, "rmas": found})


@staff(Role.WAREHOUSE)
@require_safe
def parcel(request: HttpRequest, number: str) -> HttpResponse:
    """The parcel to count; `?parcel=2` says that it is another one than the one counted before."""
    rma = _asked_for(number)
    return _page(request, rma, wanted=request.GET.get("parcel", "1"))


@staff(Role.WAREHOUSE)
@require_POST
def receipts(request: HttpRequest, number: str) -> HttpResponse:
    """One count makes one receipt, however often it is sent."""
    rma = _asked_for(number)
    counting = Counting(rma, request.POST)
    if not counting.is_valid():
        return _count_page(request, rma, counting, counting.errors(), status=422)
    try:
        answer = _count_once(request, rma, counting)
    except Refused as refused:
        if refused.code == "nothing_counted":
            errors = [("", sentences.of_refusal(refused))]
            return _count_page(request, rma, counting, errors, status=422)
        return _page(request, _asked_for(number), wanted="", status=409)
    return redirect("warehouse:receipt", number, answer["receipt"])


@staff(Role.WAREHOUSE)
@require_safe
def receipt(request: HttpRequest, number: str, count: int) -> HttpResponse:
    """What was counted, and the field for the next parcel."""
    with_lines = Receipt.objects.select_related("rma").prefetch_related("lines__line", "lines__photos")
    counted = get_object_or_404(with_lines, rma__number=number, number=count)
    harmed = [line for line in counted.lines.all() if line.damaged]
    told = {"answer": answers.of_receipt(counted), "receipt": counted, "harmed": harmed}
    return render(request, "warehouse/scan.html", told)


@takes_files
@staff(Role.WAREHOUSE)
@require_POST
def photographs(request: HttpRequest, number: str, count: int, pk: int) -> HttpResponse:
    """Photos of what arrived damaged: the proof that a loss of value needs."""
    of_it = ReceiptLine.objects.select_related("receipt__rma", "line")
    counted = get_object_or_404(of_it, pk=pk, receipt__rma__number=number, receipt__number=count)
    pictures, fault = kept(request.FILES.getlist("photos"))
    try:
        if pictures:
            valuing.show(counted, pictures, by=member(request).actor, at=timezone.now())
    except Refused as refused:
        fault = refused
    if fault:
        messages.error(request, sentences.of_refusal(fault))
    return redirect("warehouse:receipt", number, count)


def _asked_for(number: str) -> RMA:
    return get_object_or_404(RMA.objects.select_related("order"), number=number)


def _count_once(request: HttpRequest, rma: RMA, counting: Counting) -> dict[str, Any]:
    now = timezone.now()
    asked = counting.parcel.cleaned_data

    def work() -> Answer:
        made = receive(rma, counting.counts(), by=member(request).actor, at=now, note=asked["note"])
        if made.number != asked["parcel"]:  # another bench was quicker with the same parcel
            raise Refused("changed_meanwhile")
        return 302, {"receipt": made.number}

    _status, answer = once("page", asked["token"], counting.said(), work, at=now)
    return answer


def _page(request: HttpRequest, rma: RMA, *, wanted: str, status: int = 200) -> HttpResponse:
    """The parcel as it stands: not to be counted, counted before, or ready to count."""
    if rma.state not in RMAState.receivable():
        answer = answers.not_receivable(rma)
        return render(request, "warehouse/stop.html", {"rma": rma, "answer": answer}, status=status)
    before = list(rma.receipts.prefetch_related("lines"))
    upcoming = str(len(before) + 1)
    if before and wanted != upcoming:
        told = {"rma": rma, "answer": answers.counted_before(rma, before), "upcoming": upcoming}
        return render(request, "warehouse/stop.html", told, status=status)
    return _count_page(request, rma, Counting(rma), [], status=status)


def _count_page(
    request: HttpRequest, rma: RMA, counting: Counting, errors: list[tuple[str, str]], *, status: int
) -> HttpResponse:
    told = {"rma": rma, "counting": counting, "errors": errors}
    return render(request, "warehouse/parcel.html", told, status=status)
