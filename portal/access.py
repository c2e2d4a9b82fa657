"""Who may open a page. Every view declares its audience by one of these decorators; tests ask for it.

A shopper's session stands at one of two levels for a return (security.md):

    looked up       the order's number and e-mail or postcode were known: goods, prices, states. It may write a
                    message, and sees that there are messages and of which day.
    by a letter     a letter's link opened the return, so its reader reads the mail of the address on file: the
                    messages' words as well, and our photos of what arrived.

Photos that shoppers send are shown to the session that sent them in this visit, and to staff.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urljoin

from django import forms
from django.conf import settings
from django.contrib.auth import views
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import redirect_to_login
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _

from returns.models import RMA, Order, Photo, Role, User
from returns.models.rmas import read_number

logger = logging.getLogger("returns.access")

View = Callable[..., HttpResponseBase]
DOORS = {Role.WAREHOUSE: "warehouse:scan", Role.AGENT: "agent:queue"}


def everybody(view: View) -> View:
    """Open to all who come; what they may see depends on what they know, which the view asks itself."""
    view.audience = frozenset({"everybody"})  # type: ignore[attr-defined]
    return view


def staff(*roles: Role) -> Callable[[View], View]:
    """Open to these roles and to managers; to all staff when no role is named.

    A stranger logs in first and comes back; the wrong role is told so (403). Nothing is kept by a cache.
    """
    allowed = frozenset({*(roles or Role), Role.MANAGER})

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(_page_of(request))
            if request.user.role not in allowed:
                return _forbidden(request)
            response = view(request, *args, **kwargs)
            add_never_cache_headers(response)
            return response

        guarded.audience = allowed  # type: ignore[attr-defined]
        return guarded

    return decorate


# --- shoppers: no users; the session lists what they have looked up or opened by a letter's link ---


def open_order(request: HttpRequest, order: Order) -> None:
    """From now on this session sees the order's goods and its returns; the new id ends a planted session."""
    request.session.cycle_key()
    request.session["orders"] = {**request.session.get("orders", {}), order.number: order.pk}


def open_return(request: HttpRequest, rma: RMA) -> None:
    """From now on this session sees this one return, and nothing else of its order."""
    request.session.cycle_key()
    request.session["returns"] = {**request.session.get("returns", {}), rma.number: rma.pk}


def shopper_of_order(view: View) -> View:
    """Hands the view the order of this number when the session has looked it up; else there is none (404)."""

    @wraps(view)
    def guarded(request: HttpRequest, number: str) -> HttpResponseBase:
        order = Order.objects.filter(pk=request.session.get("orders", {}).get(number)).first()
        if order is None:
            raise Http404
        return kept_private(view(request, order))

    guarded.audience = frozenset({"shopper"})  # type: ignore[attr-defined]
    return guarded


def shopper_of_return(view: View) -> View:
    """Hands the view the return of this number, with its contents, when the session may see it; else 404."""

    @wraps(view)
    def guarded(request: HttpRequest, number: str, **kwargs: Any) -> HttpResponseBase:
        orders, returns = request.session.get("orders", {}), request.session.get("returns", {})
        own = Q(order__in=[*orders.values()]) | Q(pk__in=[*returns.values()])
        rma = RMA.objects.with_contents().filter(own, number=read_number(number)).first()
        if rma is None:
            raise Http404
        return kept_private(view(request, rma, **kwargs))

    guarded.audience = frozenset({"shopper"})  # type: ignore[attr-defined]
    return guarded


def may_read_messages(request: HttpRequest, rma: RMA) -> bool:
    """Whether this session came by a letter's link to this return."""
    return rma.number in request.session.get("returns", {})


def open_photo(request: HttpRequest, name: str) -> None:
    """From now on this session sees this photo, which it has sent."""
    request.session["photos"] = [*request.session.get("photos", []), name]


def own_photos(request: HttpRequest) -> list[str]:
    """The names of the photos that this session has sent in this visit, used or not."""
    return request.session.get("photos", [])


def viewer_of_photo(view: View) -> View:
    """Hands the view the name of a photo that this session sent or may see as proof, or of any for staff; else 404."""

    @wraps(view)
    def guarded(request: HttpRequest, name: str) -> HttpResponseBase:
        may = Photo.objects.all() if request.user.is_authenticated else _proofs(request)
        if name not in own_photos(request) and not may.filter(name=name).exists():
            raise Http404
        return kept_private(view(request, name))

    guarded.audience = frozenset({"shopper", *Role})  # type: ignore[attr-defined]
    return guarded


def _proofs(request: HttpRequest) -> "QuerySet[Photo]":
    """Our photos of what arrived, for who came by a letter's link: what a loss of value is founded on (law.md M-8)."""
    return Photo.objects.exclude(counted=None).filter(rma__in=[*request.session.get("returns", {}).values()])


def kept_private[R: HttpResponseBase](response: R) -> R:
    """No cache keeps it, no search engine lists it."""
    add_never_cache_headers(response)
    response["X-Robots-Tag"] = "noindex"
    return response


def member(request: HttpRequest) -> User:
    """The member of staff whom `staff` let in."""
    assert isinstance(request.user, User)
    return request.user


def _page_of(request: HttpRequest) -> str:
    """Where to go on after the login: a form's address cannot be opened, the page above it can."""
    return request.get_full_path() if request.method == "GET" else urljoin(request.path, "..")


def _forbidden(request: HttpRequest) -> HttpResponse:
    who = member(request)
    logger.warning("staff %s (%s) may not open %s", who.pk, who.role, request.path)
    return render(request, "staff/forbidden.html", status=403)


class LoginForm(AuthenticationForm):
    error_messages = {
        "invalid_login": _("The e-mail address and the password do not belong together. Please check both."),
        "inactive": _("This account is closed. Please ask a manager."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget = forms.EmailInput(
            attrs={"class": "input", "autocomplete": "username", "autofocus": True}
        )
        self.fields["password"].widget.attrs["class"] = "input"

    def clean_username(self) -> str:
        return self.cleaned_data["username"].lower()


class Login(views.LoginView):
    template_name = "staff/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """From now on the pages speak the language of this member of staff."""
        response = super().form_valid(form)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            form.get_user().language,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            samesite="Lax",
        )
        return response


login = everybody(Login.as_view())
logout = everybody(views.LogoutView.as_view())


@staff()
def home(request: HttpRequest) -> HttpResponse:
    """Each role has one door; a manager chooses."""
    if door := DOORS.get(Role(member(request).role)):
        return redirect(door)
    return render(request, "staff/home.html")
