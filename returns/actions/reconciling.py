"""Our books against the provider's, beyond the single refund: missed events, disputes, all refunds, payouts.

money.md, R2 to R4. The first level, one refund of unknown outcome, is `sending.py`. Every level may be run at any time,
by anybody, as often as one likes: what it finds becomes our row through the same door as an answer or a webhook.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import batched

from django.db.models import Min, Q

from returns.actions import breaks, halts, payouts, provider
from returns.actions.applying import agrees, same_state
from returns.actions.disputes import look_at_listed, settle_by_chargebacks
from returns.actions.finding import made_here, ours, take_in, tell_of_unreadable
from returns.actions.other_ways import undo_set_offs
from returns.actions.refusals import Refused
from returns.gateways.gateway import Gateway, PutOff, Rejected, Remote, Unanswered, Unknown, Unreadable
from returns.models import Break, GatewayEvent, Halt, Order, Payment, Reconciled, Refund, RefundState
from returns.models.people import SYSTEM

OVERLAP = timedelta(minutes=15)  # events are told late, and clocks differ
MONTH = timedelta(days=35)  # a bank may return a refund for 30 days
DISPUTED = timedelta(days=180)  # a bank takes up to 120 to open one, and an order may be told late
NIGHT = timedelta(hours=20)
BEGINNING = datetime(2011, 1, 1, tzinfo=UTC)  # before there was a provider
_BATCH = 100
_COMPARED = ("remote_differs", "unknown_status", "state_differs", "phantom")
_UNSENT = [RefundState.DUE, RefundState.AWAITING_APPROVAL]
_TROUBLE = (Unanswered, PutOff, Rejected)


# --- every ten minutes: what was missed -----------------------------------------------------------


def catch_up(gateway: Gateway, *, at: datetime) -> bool:
    """Look whether our database is an old one, store the events that no webhook brought, look at disputes.

    Then see what follows from our own rows: what lost disputes pay for, which set-offs have lost their ground. False:
    nothing waits. Where the provider does not answer, our knowledge of it grows stale, and that stops the sending.
    """
    with suppress(*_TROUBLE):
        look_back(gateway, at=at)
        fetch_events(gateway, at=at)
        look_at_disputes(gateway, at=at)
    settle_by_chargebacks(at=at)
    undo_set_offs(at=at)
    return False


def look_back(gateway: Gateway, *, at: datetime) -> None:
    """Stop the sending when the provider has refunds of ours that we forgot, and go on when all are in our books.

    A restored database has forgotten what went out since; nobody needs to tell us that it was restored.
    """
    if _forgot(_readable(gateway.refunds_since(_since(at)), at=at)):
        halts.start(Halt.Cause.RESTORED, why="", by=SYSTEM, at=at)
    if Halt.objects.open().filter(cause=Halt.Cause.RESTORED).exists():
        compare_refunds(gateway, since=_horizon(at), at=at)
    _take_in_what_came_later(gateway, at=at)


def _take_in_what_came_later(gateway: Gateway, *, at: datetime) -> None:
    """A restored database may get an order again after the refund of it was found.

    What cannot be taken in now is tried again in ten minutes; all else must not wait for it.
    """
    for told in Break.objects.open().filter(kind="unknown_refund"):
        if Payment.objects.named(*told.values["paid_by"]).exists():
            with suppress(Refused, Rejected, Unknown):
                remote = gateway.fetch(told.subject)
                take_in(remote, at=at)
                breaks.gone(Q(pk=told.pk), at=at)


def fetch_events(gateway: Gateway, *, at: datetime) -> None:
    for some in batched(_readable(gateway.events_since(_since(at)), at=at), _BATCH):
        provider.store(some, at=at)
    _note(Reconciled.Level.EVENTS, at)


def look_at_disputes(gateway: Gateway, *, at: datetime) -> None:
    """Every dispute of the last months, once a night and where payments have come (`orders.load`) since the last look.

    A dispute of an order that the shop had not told us of yet was nobody's, and no event tells of it again.
    """
    last = _through(Reconciled.Level.DISPUTES)
    if last is None or last <= at - NIGHT:
        compare_disputes(gateway, since=at - DISPUTED, at=at)


def compare_disputes(gateway: Gateway, *, since: datetime, at: datetime) -> None:
    """Every dispute opened since: those of our payments become our rows. Raises what the gateway raises, at the end."""
    if _through(Reconciled.Level.DISPUTES) is None:
        _note(Reconciled.Level.DISPUTES, BEGINNING)
    unknown = list[Exception]()
    for remote in _readable(gateway.disputes_since(since), at=at):
        try:
            look_at_listed(gateway, remote, at=at)
        except (Rejected, Unknown) as answer:  # of this one: it hides none of the others
            unknown.append(answer)
    if unknown:
        raise unknown[0]
    # Only where nothing has come meanwhile: an import forgets how far we have come.
    Reconciled.objects.filter(level=Reconciled.Level.DISPUTES).update(through=at)


def _since(at: datetime) -> datetime:
    """The first time is a day's; a clock that was ahead has left nothing out."""
    return min(at, _through(Reconciled.Level.EVENTS) or at - timedelta(days=1)) - OVERLAP


def _forgot(remotes: Iterable[Remote]) -> bool:
    """Whether one of these was made here, and no row of ours has sent it; what a person was told of is known."""
    for some in batched(remotes, _BATCH):
        made = {remote.id: remote.refund_id for remote in some if made_here(remote)}
        declined = Q(state=RefundState.CANCELED, gateway_id=None)
        sent = Refund.objects.filter(~declined, public_id__in=made.values()).exclude(state__in=_UNSENT)
        told = Break.objects.filter(kind__in=("unknown_refund", "another_currency"), subject__in=made)
        remembered = set(sent.values_list("public_id", flat=True))
        booked = {*_booked(made), *told.values_list("subject", flat=True)}
        if any(name not in remembered and remote not in booked for remote, name in made.items()):
            return True
    return False


def _booked(remote_ids: Iterable[str]) -> Iterable[str | None]:
    return Refund.objects.filter(gateway_id__in=list(remote_ids)).values_list("gateway_id", flat=True)


# --- every night: all of it -----------------------------------------------------------------------


def compare_by_night(gateway: Gateway, *, at: datetime) -> bool:
    """`compare_refunds` once a night. False: nothing waits."""
    last = _through(Reconciled.Level.REFUNDS)
    if last is None:  # so that it is known since when it has not come to its end
        _note(Reconciled.Level.REFUNDS, at - NIGHT)
    if last is None or last <= at - NIGHT:
        with suppress(*_TROUBLE):
            compare_refunds(gateway, since=_horizon(at), at=at)
    return False


def _horizon(at: datetime) -> datetime:
    """Since when nothing may be overlooked: a month, or further back.

    To where the events had come, for a restored database has forgotten all since then; and to the oldest order that was
    told in this month, which may have been refunded before we knew of it.
    """
    told = Order.objects.filter(updated_at__gte=at - MONTH).aggregate(oldest=Min("placed_at"))["oldest"]
    return max(BEGINNING, min(at - MONTH, _since(at), told or at))


def compare_refunds(gateway: Gateway, *, since: datetime, at: datetime) -> None:
    """Every refund that the provider has made since, and every one of ours that is not closed: both ways.

    Adopts what is ours, books what is not, tells a person of what differs and closes what differs no longer. Raises
    what the gateway raises: then nothing is known to agree.
    """
    listed, differing, unknown = set(), set(), list[Exception]()
    for some in batched(_readable(gateway.refunds_since(since), at=at), _BATCH):
        listed |= {remote.id for remote in some}
        agreeing = _agreeing(some)
        differing |= {one.id for one in some if one.id not in agreeing and _differs(gateway, one, at=at)}
    for gateway_id in _unlisted(listed, at):
        try:
            if _differs_from_there(gateway, gateway_id, at=at):
                differing.add(gateway_id)
        except (Rejected, Unknown) as answer:  # of this one: it hides none of the others
            unknown.append(answer)
    if unknown:
        raise unknown[0]
    breaks.gone(Q(kind__in=_COMPARED, opened_at__lt=at) & ~Q(subject__in=differing), at=at)
    GatewayEvent.objects.dead().update(tries=0, next_try_at=at)  # once more, by night
    _note(Reconciled.Level.REFUNDS, at)
    halts.end(Halt.Cause.RESTORED, at=at)


def _agreeing(remotes: Iterable[Remote]) -> set[str]:
    """The ids of those that need no closer look: of what waits for money a person is told, however it came to that."""
    told = {remote.id: remote for remote in remotes}
    rows = Refund.objects.filter(gateway_id__in=told).select_related("payment")
    same = {remote.id for row in rows if agrees(row, remote := told[str(row.gateway_id)])}
    return {name for name in same if not told[name].waits_for_money}


def _differs(gateway: Gateway, remote: Remote, *, at: datetime) -> bool:
    """Take it in; whether it contradicts ours all the same, also when asked for anew."""
    try:
        take_in(remote, at=at)
        refund = ours(remote)
        if refund is None or same_state(refund, remote):
            return False
        remote = gateway.fetch(remote.id)  # it may have moved on since it was listed
        take_in(remote, at=at)
    except Refused as refused:
        return refused.code in _COMPARED
    refund = ours(remote)
    if refund is None or same_state(refund, remote):
        return False
    values = {"remote": remote.id, "state": refund.state, "status": remote.status}
    breaks.open_break("state_differs", remote.id, at=at, refund=refund, payment=refund.payment, **values)
    return True


def _unlisted(listed: set[str], at: datetime) -> list[str]:
    """What the list left out: of ours that are not closed, and of open breaks."""
    at_provider = [RefundState.PENDING, RefundState.REQUIRES_ACTION]
    not_closed = Q(state__in=at_provider) | Q(state=RefundState.SUCCEEDED, updated_at__gte=at - MONTH)
    own = Refund.objects.filter(not_closed, gateway_id__isnull=False).values_list("gateway_id", flat=True)
    told = Break.objects.open().filter(kind__in=_COMPARED).values_list("subject", flat=True)
    unread = Break.objects.open().filter(kind="unreadable").values_list("subject", flat=True)
    return sorted({str(one) for one in (*own, *told)} - listed - set(unread))


def _differs_from_there(gateway: Gateway, gateway_id: str, *, at: datetime) -> bool:
    try:
        remote = gateway.fetch(gateway_id)
    except Rejected as rejected:
        if rejected.code != "resource_missing":
            raise
        return _is_phantom(gateway, gateway_id, at=at)
    return _differs(gateway, remote, at=at)


def _is_phantom(gateway: Gateway, gateway_id: str, *, at: datetime) -> bool:
    """The provider does not have what we say it has.

    Raises Rejected where it does not have the payment either: that is another account's key, and no news of a refund.
    """
    refund = Refund.objects.select_related("payment").filter(gateway_id=gateway_id).first()
    if refund is None or refund.payment is None:
        return False
    gateway.refunds_of(refund.payment.reference)
    values = {"remote": gateway_id, "amount": refund.amount, "currency": refund.currency}
    breaks.open_break("phantom", gateway_id, at=at, refund=refund, payment=refund.payment, **values)
    return True


# --- per payout -----------------------------------------------------------------------------------


def compare_payouts(gateway: Gateway, *, since: datetime, at: datetime) -> None:
    """The worker compares each payout when its event comes; this compares all since then once more."""
    for payout_id in gateway.payouts_since(since):
        payouts.compare(gateway, payout_id, at=at)


# --- what nobody can read ---------------------------------------------------------------------------


def _readable[Row](rows: Iterable[Row | Unreadable], *, at: datetime) -> Iterator[Row]:
    """The others of these rows; of each that nobody can read a person is told."""
    for row in rows:
        if isinstance(row, Unreadable):
            tell_of_unreadable(row, at=at)
        else:
            yield row


# --- how far it has come --------------------------------------------------------------------------


def _through(level: str) -> datetime | None:
    return Reconciled.objects.filter(level=level).values_list("through", flat=True).first()


def _note(level: str, at: datetime) -> None:
    if not Reconciled.objects.filter(level=level).update(through=at):
        Reconciled.objects.bulk_create([Reconciled(level=level, through=at)], ignore_conflicts=True)
