"""Files that a shopper might send: photographs, and what only looks like one."""

import io
import struct
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

BRNO = {1: "N", 2: (49.0, 11.0, 42.0), 3: "E", 4: (16.0, 36.0, 28.0)}
SCRIPT = b"<html><script>alert(1)</script></html>"


def drawn(size: tuple[int, int] = (60, 40), format: str = "JPEG", mode: str = "RGB", **saved) -> bytes:
    content = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(content, format, **saved)
    return content.getvalue()


def with_a_place() -> bytes:
    """A JPEG lying on its side, with where and by what it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825).update(BRNO)
    return drawn(exif=exif, comment=b"SecretComment", xmp=b"<x:xmpmeta>SecretXmp</x:xmpmeta>", icc_profile=b"SecretIcc")


def flood(side: int) -> bytes:
    """A white PNG of so many pixels a side with one bit each, a few kilobytes long."""
    row = b"\x00" + b"\xff" * ((side + 7) // 8)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row) for _row in range(side)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def sent(content: bytes | None = None, name: str = "photo.jpg", kind: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, drawn() if content is None else content, kind)
