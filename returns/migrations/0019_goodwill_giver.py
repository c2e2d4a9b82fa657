"""Goodwill names who granted it, in which role, and whether alone; what was granted before, as its events tell."""

from django.db import migrations, models

ROLES = [("warehouse", "Warehouse"), ("agent", "Agent"), ("manager", "Manager")]


def tell_who_granted(apps, _schema_editor):
    """The first event of each says so; the role of that time was not kept, so it is today's."""
    roles = {str(pk): role for pk, role in apps.get_model("returns", "User").objects.values_list("pk", "role")}
    told = apps.get_model("returns", "Event").objects.filter(kind__in=["goodwill.proposed", "goodwill.granted"])
    for event in told.order_by("-pk"):
        giver = event.actor_id if event.actor_kind == "staff" else ""
        apps.get_model("returns", "Goodwill").objects.filter(pk=event.data["goodwill"]).update(
            giver_id=giver, giver_role=roles.get(giver, ""), alone=event.kind == "goodwill.granted"
        )


class Migration(migrations.Migration):
    dependencies = [("returns", "0018_look_at_disputes")]

    operations = [  # rows last: PostgreSQL alters no table of which rows have just changed
        migrations.AddField("goodwill", "giver_id", models.CharField(blank=True, default="", max_length=50), False),
        migrations.AddField(
            "goodwill", "giver_role", models.CharField(blank=True, choices=ROLES, default="", max_length=20), False
        ),
        migrations.AddField("goodwill", "alone", models.BooleanField(default=False), False),
        migrations.AddIndex("goodwill", models.Index(fields=["giver_id", "granted_at"], name="goodwill_of_giver")),
        migrations.AddConstraint(
            "goodwill",
            models.CheckConstraint(
                condition=models.Q(("giver_role__in", ["", "warehouse", "agent", "manager"])),
                name="goodwill_giver_role_known",
            ),
        ),
        migrations.RunPython(tell_who_granted, migrations.RunPython.noop),
    ]
