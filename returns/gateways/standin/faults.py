"""Faults on demand: of the next calls, and of the next events (money.md, "Faults to survive")."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .refusals import Invalid
from .shapes import Obj

# Answered before anything is done and before the idempotency layer: status, code, message.
REFUSING = {
    "conflict": (409, "idempotency_key_in_use", "There is currently another in-progress request using this key."),
    "rate_limit": (429, "rate_limit", "Request rate limit exceeded."),
    "lock_timeout": (429, "lock_timeout", "This object cannot be accessed right now. Please retry."),
    "unauthorized": (401, None, "Invalid API Key provided."),
    "forbidden": (403, None, "The provided key does not have access to this account."),
    "unavailable": (503, None, "Stripe is temporarily unavailable."),
}
# lost_answer: done, and the connection closes without an answer; cut_answer: half of it
# arrives. late_commit: the connection closes, and it is done `seconds` of the clock later.
# error_moved, error_unmoved: a saved 500, with the money moved or not.
# stall: done, and answered `seconds` of real time later.
WORKING = ("lost_answer", "cut_answer", "late_commit", "error_moved", "error_unmoved", "stall")
EVENT_FAULTS = ("events_lost", "events_doubled", "events_reordered")
_EVERYTHING = 1_000_000_000


@dataclass(slots=True)
class CallFault:
    """What goes wrong with the next `times` calls of `method` under `path`, after `skip` good ones."""

    kind: str
    times: int = 1
    skip: int = 0
    method: str = "POST"
    path: str = "/v1/refunds"
    seconds: int = 60
    should_retry: str | None = None

    def refusal(self) -> Invalid | None:
        if self.kind not in REFUSING:
            return None
        status, code, message = REFUSING[self.kind]
        return Invalid(
            message, status=status, code=code, kind="api_error" if status >= 500 else "invalid_request_error"
        )


@dataclass(slots=True)
class Faults:
    """The faults that are set, each used up in the order in which it was set."""

    _calls: list[CallFault] = field(default_factory=list)
    _events: dict[str, int] = field(default_factory=dict)
    _held: list[Obj] = field(default_factory=list)

    def set(self, kind: str, times: int | None = None, **details: object) -> None:
        """`times` 0 means every one until the faults are cleared. Raises ValueError for an unknown fault."""
        count = _EVERYTHING if times == 0 else times or 1
        if kind in EVENT_FAULTS:
            self._events[kind] = count
        elif kind in REFUSING or kind in WORKING:
            self._calls.append(CallFault(kind, count, **details))  # type: ignore[arg-type]
        else:
            raise ValueError(f"Unknown fault: {kind}.")

    def clear(self) -> list[Obj]:
        """Forget all faults; the events still held back, to be sent now."""
        self._calls.clear()
        self._events.clear()
        held, self._held = self._held, []
        return held

    def next_for(self, method: str, path: str) -> CallFault | None:
        """The fault of this call, used up by asking."""
        for fault in self._calls:
            if fault.method == method and path.startswith(fault.path):
                return self._use(fault)
        return None

    def sent_as(self, events: Iterable[Obj]) -> list[Obj]:
        """The events that go out now for these: none when lost, two when doubled.

        A reordered event waits, and goes out after the one that follows it.
        """
        return [sent for event in events for sent in self._sent_as(event)]

    def _use(self, fault: CallFault) -> CallFault | None:
        if fault.skip:
            fault.skip -= 1
            return None
        fault.times -= 1
        if fault.times == 0:
            self._calls = [other for other in self._calls if other is not fault]
        return fault

    def _sent_as(self, event: Obj) -> list[Obj]:
        if self._use_event("events_lost"):
            return []
        if self._use_event("events_doubled"):
            return [event, event]
        if not self._held and self._use_event("events_reordered"):
            self._held.append(event)
            return []
        held, self._held = self._held, []
        return [event, *held]

    def _use_event(self, kind: str) -> bool:
        left = self._events.get(kind, 0)
        self._events[kind] = max(0, left - 1)
        return left > 0
