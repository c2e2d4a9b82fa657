from django.db import migrations, models


def mean_what_was_known(apps, schema_editor):
    """Until now a reason held for every dispute of the payment; so those were meant that there are."""
    Refund = apps.get_model("returns", "Refund")
    Dispute = apps.get_model("returns", "Dispute")
    for refund in Refund.objects.exclude(despite_dispute="").iterator():
        refund.despite.set(Dispute.objects.filter(payment=refund.payment_id))


class Migration(migrations.Migration):

    dependencies = [
        ("returns", "0016_limits_by_two"),
    ]

    operations = [
        migrations.AddField(
            model_name="refund",
            name="despite",
            field=models.ManyToManyField(related_name="refunded_despite", to="returns.dispute"),
        ),
        migrations.RunPython(mean_what_was_known, migrations.RunPython.noop),
    ]
