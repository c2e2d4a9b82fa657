"""The shopper's way: find, choose, how, check, done. Each view asks one question or performs one verb."""

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import labels
from portal.access import (
    everybody,
    kept_private,
    may_read_messages,
    open_order,
    open_return,
    own_photos,
    shopper_of_order,
    shopper_of_return,
)
from portal.shopper import choosing, drafts
from portal.shopper.checking import Check
from portal.shopper.conversation import Conversation
from portal.shopper.drafts import Draft
from portal.shopper.forms import FindForm, MessageForm, TrackingForm
from portal.shopper.resolutions import WayForm
from portal.shopper.status import Status
from portal.shopper.uploads import keep, take_in
from portal.templatetags.portal import summary
from portal.uploads import takes_files
from returns import sentences
from returns.actions import conversation, decisions, requests, shipping
from returns.actions.delivery import delivery
from returns.actions.once import Answer, once
from returns.actions.photos import Stored
from returns.actions.refusals import Refused
from returns.models import RMA, SHOPPER, Order, ParcelStatus, StatusLink

page = require_http_methods(["GET", "HEAD", "POST"])


@everybody
@page
def find(request: HttpRequest) -> HttpResponse:
    form = FindForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        order = Order.objects.look_up(form.cleaned_data["number"], form.cleaned_data["proof"])
        if order is not None:
            open_order(request, order)
            return redirect("shopper:items", order.number)
        form.add_error(
            None, _("We find no order with this number and this e-mail address or postcode. Please check both.")
        )
    return kept_private(render(request, "shopper/find.html", {"form": form}))


@takes_files
@shopper_of_order
@page
def items(request: HttpRequest, order: Order) -> HttpResponse:
    draft = drafts.load(request, order)
    if request.method != "POST":
        return _items_page(request, order, choosing.cards(order, draft.picks, at=timezone.now()))
    picks, unkept = take_in(request, draft, choosing.read(request.POST, draft))
    drafts.save(request, order, draft)
    cards = choosing.cards(order, picks, at=timezone.now())
    if faults := choosing.find_faults(cards, picks, unkept):
        return _items_page(request, order, cards, faults, status=400)
    draft.choose(picks)
    drafts.save(request, order, draft)
    return redirect("shopper:way", order.number)


def _items_page(
    request: HttpRequest,
    order: Order,
    cards: list[choosing.Card],
    faults: list[tuple[str, str]] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "order": order,
        "cards": cards,
        "errors": faults,
        "note_limit": choosing.NOTE_LIMIT,
        "returns": RMA.objects.filter(order=order).prefetch_related("items").order_by("-created_at"),
    }
    return render(request, "shopper/items.html", context, status=status)


@shopper_of_order
@page
def way(request: HttpRequest, order: Order) -> HttpResponse:
    draft = drafts.load(request, order)
    if not draft.picks:
        return redirect("shopper:items", order.number)
    try:
        offers = requests.preview(order, draft.plain_wishes, at=timezone.now())
    except Refused as refused:
        return _choose_again(request, order, draft, refused)
    form = WayForm(request.POST if request.method == "POST" else None, draft, offers, order.currency)
    if request.method == "POST" and form.is_valid():
        draft.want(form.resolutions, form.cleaned_data["way"])
        drafts.save(request, order, draft)
        return redirect("shopper:check", order.number)
    status = 400 if form.errors else 200
    return render(request, "shopper/way.html", {"order": order, "form": form}, status=status)


@shopper_of_order
@page
def check(request: HttpRequest, order: Order) -> HttpResponse:
    if made := drafts.came_of(request, order):
        return redirect("shopper:return", made.made)
    draft = drafts.load(request, order)
    if not draft.way:
        return redirect("shopper:way", order.number)
    try:
        if request.method == "POST" and request.POST.get("token") == draft.token:
            return _ask(request, order, draft)
        return _check_page(request, order, draft)
    except Refused as refused:
        return _choose_again(request, order, draft, refused)


def _check_page(request: HttpRequest, order: Order, draft: Draft) -> HttpResponse:
    """Also for a choice that was changed in another window: what is sent was always shown."""
    now = timezone.now()
    check = Check(order, draft, requests.preview(order, draft.wishes, at=now), now, delivery(order))
    changed = request.method == "POST"
    context = {"order": order, "check": check, "changed": changed}
    return render(request, "shopper/check.html", context, status=409 if changed else 200)


def _ask(request: HttpRequest, order: Order, draft: Draft) -> HttpResponse:
    now, language = timezone.now(), get_language() or ""

    def work() -> Answer:
        rma = requests.request(order, draft.wishes, by=SHOPPER, at=now, locale=language, channel="page")
        return 201, {"number": rma.number}

    _status, answer = once("page", draft.token, draft.as_json(), work, at=now)
    draft.made = answer["number"]
    drafts.save(request, order, draft)
    return redirect("shopper:return", draft.made)


def _choose_again(request: HttpRequest, order: Order, draft: Draft, refused: Refused) -> HttpResponse:
    """Units were taken by another return since they were chosen."""
    cards = choosing.cards(order, draft.picks, at=timezone.now())
    faults = choosing.find_faults(cards, draft.picks) or [("", sentences.of_refusal(refused))]
    return _items_page(request, order, cards, faults, status=409)


@everybody
@require_safe
def link(request: HttpRequest, secret: str) -> HttpResponse:
    """A letter's link: opens its return and leaves the address bar at once."""
    rma = StatusLink.objects.opened(secret, at=timezone.now())
    if rma is None:
        raise Http404
    open_return(request, rma)
    return kept_private(redirect("shopper:return", rma.number))


@shopper_of_return
@require_safe
def status(request: HttpRequest, rma: RMA) -> HttpResponse:
    return _status_page(request, rma)


def _status_page(
    request: HttpRequest,
    rma: RMA,
    *,
    tracking: TrackingForm | None = None,
    message: MessageForm | None = None,
    status: int = 200,
) -> HttpResponse:
    draft, own = drafts.came_of(request, rma.order), own_photos(request)
    by_letter = may_read_messages(request, rma)
    of_receipts = ("receipts__lines__valuation", "receipts__lines__photos")[: 1 + by_letter]
    prefetch_related_objects([rma], "items__photos", "messages__photos", *of_receipts)
    context = {
        "rma": rma,
        "order": rma.order,
        "status": Status(rma, timezone.localdate(), delivery(rma.order), own, sees_proofs=by_letter),
        "conversation": Conversation.of(rma, own=own, readable=by_letter),
        "tracking": tracking or TrackingForm(),
        "message": message or MessageForm(),
        "errors": [*summary(tracking or TrackingForm()), *summary(message or MessageForm())],
        "printless": bool(draft and draft.made == rma.number and draft.way == "qr"),
        "may_start_again": rma.order.number in request.session.get("orders", {}),
    }
    return render(request, "shopper/return.html", context, status=status)


@shopper_of_return
@require_POST
def cancellation(request: HttpRequest, rma: RMA) -> HttpResponse:
    try:
        decisions.cancel(rma, by=SHOPPER, at=timezone.now())
    except Refused as refused:
        messages.error(request, sentences.of_refusal(refused))
    else:
        messages.success(request, _("The return was cancelled. Its items can be chosen again."))
    return redirect("shopper:return", rma.number)


@shopper_of_return
@require_POST
def parcels(request: HttpRequest, rma: RMA) -> HttpResponse:
    """The shopper tells the tracking number of a parcel that is on its way."""
    form = TrackingForm(request.POST)
    if not form.is_valid():
        return _status_page(request, rma, tracking=form, status=400)
    now = timezone.now()
    try:
        shipping.carrier_news(rma, **form.cleaned_data, status=ParcelStatus.IN_TRANSIT, told_at=now, by=SHOPPER, at=now)
    except Refused as refused:
        form.add_error("tracking_number", sentences.of_refusal(refused))
        return _status_page(request, rma, tracking=form, status=409)
    messages.success(request, _("Thank you. The tracking number is noted."))
    return redirect("shopper:return", rma.number)


@takes_files
@shopper_of_return
@require_POST
def sent(request: HttpRequest, rma: RMA) -> HttpResponse:
    """The shopper writes to the agents; a second click sends nothing more."""
    form = MessageForm(request.POST)
    pictures, fault = keep(request, request.FILES.getlist("photos"), had=())
    if fault:
        form.add_error("photos", sentences.of_refusal(fault))
    if not form.is_valid():
        return _status_page(request, rma, message=form, status=400)
    try:
        _write(rma, form, pictures)
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, sentences.of_refusal(refused))
        return _status_page(request, rma, message=form, status=409)
    messages.success(request, _("Your message has been sent. An agent answers within 24 hours."))
    return redirect("shopper:return", rma.number)


def _write(rma: RMA, form: MessageForm, pictures: list[Stored]) -> None:
    now, text = timezone.now(), form.cleaned_data["text"]

    def work() -> Answer:
        conversation.write(rma, text=text, pictures=pictures, by=SHOPPER, at=now)
        return 302, {}

    once("page", form.cleaned_data["token"], {"return": rma.number, "text": text}, work, at=now)


@shopper_of_return
@require_safe
def label(_request: HttpRequest, rma: RMA, format: str) -> HttpResponse:
    """The label as a PDF, or the QR code as a PNG; the file's name tells the return and the size."""
    if format not in labels.FORMATS:
        raise Http404
    try:
        content, kind = labels.drawn(rma, format)
    except Refused as refused:
        raise Http404 from refused
    name = f"{rma.number}-{format}.{kind.rpartition('/')[2]}"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'inline; filename="{name}"'})
