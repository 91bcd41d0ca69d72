"""Rename the models Erasure to AccountDeletion and HourFigures to HourlyStats.

The tables keep their names, so that the previous version can still run during a rolling upgrade.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from sessions_app.migrations._permissions import rename_permissions


class Migration(migrations.Migration):
    dependencies = [
        ("sessions_app", "0009_topics"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AlterModelTable("erasure", "sessions_app_erasure"),
        migrations.RenameModel("Erasure", "AccountDeletion"),
        migrations.AlterField(
            "accountdeletion",
            "user",
            models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="deletion",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterModelTable("hourfigures", "sessions_app_hourfigures"),
        migrations.RenameModel("HourFigures", "HourlyStats"),
        migrations.AlterModelOptions("hourlystats", {"verbose_name_plural": "hourly stats"}),
        rename_permissions("sessions_app", "erasure", "accountdeletion"),
        rename_permissions("sessions_app", "hourfigures", "hourlystats"),
    ]
