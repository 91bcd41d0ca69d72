"""Rename the model KeptTwins to IgnoredDuplicate.

The table keeps its name, so that the previous version can still run during a rolling upgrade.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from sessions_app.migrations._permissions import rename_permissions


class Migration(migrations.Migration):
    dependencies = [
        ("flashcards", "0006_names"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AlterModelTable("kepttwins", "flashcards_kepttwins"),
        migrations.RenameModel("KeptTwins", "IgnoredDuplicate"),
        migrations.AlterModelOptions("ignoredduplicate", {"verbose_name": "ignored duplicate"}),
        migrations.AlterField(
            "ignoredduplicate",
            "user",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="ignored_duplicates",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        rename_permissions("flashcards", "kepttwins", "ignoredduplicate"),
    ]
