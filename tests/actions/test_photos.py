"""What is kept of a file: its picture and nothing else; what is no picture is refused at once."""

import io
import os
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from returns.actions import photos, requests
from returns.actions.photos import Stored
from returns.actions.refusals import Refused
from returns.actions.requests import Wish
from returns.models import SHOPPER, Photo
from tests.people import NOW, bought, promised
from tests.pictures import SCRIPT, drawn, flood, sent, with_a_place


def kept(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(stored(content)))


def stored(content: bytes) -> bytes:
    found = photos.content_of(photos.keep(sent(content), had=()).name)
    assert found is not None
    return found


def refused_beside(content: bytes, name: str = "photo.jpg") -> str:
    with pytest.raises(Refused) as refusal:
        photos.keep(sent(content, name), had=())
    return refusal.value.code


def refused(content: bytes, name: str = "photo.jpg") -> str:
    code = refused_beside(content, name)
    assert default_storage.exists("photos") is False
    return code


@pytest.mark.parametrize(
    ("format", "mode"),
    [
        ("JPEG", "RGB"),
        ("JPEG", "L"),
        ("JPEG", "CMYK"),
        ("PNG", "RGB"),
        ("PNG", "RGBA"),
        ("PNG", "LA"),
        ("PNG", "P"),
        ("PNG", "1"),
        ("WEBP", "RGB"),
        ("WEBP", "RGBA"),
    ],
)
def test_every_usual_picture_becomes_a_plain_jpeg(format, mode):
    picture = kept(drawn((60, 40), format, mode))
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (60, 40))


def test_what_is_known_of_it_is_what_is_stored():
    photo = photos.keep(sent(drawn((3_000, 1_500))), had=())
    content = photos.content_of(photo.name)
    assert content is not None
    assert (photo.size, photo.width, photo.height) == (len(content), 2_000, 1_000)
    assert (len(photo.name), int(photo.name, 16) > 0) == (32, True)


def test_the_place_the_camera_and_every_profile_are_gone():
    picture, content = kept(with_a_place()), stored(with_a_place())
    assert [word for word in (b"Secret", b"Exif", b"xmp", b"ICC_PROFILE") if word in content] == []
    assert dict(picture.getexif()) == {}
    assert [key for key in picture.info if not str(key).startswith("jfif")] == []


def test_a_picture_on_its_side_stands_upright():
    assert kept(with_a_place()).size == (40, 60)


def test_what_can_be_seen_through_is_white():
    clear = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(clear, "PNG")
    assert kept(clear.getvalue()).getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_a_script_behind_the_picture_is_not_kept(format):
    assert b"script" not in stored(drawn(format=format) + SCRIPT)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "photo.svg"),
        (SCRIPT, "photo.jpg.php"),
        (b"%PDF-1.7 /JavaScript", "photo.jpg"),
        (b"GIF89a=1;alert(1)", "photo.gif"),
        (drawn(format="GIF", mode="P"), "photo.jpg"),
        (drawn(format="TIFF"), "photo.jpg"),
        (drawn(format="BMP"), "photo.jpg"),
        (b"PK\x03\x04" + b"\x00" * 60, "photo.jpg"),
        (b"", "photo.jpg"),
        (drawn((400, 400))[:-2_000], "photo.jpg"),
        (drawn((400, 400), "PNG")[:-200], "photo.png"),
        (drawn((400, 400), "WEBP")[:-200], "photo.webp"),
        (drawn((400, 400), "PNG").replace(b"IDAT", b"IDAX"), "photo.png"),
    ],
)
def test_what_is_no_whole_picture_is_refused(content, name):
    assert refused(content, name) == "photo_unreadable"


@pytest.mark.parametrize("side", [4_500, 6_400, 9_600, 13_000, 20_000])
def test_a_flood_of_pixels_is_refused_by_its_head(side):
    """Of 13,000 pixels a side: 20 kB that would open to more than a gigabyte."""
    content = flood(side)
    began = time.perf_counter()
    assert refused(content) == "photo_too_large"
    assert time.perf_counter() - began < 0.5


def test_a_large_picture_within_the_limit_is_made_smaller():
    assert kept(flood(4_400)).size == (2_000, 2_000)


def test_every_format_has_its_own_limit_as_it_takes_memory():
    """A JPEG is decoded smaller, the others are not (security.md A30)."""
    large = (3_600, 3_400)
    assert kept(drawn(large)).size == kept(drawn(large, "PNG")).size == (2_000, 1_889)
    assert refused_beside(drawn(large, "WEBP", quality=1, method=0)) == "photo_too_large"


def test_a_line_of_pixels_stays_a_line():
    assert kept(drawn((30_000, 1), "PNG")).size == (2_000, 1)


def test_only_the_first_of_many_frames_is_kept():
    frames = [Image.new("RGB", (20, 20), (shade, 0, 0)) for shade in range(0, 250, 5)]
    film = io.BytesIO()
    frames[0].save(film, "PNG", save_all=True, append_images=frames[1:])
    assert kept(film.getvalue()).getpixel((10, 10)) == (0, 0, 0)


def test_a_file_of_too_many_bytes_is_not_opened():
    assert refused(drawn() + b"\x00" * photos.MOST_BYTES_EACH) == "photo_too_large"


def test_a_return_has_at_most_ten_photos():
    had = [Stored(f"{number:032x}", 1, 1, 1) for number in range(10)]
    with pytest.raises(Refused, match="photo_too_many"):
        photos.keep(sent(), had=had)
    assert photos.keep(sent(), had=had[:9]).width == 60


def test_all_photos_of_a_return_together_have_a_limit():
    with pytest.raises(Refused, match="photo_too_large"):
        photos.keep(sent(), had=[Stored("a", photos.MOST_BYTES - 100, 1, 1)])


@pytest.mark.django_db
def test_a_request_keeps_the_photos_of_each_item():
    promised()
    first, second = photos.keep(sent(), had=()), photos.keep(sent(), had=())
    wishes = [Wish("1", 1, "faulty", photos=[first]), Wish("2", 1, "faulty", photos=[second])]
    rma = requests.request(bought(), wishes, by=SHOPPER, at=NOW, locale="cs", channel="page")
    rows = Photo.objects.filter(rma=rma).select_related("item__line")
    assert [(row.item.line.line_id, row.name, row.message) for row in rows if row.item] == [
        ("1", first.name, None),
        ("2", second.name, None),
    ]


@pytest.mark.django_db
def test_a_request_with_too_many_photos_writes_nothing():
    promised()
    many = [Stored(f"{number:032x}", 1, 1, 1) for number in range(6)]
    wishes = [Wish("1", 1, photos=many), Wish("2", 1, photos=many)]
    with pytest.raises(Refused, match="photo_too_many"):
        requests.request(bought(), wishes, by=SHOPPER, at=NOW, locale="cs", channel="page")
    assert Photo.objects.count() == 0


@pytest.mark.django_db
def test_a_file_that_became_no_return_is_forgotten_after_a_day(settings):
    promised()
    used, stray, fresh = (photos.keep(sent(), had=()) for _file in range(3))
    wishes = [Wish("1", 1, "faulty", photos=[used])]
    requests.request(bought(), wishes, by=SHOPPER, at=NOW, locale="cs", channel="page")
    day_ago = (datetime.now(UTC) - timedelta(hours=25)).timestamp()
    for photo in (used, stray):
        os.utime(settings.MEDIA_ROOT / "photos" / f"{photo.name}.jpg", (day_ago, day_ago))
    assert photos.forget_strays(at=datetime.now(UTC)) is False
    assert [photos.content_of(photo.name) is not None for photo in (used, stray, fresh)] == [True, False, True]


@pytest.mark.django_db
def test_without_a_single_photo_nothing_is_forgotten():
    assert photos.forget_strays(at=NOW) is False
