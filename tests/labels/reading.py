"""Reads a printed page back: its text and ink by pypdf, its codes as a scanner would."""

import re
import subprocess
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader

LABEL_PRINTER = 203


def pages(pdf: bytes):
    return PdfReader(BytesIO(pdf)).pages


def text(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in pages(pdf))


def lines(pdf: bytes) -> list[str]:
    return [line.strip() for line in text(pdf).splitlines() if line.strip()]


def rectangles(pdf: bytes) -> list[tuple[float, ...]]:
    """All rectangles of the first page as x, y, width, height in points."""
    content = pages(pdf)[0].get_contents().get_data().decode("latin-1")
    return [tuple(map(float, found)) for found in re.findall(r"(\S+) (\S+) (\S+) (\S+) re\b", content)]


def picture(pdf: bytes, folder: Path, dpi: int = LABEL_PRINTER) -> list[Path]:
    """Pages as black dots on white, as a thermal printer makes them."""
    (folder / "page.pdf").write_bytes(pdf)
    run("pdftoppm", "-r", str(dpi), "-mono", str(folder / "page.pdf"), str(folder / "page"))
    return sorted(folder.glob("page*.pbm"))


def scan(*pictures: Path) -> list[str]:
    """What zbar reads, sorted: symbology and text."""
    return sorted(run("zbarimg", "--quiet", *map(str, pictures)).split())


def run(*command: str) -> str:
    """The output of a command of our own making, found on the PATH as on any machine."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
