"""How often a shopper has sent something back in the year before: the fact behind `many_returns`, for a past."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cached_property

from returns.policy.facts import COUNTED_WITHIN

type Asked = Iterable[tuple[str, datetime]]


class Earlier:
    """When each shopper asked, by e-mail address; read when first asked for, since few policies want to know."""

    def __init__(self, read: Callable[[], Asked]) -> None:
        self._read = read

    def before(self, email: str, at: datetime) -> int:
        """The returns of a shopper in the year before a moment, as a request counts them."""
        moments = self._moments.get(email.casefold(), ())
        return bisect_left(moments, at) - bisect_left(moments, at - COUNTED_WITHIN)

    @cached_property
    def _moments(self) -> dict[str, Sequence[datetime]]:
        found: defaultdict[str, list[datetime]] = defaultdict(list)
        for email, at in self._read():
            found[email.casefold()].append(at)
        return {email: sorted(moments) for email, moments in found.items()}


NOBODY = Earlier(lambda: ())
