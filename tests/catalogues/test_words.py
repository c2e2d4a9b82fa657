"""The catalogues themselves: forms of numbers, typography and tone; and no sentence that they cannot hold."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import ngettext, override

from returns.policy.law import LAW
from tests.catalogues.english import LANGUAGES, pairs

ROOT = Path(settings.BASE_DIR)
NARROW = re.compile(r"(?<![\w)<])[ksvzouai] ", re.IGNORECASE)


def czech() -> list[str]:
    return [translation for _sentence, translation in pairs("cs")]


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("%(units)d unit fine", "%(units)d units fine", ["1 kus", "2 kusy", "5 kusů"]),
        ("%(units)d unit damaged", "%(units)d units damaged", ["1 poškozený", "2 poškozené", "5 poškozených"]),
        (
            "%(units)d unit is still expected in another parcel.",
            "%(units)d units are still expected in another parcel.",
            ["očekává 1 kus.", "očekávají 2 kusy.", "očekává 5 kusů."],
        ),
        (
            "%(units)s piece arrived in order: it is paid back.",
            "%(units)s pieces arrived in order: they are paid back.",
            ["1 kus dorazil", "2 kusy dorazily", "5 kusů dorazilo"],
        ),
        (
            "%(units)s piece was not announced: it is not paid back by itself. Please answer this e-mail.",
            "%(units)s pieces were not announced: they are not paid back by themselves. Please answer this e-mail.",
            ["1 kus nebyl ohlášen:", "2 kusy nebyly ohlášeny:", "5 kusů nebylo ohlášeno:"],
        ),
        (
            "within %(days)d day of delivery",
            "within %(days)d days of delivery",
            ["do 1 dne od doručení", "do 2 dnů od doručení", "do 5 dnů od doručení"],
        ),
    ],
)
def test_a_czech_number_has_its_own_form_for_one_for_a_few_and_for_many(one: str, other: str, told: list[str]) -> None:
    with override("cs"):
        said = [ngettext(one, other, units) % {"units": units, "days": units} for units in (1, 2, 5)]
    assert [part for part, whole in zip(told, said, strict=True) if part in whole.replace("\xa0", " ")] == told


@pytest.mark.parametrize("units", [0, 5, 11, 21, 22, 100, 102])
def test_a_czech_number_ends_like_five_from_five_on(units: int) -> None:
    with override("cs"):
        assert ngettext("%(units)d unit extra", "%(units)d units extra", units) == "%(units)d\xa0kusů navíc"


def test_a_czech_line_does_not_end_with_a_letter_alone() -> None:
    assert [sentence for sentence in czech() if NARROW.search(sentence)] == []


def test_czech_quotes_and_dots_are_czech() -> None:
    straight = re.compile(r"\.\.\.|“(?=\w)| - |(?<!=)\"(?!>)")
    assert [sentence for sentence in czech() if straight.search(re.sub(r"<[^>]*>", "", sentence))] == []


def test_czech_is_formal_and_calm_and_takes_nobody_for_a_man_or_a_woman() -> None:
    loud = re.compile(r"!|úspěšn|\b(tvůj|tvoje|tvé|tebe|jsi|můžeš)\b|\(a\)|\w/a\b", re.IGNORECASE)
    assert [sentence for sentence in czech() if loud.search(sentence)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_ends_as_its_sentence_does(language: str) -> None:
    def end(text: str) -> str:
        return text[-1] if text[-1] in ".?:," else ""

    assert [pair for pair in pairs(language) if end(pair[0]) != end(pair[1])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_markup_of_its_sentence(language: str) -> None:
    tags = re.compile(r"<[^>]+>")
    assert [pair for pair in pairs(language) if sorted(tags.findall(pair[0])) != sorted(tags.findall(pair[1]))] == []


def test_sentences_are_marked_by_names_that_the_tools_of_catalogues_know() -> None:
    """They read names in the source: what is called by another one never reaches a translator."""
    renamed = [
        f"{path.relative_to(ROOT)}: {name.name} as {name.asname}"
        for package in ("returns", "portal")
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if name.asname not in (None, "_")
    ]
    assert renamed == []


def test_W2_W5_no_catalogue_holds_a_statutory_label() -> None:
    """A catalogue could change them; pages take them from the law's own table."""
    law = {text for row in LAW.labels.values() for text in (row.function, row.confirmation)}
    held = {text for language in LANGUAGES for pair in pairs(language) for text in pair}
    assert law & held == set()
