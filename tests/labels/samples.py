"""One return to print, with the words in English and Czech."""

from dataclasses import replace

from returns.labels import label, slip

NUMBER = "R7F3-K2QX-1"

ENGLISH = label.Words(
    language="en",
    title="Return label",
    return_to="Return to",
    sender="From",
    order="Order",
    date="Date",
    return_number="Return number",
    affix="Affix this label to the outside of the parcel",
    copy_inside="Put this copy inside the parcel",
    cut="Cut along the dashed line, or fold the sheet there.",
    steps=(
        "Pack the goods and put the return slip inside.",
        "Affix the label to the outside of the parcel, flat and without tape over the codes.",
        "Hand the parcel in and keep the proof of posting.",
    ),
)
CZECH = label.Words(
    language="cs",
    title="Vrácení zboží",
    return_to="Adresa pro vrácení",
    sender="Odesílatel",
    order="Objednávka",
    date="Datum",
    return_number="Číslo vrácení",
    affix="Nalepte tento štítek na vnější stranu balíku",
    copy_inside="Tento výtisk vložte do balíku",
    cut="Odstřihněte podél čáry, nebo list podle ní přeložte.",
    steps=(
        "Zboží zabalte a přiložte list k vrácení.",
        "Štítek nalepte na vnější stranu balíku.",
        "Balík podejte a doklad o podání si uschovejte.",
    ),
)
CZECH_SLIP = slip.Words(
    language="cs",
    title="List k vrácení",
    order="Objednávka",
    date="Datum",
    article="Zboží",
    quantity="Počet",
    reason="Důvod",
    put_inside="Tento list vložte do balíku",
)


def label_content(**changes) -> label.LabelContent:
    content = label.LabelContent(
        number=NUMBER,
        shop="Příliš žluťoučký kůň",
        address=("Kůň & syn, sklad vrácení", "Průmyslová 1472/11, hala C", "102 00 Praha 10"),
        country="Česko",
        order="A-1001",
        date="neděle 22. listopadu 2026",
        sender="J. N., Brno",
        words=CZECH,
    )
    return replace(content, **changes)


def slip_content(**changes) -> slip.SlipContent:
    content = slip.SlipContent(
        number=NUMBER,
        shop="Příliš žluťoučký kůň",
        order="A-1001",
        date="neděle 22. listopadu 2026",
        lines=(
            slip.Line("TS-RED-M", "Tričko Příliš žluťoučký kůň, velikost M", 2, "Příliš malé"),
            slip.Line("BOOT-42", "Boty hnědé, 42", 1, "Neodpovídá popisu"),
        ),
        words=CZECH_SLIP,
    )
    return replace(content, **changes)
