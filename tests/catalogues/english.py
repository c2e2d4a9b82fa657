"""Finds sentences of the sources on pages that should speak another language."""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation import to_locale

LANGUAGES = [code for code, _name in settings.LANGUAGES if code != "en"]
PLACEHOLDER = re.compile(r"%\(\w+\)[ds]")
READ_ALOUD = {"alt", "aria-label", "data-less", "data-more", "label", "placeholder", "title"}


def catalogue(language: str) -> Catalog:
    path = Path(settings.BASE_DIR, "locale", to_locale(language), "LC_MESSAGES", "django.po")
    with path.open("rb") as file:
        return read_po(file, locale=to_locale(language))


def forms(text: object) -> list[str]:
    """A message has one form, or one for each kind of number."""
    return list(text) if isinstance(text, (tuple, list)) else [str(text or "")]


def pairs(language: str) -> Iterator[tuple[str, str]]:
    """(sentence of the sources in its singular, each form of its translation)"""
    for message in catalogue(language):
        if message.id:
            yield from ((forms(message.id)[0], form) for form in forms(message.string))


def left_in_english(html: str, language: str) -> list[tuple[str, str]]:
    """(what stands on the page, the sentence of the sources that it is), once for each that is not translated."""
    reader = _Reader(language)
    reader.feed(html)
    told = "\n".join(reader.told)
    return [(found[0], source) for source, pattern in _patterns(language) if (found := pattern.search(told))]


@cache
def _patterns(language: str) -> list[tuple[str, re.Pattern[str]]]:
    return [(source, _pattern(source)) for source in sorted(set(_sources(language)))]


def _sources(language: str) -> Iterator[str]:
    """The parts between tags of every sentence whose translation differs from it."""
    for message in catalogue(language):
        translated = " ".join(forms(message.string))
        for form in forms(message.id):
            if form and form != translated:
                yield from (part for part in re.split(r"<[^>]+>", form) if re.search(r"[a-z]{2}", _words(part)))


def _words(sentence: str) -> str:
    return PLACEHOLDER.sub("", sentence)


def _pattern(sentence: str) -> re.Pattern[str]:
    """Two words are English wherever they stand; one alone might be a word of the other language in a sentence."""
    told = ".+?".join(re.escape(part) for part in PLACEHOLDER.split(" ".join(sentence.split())))
    lonely = len(_words(sentence).split()) < 2
    return re.compile(f"^{told}$" if lonely else rf"(?<!\w){told}(?!\w)", re.MULTILINE)


class _Reader(HTMLParser):
    """What is read or read aloud: text and attributes, without what is marked as being in another language."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self.told: list[str] = []
        self._skipped = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._skipped = tag in {"script", "style"} or given.get("lang", self.language) != self.language
        self.told += [" ".join(value.split()) for name, value in attrs if name in READ_ALOUD and value]

    def handle_endtag(self, tag: str) -> None:
        self._skipped = False

    def handle_data(self, data: str) -> None:
        if not self._skipped and data.strip():
            self.told.append(" ".join(data.split()))
