"""The house rules that a machine can see: documents that agree with the code, pages that keep the policy."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from returns.management.commands.diagram import FILES, redrawn
from returns.reactions import REACTIONS

ROOT = settings.BASE_DIR
TEMPLATES = [*(ROOT / "portal" / "templates").rglob("*.html")]


@pytest.mark.parametrize("name", FILES)
def test_the_readme_shows_the_lifecycle_as_it_is(name: str) -> None:
    text = (ROOT / name).read_text()
    assert redrawn(text) == text


def test_every_setting_from_the_environment_is_in_the_readme() -> None:
    source = (ROOT / "portal" / "settings.py").read_text()
    read = set(re.findall(r'(?:environ(?:\.get)?[\[(]|flag\(|words\()\s*"([A-Z_]+)"', source))
    told = set(re.findall(r"`([A-Z_]{4,})`", (ROOT / "README.md").read_text()))
    assert read - told == set()


def test_no_event_is_named_but_what_has_happened() -> None:
    for kind in REACTIONS:
        assert re.fullmatch(r"[a-z]+\.[a-z_]+", kind)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: file.name)
def test_no_page_has_a_style_or_script_of_its_own(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text)
    assert "|safe" not in text


def _views(resolver: URLResolver, prefix: str = "") -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            found.append((route, entry.callback))
        else:
            found += _views(entry, route)
    return found


def test_every_page_of_ours_declares_its_audience() -> None:
    silent = [
        route
        for route, view in _views(get_resolver())
        if view.__module__.startswith("portal.")
        and not route.startswith(("api/", "admin/"))
        and not hasattr(view, "audience")
    ]
    assert silent == []


def test_settings_are_read_in_one_place() -> None:
    readers = [
        str(file.relative_to(ROOT))
        for folder in ("returns", "portal")
        for file in (ROOT / folder).rglob("*.py")
        if "os.environ" in file.read_text()
    ]
    assert sorted(readers) == ["portal/management/commands/demo.py", "portal/settings.py", "portal/wsgi.py"]
