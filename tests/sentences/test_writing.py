"""Countries in the order in which a reader looks for them, and amounts."""

import pytest
from django.utils.translation import override

from returns.sentences.writing import countries, every_country, money, some_countries

HERE = ("SK", "CL", "DE", "CZ", "ZM", "CH", "SE", "SL")


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("cs", "Česko, Chile, Německo, Sierra Leone, Slovensko, Švédsko, Švýcarsko a Zambie"),
        ("en", "Chile, Czechia, Germany, Sierra Leone, Slovakia, Sweden, Switzerland, and Zambia"),
    ],
)
def test_countries_stand_in_the_order_of_the_readers_alphabet(language: str, told: str) -> None:
    with override(language):
        assert countries(HERE).replace("\xa0", " ") == told


def test_of_many_the_first_of_the_alphabet_are_named() -> None:
    with override("cs"):
        assert some_countries(HERE).startswith("Česko, Chile, Německo, Sierra Leone, Slovensko a")


def test_a_list_to_choose_from_has_its_marked_letters_in_their_places() -> None:
    with override("cs"):
        names = [name for _code, name in every_country()]
    assert names.index("Česko") == names.index("Čad") + 2  # the Czechs' republic is after Černá Hora
    assert names.index("Cookovy ostrovy") < names.index("Česko") < names.index("Dánsko") < names.index("Chile")
    assert names.index("Irák") == names.index("Írán") - 1


def test_an_amount_of_a_currency_that_we_do_not_know_is_told_as_it_is() -> None:
    assert money(1_234, "XYZ") == "1234 XYZ"
