"""Webhooks on their way: some are lost, some come twice, late, in another order; some are nobody's."""

import json
from datetime import datetime, timedelta
from typing import Any

import time_machine
from django.test import RequestFactory

from portal.hooks import views
from returns.gateways.standin.webhooks import signature
from tests.simulator.world import World

SECRET = "whsec_simulator"
DELAYS = tuple(timedelta(**delay) for delay in ({"seconds": 2}, {"minutes": 3}, {"hours": 2}, {"days": 2}))
AGAIN = timedelta(minutes=10)  # after an answer that is no 200
# Type, secret, live mode, seconds that its stamp is off; and what it is answered.
STRANGE = (
    ("invoice.paid", SECRET, False, 0, 200),
    ("refund.updated", "whsec_other", False, 0, 400),
    ("refund.updated", SECRET, True, 0, 400),
    ("refund.updated", SECRET, False, 3600, 400),
    ("refund.updated", SECRET, False, -3600, 400),
)

_requests = RequestFactory()


class Post:
    def __init__(self, world: World) -> None:
        self._world = world
        self._bag: list[tuple[datetime, dict[str, Any]]] = []
        self.lost = False  # whether anything was, since somebody last asked

    @property
    def due(self) -> list[tuple[datetime, dict[str, Any]]]:
        return [letter for letter in self._bag if letter[0] <= self._world.now]

    def collect(self) -> None:
        """Take what the provider tells, and lose, double or delay it."""
        world = self._world
        for event in world.provider.events():
            world.count("events")
            if world.chance(world.mood.lost_events):
                world.count("events lost")
                self.lost = True
                continue
            for _copy in range(world.draw.choice((1, 1, 1, 2, 5))):
                late = world.draw.choice(DELAYS) if world.chance(world.mood.late_events) else timedelta()
                self._bag.append((world.now + late, event))

    def deliver_one(self) -> None:
        """Any of those that are due: there is no order."""
        letter = self._world.draw.choice(self.due)
        self._bag.remove(letter)
        if self._deliver(letter[1]) != 200:
            self._bag.append((self._world.now + AGAIN, letter[1]))

    def deliver_all(self) -> None:
        while self.due:
            self.deliver_one()

    def forge(self) -> None:
        """What is not provably the provider's is refused; a kind that nobody knows is kept and does nothing."""
        world = self._world
        kind, secret, live, late, good = world.draw.choice(STRANGE)
        event = {"id": f"evt_strange_{world.draw.randrange(10**9)}", "object": "event", "type": kind, "livemode": live}
        body = json.dumps(event | {"data": {"object": {"id": "re_none", "object": "refund", "status": "failed"}}})
        status = self._post(body, signature(body, secret, int(world.now.timestamp()) + late))
        if status not in {good, None}:
            world.wrong(f"a strange webhook was answered {status}, not {good}: {event}")

    def _deliver(self, event: dict[str, Any]) -> int | None:
        body = json.dumps(event)
        self._world.count("webhooks")
        return self._post(body, signature(body, SECRET, int(self._world.now.timestamp())))

    def _post(self, body: str, signed: str) -> int | None:
        """The status of the answer; None when the door died."""
        world = self._world
        request = _requests.post(
            "/hooks/stripe/", body, content_type="application/json", headers={"stripe-signature": signed}
        )
        event = json.loads(body)
        what = f"webhook: {event['type']} {event['data']['object'].get('status', '')} {event['id']}"
        with world.fused(), time_machine.travel(world.now, tick=False):
            answer = world.attempt(what, lambda: views.stripe(request))
        return answer.status_code if answer else None
