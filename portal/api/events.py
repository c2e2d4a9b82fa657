"""What happened, in order, for those who ask rather than being told."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any

from django.utils import timezone
from ninja import Query, Router
from pydantic import BaseModel, Field

from portal.api import answers
from portal.api.keys import Key, KeyedRequest
from portal.api.paging import refuse_unknown
from returns import representations as represent
from returns.models import Event, Scope

router = Router(tags=["events"])

# As long as a change may take to be written: after that, a number that is missing will stay missing.
UNSETTLED = timedelta(seconds=15)


class Since(BaseModel):
    after: Annotated[int, Field(ge=0, lt=2**63, description="The id of the last event that you know.")] = 0
    limit: Annotated[int, Field(ge=1, le=100)] = 50


@router.get(
    "/events", auth=Key(Scope.EVENTS_READ), response={200: answers.Events, answers.READING - {404}: answers.Error}
)
def list_events(request: KeyedRequest, since: Query[Since]) -> dict[str, Any]:
    """The events after this one, oldest first, none left out. Needs `events:read`."""
    refuse_unknown(request, since)
    found = Event.objects.after(since.after).select_related("order", "rma", "refund")[: since.limit]
    events = list(_settled(found, since.after, at=timezone.now()))
    return {
        "data": [represent.event(event) for event in events],
        "after": str(events[-1].pk if events else since.after),
    }


def _settled(events: Iterable[Event], last: int, *, at: datetime) -> Iterator[Event]:
    """Events up to a gap that may still be filled: numbers are drawn before the change is committed."""
    for event in events:
        if event.pk > last + 1 and event.at > at - UNSETTLED:
            return
        yield event
        last = event.pk
