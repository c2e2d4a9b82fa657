import sys

import pytest

from returns.labels.foreign_text import REPLACEMENT
from returns.labels.typefaces import FONTS, Weight, runs, width

from .reading import run


def pieces(text, weight=Weight.REGULAR):
    return [(font.fontName, piece) for font, piece in runs(text, weight)]


def test_a_text_is_split_where_its_face_changes():
    assert pieces("Kůň 東京 7") == [
        ("NotoSans-REGULAR", "Kůň "),
        ("NotoSansSC", "東京"),
        ("NotoSans-REGULAR", " 7"),
    ]


@pytest.mark.parametrize("weight", list(Weight))
def test_what_no_face_has_is_replaced_one_for_one(weight):
    assert pieces("עב", weight) == [(f"NotoSans-{weight.name}", REPLACEMENT * 2)]


@pytest.mark.parametrize("weight", list(Weight))
@pytest.mark.parametrize(
    "alphabet",
    [
        "áčďéěíňóřšťúůýž ąćęłńóśźż äöüß àâçéèêëîïôûùüÿœæ ñ¿¡ åäö õ ãõ ő ű ğışİ",
        "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ άέήίόύώΐΰ",
        "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ іїєґ ђћџ",
        "€£¥₺₴₽ – — … „“ ‚‘ «» × · № ° ½",
    ],
)
def test_latin_greek_and_cyrillic_are_drawn_in_noto_sans(alphabet, weight):
    assert pieces(alphabet, weight) == [(f"NotoSans-{weight.name}", alphabet)]


def test_every_character_of_gb_2312_and_shift_jis_has_a_face():
    codes = [bytes((lead, trail)) for lead in range(0x81, 0x100) for trail in range(0x40, 0x100)]
    text = "".join(code.decode(name, "ignore") for name in ("gb2312", "shift_jis") for code in codes)
    text = "".join(filter(str.isprintable, text))
    drawn = "".join(piece for _, piece in runs(text, Weight.REGULAR))
    missing = {written for written, shown in zip(text, drawn, strict=True) if written != shown}
    assert missing == {"≒"}  # Noto Sans CJK SC has none either


def test_a_width_is_in_em():
    assert width("漢字", Weight.REGULAR) == pytest.approx(2)


def test_the_licence_lies_beside_the_fonts():
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text()


def test_importing_the_package_loads_neither_reportlab_nor_django():
    command = (
        "import sys; from returns.labels import codes, label, slip;"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'reportlab', 'segno', 'PIL', 'django'}))"
    )
    assert run(sys.executable, "-c", command) == "[]\n"


def test_reportlab_refuses_to_evaluate_colours():
    """The setting that keeps CVE-2023-33733 shut, security.md."""
    from reportlab import rl_config

    assert rl_config.toColorCanUse == "rl_extended_literal_eval"
