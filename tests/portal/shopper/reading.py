"""A page as a reader has it: its text, its links, and what stands in its fields."""

import re
from html.parser import HTMLParser

VOID = {"input", "link", "meta", "img", "br", "hr"}


class Page(HTMLParser):
    """`text` is the words of the main part, one space between them; `values` are the fields as a browser sends them."""

    def __init__(self, response) -> None:
        super().__init__()
        self.words: list[str] = []
        self.values: dict[str, list[str]] = {}
        self.links: list[tuple[str, str]] = []
        self.ids: set[str] = set()
        self.tags: list[str] = []
        self._select = self._textarea = self._href = ""
        self._in_main = False
        self.feed(response.content.decode())

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words)).strip()

    @property
    def summary(self) -> list[tuple[str, str]]:
        """The error summary's links: (id of the field, sentence)."""
        return [(href[1:], words) for href, words in self.links if href.startswith("#") and href != "#main"]

    def handle_starttag(self, tag, attrs) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.ids.add(given.get("id", ""))
        if tag == "main":
            self._in_main = True
        elif tag == "a":
            self._href = given.get("href", "")
            self.links.append((self._href, ""))
        elif tag == "select":
            self._select = given["name"]
            self.values[self._select] = [""]
        elif tag == "option" and "selected" in given:
            self.values[self._select] = [given["value"]]
        elif tag == "textarea":
            self._textarea = given["name"]
            self.values[self._textarea] = [""]
        elif tag == "input" and (given.get("type") not in ("checkbox", "radio") or "checked" in given):
            self.values.setdefault(given.get("name") or "", []).append(given.get("value") or "")

    def handle_endtag(self, tag) -> None:
        if tag == "main":
            self._in_main = False
        elif tag == "a":
            self._href = ""
        elif tag == "textarea":
            self._textarea = ""

    def handle_data(self, data) -> None:
        if self._textarea:
            self.values[self._textarea][0] += data.lstrip("\n")
        elif self._in_main:
            self.words.append(data.strip())
        if self._href:
            href, words = self.links[-1]
            self.links[-1] = (href, (words + " " + data.strip()).strip())
