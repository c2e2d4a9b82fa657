"""Photographs of shoppers and of the bench: drawn anew from their pixels alone, kept where no web server looks.

What a file carries besides its picture (place, camera, a script behind the last byte) is never written.
A file without a row belongs to a choice in the making; a day later it is forgotten.
"""

import io
import secrets
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from PIL import Image, ImageFile, ImageOps

from returns.actions.refusals import Refused
from returns.models import RMA, Message, Photo, ReceiptLine, RMAItem

MOST = 10  # a shopper's of a return, or ours of a line that arrived; this and the next two: security.md, rate limits
MOST_BYTES_EACH = 10_000_000
MOST_BYTES = 40_000_000
# By format. A picture of one colour is small as a file and huge once it is opened: 200 MB for these (security.md A30).
MOST_PIXELS = {"JPEG": 40_000_000, "PNG": 20_000_000, "WEBP": 12_000_000}
LONGEST_SIDE = 2_000  # pixels: enough to see a scratch
KEPT_WITHOUT_A_ROW = timedelta(hours=24)
FOLDER = "photos"

warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


@dataclass(frozen=True, slots=True)
class Stored:
    """A photo that is kept but belongs to no return yet. `size` in bytes."""

    name: str
    size: int
    width: int
    height: int


def keep(upload: "File[bytes]", *, had: Sequence[Stored | Photo]) -> Stored:
    """Keep a new picture beside those that the same return has already.

    Raises Refused: `photo_too_many`, `photo_too_large` (bytes or pixels), `photo_unreadable`.
    """
    if len(had) >= MOST:
        raise Refused("photo_too_many", limit=MOST)
    if upload.size > min(MOST_BYTES_EACH, MOST_BYTES - sum(photo.size for photo in had)):
        raise Refused("photo_too_large")
    picture = _redrawn(upload)
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=85)
    name = secrets.token_hex(16)
    default_storage.save(_path(name), ContentFile(content.getvalue()))
    return Stored(name, content.tell(), *picture.size)


def refuse_too_many(photos: Sequence[Stored | Photo]) -> None:
    """Hold all photos that count together to their limits. Raises Refused: `photo_too_many`, `photo_too_large`."""
    if len(photos) > MOST:
        raise Refused("photo_too_many", field="photos", limit=MOST)
    if sum(photo.size for photo in photos) > MOST_BYTES:
        raise Refused("photo_too_large", field="photos")


def bound(
    photos: Sequence[Stored],
    rma: RMA,
    *,
    at: datetime,
    item: RMAItem | None = None,
    message: Message | None = None,
    counted: ReceiptLine | None = None,
) -> list[Photo]:
    """The rows, not written yet, by which these photos belong to a return."""
    return [
        Photo(
            rma=rma,
            item=item,
            message=message,
            counted=counted,
            name=photo.name,
            size=photo.size,
            width=photo.width,
            height=photo.height,
            at=at,
        )
        for photo in photos
    ]


def content_of(name: str) -> bytes | None:
    """The JPEG of a photo whose name is known to be one; None when the file is gone."""
    try:
        with default_storage.open(_path(name)) as file:
            return file.read()
    except FileNotFoundError:
        return None


def forget_strays(*, at: datetime) -> bool:
    """Remove the files that have had no row for a day: choices that never became a return."""
    for names in batched(_names(), 500):
        known = set(Photo.objects.filter(name__in=names).values_list("name", flat=True))
        for name in names:
            if name not in known and default_storage.get_modified_time(_path(name)) < at - KEPT_WITHOUT_A_ROW:
                default_storage.delete(_path(name))
    return False


def _redrawn(upload: "File[bytes]") -> Image.Image:
    """The upright picture on white, at most so large, with nothing but its pixels."""
    try:
        with Image.open(upload, formats=list(MOST_PIXELS)) as opened:
            _refuse_a_flood(opened)
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is decoded no larger than this needs
            opened.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(opened)
            seen = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except Refused:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as bomb:
        raise Refused("photo_too_large") from bomb
    except Exception as fault:  # a broken file makes anything of a decoder
        raise Refused("photo_unreadable") from fault
    plain = Image.new("RGB", seen.size, "white")
    plain.paste(seen, mask=seen if seen.mode == "RGBA" else None)
    return plain


def _refuse_a_flood(opened: ImageFile.ImageFile) -> None:
    """Told by the head of the file, before a pixel is decoded."""
    if opened.width * opened.height > MOST_PIXELS[opened.format or ""]:
        raise Refused("photo_too_large")


def _names() -> Iterator[str]:
    try:
        _folders, files = default_storage.listdir(FOLDER)
    except FileNotFoundError:  # nobody has sent one yet
        return
    yield from (file.removesuffix(".jpg") for file in files)


def _path(name: str) -> str:
    return f"{FOLDER}/{name}.jpg"
