"""ISO 3166-1: which countries there are, by their two letters, as the time zone database lists them."""

from importlib.resources import files

COUNTRIES = frozenset(
    line.split("\t")[0]
    for line in (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
)
