"""Card numbers that people write where none belongs are not kept (security.md, "PCI")."""

import re

_LIKE_A_CARD = re.compile(r"(?<!\d)[2-6](?:[ -]?\d){12,18}(?!\d)")


def masked(text: str) -> str:
    """The text with all but the last four digits of every card number hidden; a sum by Luhn tells one."""
    return _LIKE_A_CARD.sub(lambda found: _hidden(found[0]), text)


def _hidden(found: str) -> str:
    digits = [int(character) for character in found if character.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    is_card = (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
    return f"•••• {found[-4:]}" if is_card else found
