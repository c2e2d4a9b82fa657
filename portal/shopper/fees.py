"""What is taken off the goods' money, as its own lines."""

from django.utils.translation import gettext as _


def lines(goods: int, restocking: int, way_back: int) -> list[tuple[str, int]]:
    """(label, minor units), together never above the goods; nothing of what costs nothing."""
    told = [
        (_("Less the restocking fee"), restocking),
        (_("Less the price of the way back"), min(way_back, goods - restocking)),
    ]
    return [(label, amount) for label, amount in told if amount]
