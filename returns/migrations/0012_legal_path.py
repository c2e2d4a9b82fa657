from django.db import migrations, models
from django.db.models import OuterRef, Subquery

import returns.policy.facts


def keep(apps, _schema_editor):
    """What was asked for before is taken for what its reason means now: nothing older is known of it."""
    Reason, RMAItem = apps.get_model("returns", "Reason"), apps.get_model("returns", "RMAItem")
    path = Reason.objects.filter(pk=OuterRef("reason")).order_by().values("legal_path")
    RMAItem.objects.exclude(reason=None).update(legal_path=Subquery(path))


class Migration(migrations.Migration):
    dependencies = [("returns", "0011_free_reasons")]
    operations = [
        migrations.AddField(
            model_name="rmaitem",
            name="legal_path",
            field=models.CharField(default=returns.policy.facts.LegalPath["WITHDRAWAL"], max_length=20),
        ),
        migrations.RunPython(keep, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="rmaitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    legal_path__in=[
                        returns.policy.facts.LegalPath["WITHDRAWAL"],
                        returns.policy.facts.LegalPath["CONFORMITY"],
                        returns.policy.facts.LegalPath["COURTESY"],
                    ]
                ),
                name="item_legal_path_known",
            ),
        ),
    ]
