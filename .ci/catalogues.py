"""Every sentence of the code stands in every catalogue: translated, not fuzzy, placeholders whole.

It reads the sources with Babel, so that it needs no gettext. Prints one line for each slip and
exits with 1 where there is one.
"""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import PoFileError, read_po
from django.conf import settings
from django.utils.translation import to_locale
from django.utils.translation.template import templatize

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
PACKAGES = (Path("returns"), Path("portal"))
DJANGO_KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def sources() -> Iterator[tuple[Path, str]]:
    """Each file that may hold a sentence, as Python that Babel can read."""
    for package in PACKAGES:
        for path in sorted(package.rglob("*.py")):
            yield path, path.read_text()
        for path in sorted(package.glob("**/templates/**/*.*")):
            # The layout of a template is no layout of Python.
            yield path, "\n".join(map(str.strip, templatize(path.read_text()).splitlines()))


def sentences() -> dict[tuple[str | None, str], str]:
    """Where each sentence was found, by its context and its words."""
    found: dict[tuple[str | None, str], str] = {}
    for path, source in sources():
        lines = io.BytesIO(source.encode())
        for line, words, _, context in extract("python", lines, DJANGO_KEYWORDS):
            singular = words if isinstance(words, str) else words[0]
            found.setdefault((context, singular), f"{path}:{line}")
    return found


def slips_of(message: Message) -> Iterator[str]:
    if message.fuzzy:
        yield "is fuzzy"
    forms = tupled(message.string)
    if not all(forms):
        yield "is not translated"
    # Not form by form: some languages have one form for every number, and name the number in it.
    elif placeholders(forms) != placeholders(tupled(message.id)):
        yield "has other placeholders"


def tupled(text: object) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (str(text or ""),)


def placeholders(texts: tuple[str, ...]) -> set[str]:
    return {found for text in texts for found in PLACEHOLDER.findall(text)}


def slips(path: Path, wanted: dict[tuple[str | None, str], str]) -> Iterator[str]:
    if not path.exists():
        yield f"{path}: is missing"
        return
    try:
        catalog = read_po(io.BytesIO(path.read_bytes()), locale=path.parts[-3], abort_invalid=True)
    except PoFileError as error:
        yield f"{path}:{error.lineno}: {error}"
        return
    for message in catalog:
        for slip in slips_of(message) if message.id else ():
            yield f"{path}:{message.lineno}: {slip}: {message.id!r}"
    for (context, words), place in wanted.items():
        if catalog.get(words, context) is None:
            yield f"{path}: is missing: {words!r} ({place})"


def catalogues() -> Iterator[Path]:
    """One for each language of the site; the sources themselves are English."""
    for language, _ in settings.LANGUAGES:
        if language != "en":
            yield Path("locale", to_locale(language), "LC_MESSAGES", "django.po")


if __name__ == "__main__":
    wanted = sentences()
    found = [slip for path in catalogues() for slip in slips(path, wanted)]
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(bool(found))
