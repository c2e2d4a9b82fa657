from io import BytesIO

import pytest
from PIL import Image

from returns.labels.codes import code128_modules, qr_bars, qr_png

from .reading import scan
from .samples import NUMBER


@pytest.mark.scanner
def test_a_scanner_reads_the_picture_for_the_counter(tmp_path):
    (tmp_path / "code.png").write_bytes(qr_png(NUMBER))
    assert scan(tmp_path / "code.png") == [f"QR-Code:{NUMBER}"]


def test_the_picture_is_large_with_four_white_modules_around():
    with Image.open(BytesIO(qr_png(NUMBER))) as picture:
        assert picture.size == (696, 696)
        dark = picture.convert("L").point(lambda value: 255 - value).getbbox()
    assert dark == (4 * 24, 4 * 24, 25 * 24, 25 * 24)


def test_the_same_number_gives_the_same_picture():
    assert qr_png(NUMBER) == qr_png(NUMBER)


def test_an_rma_number_fits_the_smallest_qr_code():
    side, bars = qr_bars(NUMBER)
    assert side == 21
    assert {(0, 0, 7), (14, 0, 7), (0, 14, 7)} <= set(bars)  # the upper edges of its three corners


def test_code_128_of_a_known_text():
    """PJJ123C in set B: the values 104 48 42 42 17 18 19 35, the check value 55 and the stop sign."""
    assert code128_modules("PJJ123C") == [
        *(2, 1, 1, 2, 1, 4), *(3, 1, 3, 1, 2, 1), *(1, 1, 2, 1, 3, 3), *(1, 1, 2, 1, 3, 3), *(1, 2, 3, 2, 2, 1),
        *(2, 2, 3, 2, 1, 1), *(2, 2, 1, 1, 3, 2), *(1, 3, 1, 3, 2, 1), *(3, 1, 1, 3, 2, 1), *(2, 3, 3, 1, 1, 1, 2),
    ]  # fmt: skip


@pytest.mark.parametrize("encode", [code128_modules, qr_bars, qr_png])
def test_other_text_than_a_number_is_refused(encode):
    with pytest.raises(ValueError, match="not a code for a label"):
        encode("R7F3\u202e")
