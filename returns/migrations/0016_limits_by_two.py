"""Limits are in force when another manager has confirmed them; those that were set before stay in force."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


def confirm_what_was_in_force(apps, _schema_editor):
    apps.get_model("returns", "Limits").objects.update(confirmed_at=F("valid_from"))


class Migration(migrations.Migration):
    dependencies = [("returns", "0015_unsendable_is_held_too")]

    operations = [
        migrations.AddField("limits", "confirmed_at", models.DateTimeField("confirmed", null=True, editable=False)),
        migrations.RunPython(confirm_what_was_in_force, migrations.RunPython.noop),
        *[
            migrations.AddField(
                "limits",
                name,
                models.ForeignKey(
                    settings.AUTH_USER_MODEL,
                    null=True,
                    editable=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    verbose_name=label,
                ),
            )
            for name, label in (("proposed_by", "proposed by"), ("confirmed_by", "confirmed by"))
        ],
        migrations.AddConstraint(
            "limits",
            models.CheckConstraint(
                condition=Q(("confirmed_by", F("proposed_by")), _negated=True), name="limits_confirmed_by_another"
            ),
        ),
        migrations.AddConstraint(
            "limits",
            models.CheckConstraint(
                condition=Q(("confirmed_at", None), ("proposed_by", None), ("confirmed_by__isnull", False), _connector="OR"),
                name="limits_of_a_person_wait_for_another",
            ),
        ),
    ]
