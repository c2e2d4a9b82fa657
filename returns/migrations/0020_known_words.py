"""The database knows the words of money: no refund, line, grant, other way or halt of any other kind."""

from django.db import migrations, models

KNOWN = [
    (
        "goodwill",
        "reason",
        "goodwill_reason_known",
        ["outside_policy", "late_delivery", "our_mistake", "loyalty", "other"],
    ),
    ("halt", "cause", "halt_cause_known", ["manual", "key_refused", "restored"]),
    ("otherway", "way", "other_way_known", ["transfer", "cash", "voucher", "set_off", "chargeback"]),
    ("refund", "originator", "refund_originator_known", ["rma", "goodwill", "withdrawal", "external"]),
    (
        "refundline",
        "kind",
        "refund_line_kind_known",
        ["goods", "shipping", "fee", "value_loss", "external", "goodwill"],
    ),
]


class Migration(migrations.Migration):
    dependencies = [("returns", "0019_goodwill_giver")]

    operations = [
        migrations.AddConstraint(model, models.CheckConstraint(condition=models.Q((f"{column}__in", words)), name=name))
        for model, column, name, words in KNOWN
    ]
