from django.db import migrations, models

import returns.models.reasons


class Migration(migrations.Migration):
    dependencies = [("returns", "0012_legal_path")]
    operations = [
        migrations.AlterField(
            model_name="reason",
            name="kinds",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="Empty means all.",
                validators=[returns.models.reasons.words],
                verbose_name="kinds of goods",
            ),
        ),
    ]
