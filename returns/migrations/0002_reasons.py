"""The reasons a shop starts with; it may retire them, rename them and add its own."""

from django.db import migrations

# code, parent, English, Czech, kinds of goods, legal path, asks for a photo, Shopify's code
REASONS = [
    ("fit", None, "It does not fit", "Nesedí mi", ["apparel", "footwear"], "withdrawal", False, "OTHER"),
    ("too_small", "fit", "Too small", "Příliš malé", ["apparel", "footwear"], "withdrawal", False, "SIZE_TOO_SMALL"),
    ("too_large", "fit", "Too large", "Příliš velké", ["apparel", "footwear"], "withdrawal", False, "SIZE_TOO_LARGE"),
    ("taste", None, "It is not what I imagined", "Není to podle mých představ", [], "withdrawal", False, "OTHER"),
    ("colour", "taste", "The colour", "Barva", [], "withdrawal", False, "COLOR"),
    ("style", "taste", "The style or material", "Styl nebo materiál", [], "withdrawal", False, "STYLE"),
    ("changed_mind", "taste", "I have changed my mind", "Rozmyslel(a) jsem si to", [], "withdrawal", False, "UNWANTED"),
    ("arrived_late", "taste", "It arrived too late", "Přišlo příliš pozdě", [], "withdrawal", False, "UNWANTED"),
    ("fault", None, "Something is wrong with it", "Něco s ním není v pořádku", [], "conformity", False, "DEFECTIVE"),
    ("faulty", "fault", "It is faulty", "Je vadné", [], "conformity", True, "DEFECTIVE"),
    ("damaged", "fault", "It arrived damaged", "Přišlo poškozené", [], "conformity", True, "DEFECTIVE"),
    ("not_as_described", "fault", "It differs from its description", "Neodpovídá popisu", [], "conformity", True, "NOT_AS_DESCRIBED"),
    ("wrong_item", "fault", "I received something else", "Přišlo mi něco jiného", [], "conformity", True, "WRONG_ITEM"),
    ("other", None, "Another reason", "Jiný důvod", [], "withdrawal", False, "OTHER"),
]


def create(apps, _schema_editor):
    Reason = apps.get_model("returns", "Reason")
    made = {}
    for position, (code, parent, english, czech, kinds, path, photo, shopify) in enumerate(REASONS):
        made[code] = Reason.objects.create(
            code=code,
            parent=made.get(parent),
            label=english,
            label_en=english,
            label_cs=czech,
            kinds=kinds,
            legal_path=path,
            asks_photo=photo,
            shopify_code=shopify,
            position=position,
        )


class Migration(migrations.Migration):
    dependencies = [("returns", "0001_initial")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
