"""Set the verbose names of models and fields, which does not change the database."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sessions_app", "0010_standard_names"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="accountdeletion",
            options={
                "ordering": ["-asked_at"],
                "verbose_name": "account deletion",
                "verbose_name_plural": "account deletions",
            },
        ),
        migrations.AlterModelOptions(
            name="attempt",
            options={
                "ordering": ["generation", "number"],
                "verbose_name": "attempt",
                "verbose_name_plural": "attempts",
            },
        ),
        migrations.AlterModelOptions(
            name="engine",
            options={"verbose_name": "engine", "verbose_name_plural": "engines"},
        ),
        migrations.AlterModelOptions(
            name="generation",
            options={
                "ordering": ["-created_at", "-id"],
                "permissions": [("read_text", "Can read what users and models wrote")],
                "verbose_name": "generation",
                "verbose_name_plural": "generations",
            },
        ),
        migrations.AlterModelOptions(
            name="hourlystats",
            options={"verbose_name": "hourly stats", "verbose_name_plural": "hourly stats"},
        ),
        migrations.AlterModelOptions(
            name="webllmsession",
            options={
                "ordering": ["-created_at", "-id"],
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
            },
        ),
        migrations.AlterField(
            model_name="accountdeletion",
            name="asked_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), verbose_name="asked at"
            ),
        ),
        migrations.AlterField(
            model_name="accountdeletion",
            name="finished_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="finished at"),
        ),
        migrations.AlterField(
            model_name="accountdeletion",
            name="user",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="deletion",
                to=settings.AUTH_USER_MODEL,
                verbose_name="user",
            ),
        ),
        migrations.AlterField(
            model_name="attempt",
            name="card_count",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="card count"),
        ),
        migrations.AlterField(
            model_name="attempt",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="ended at"),
        ),
        migrations.AlterField(
            model_name="attempt",
            name="engine",
            field=models.CharField(max_length=120, verbose_name="engine"),
        ),
        migrations.AlterField(
            model_name="attempt",
            name="engine_name",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=40, verbose_name="engine name"
            ),
        ),
        migrations.AlterField(
            model_name="attempt",
            name="generation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="attempts",
                to="sessions_app.generation",
                verbose_name="generation",
            ),
        ),
        migrations.AlterField(
            model_name="attempt",
            name="number",
            field=models.PositiveSmallIntegerField(verbose_name="number"),
        ),
        migrations.AlterField(
            model_name="attempt",
            name="outcome",
            field=models.CharField(blank=True, default="", max_length=40, verbose_name="outcome"),
        ),
        migrations.AlterField(
            model_name="attempt",
            name="reason",
            field=models.CharField(blank=True, default="", max_length=500, verbose_name="reason"),
        ),
        migrations.AlterField(
            model_name="attempt",
            name="started_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), verbose_name="started at"
            ),
        ),
        migrations.AlterField(
            model_name="engine",
            name="channel",
            field=models.CharField(
                max_length=120, primary_key=True, serialize=False, verbose_name="channel"
            ),
        ),
        migrations.AlterField(
            model_name="engine",
            name="facts",
            field=models.JSONField(default=dict, verbose_name="facts"),
        ),
        migrations.AlterField(
            model_name="engine",
            name="is_guide",
            field=models.BooleanField(db_default=False, default=False, verbose_name="is guide"),
        ),
        migrations.AlterField(
            model_name="engine",
            name="model_id",
            field=models.CharField(max_length=200, verbose_name="model id"),
        ),
        migrations.AlterField(
            model_name="engine",
            name="name",
            field=models.CharField(max_length=40, verbose_name="name"),
        ),
        migrations.AlterField(
            model_name="engine",
            name="ready_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), verbose_name="ready at"
            ),
        ),
        migrations.AlterField(
            model_name="engine",
            name="seen_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), verbose_name="seen at"
            ),
        ),
        migrations.AlterField(
            model_name="engine",
            name="session",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="engines",
                to="sessions_app.webllmsession",
                verbose_name="session",
            ),
        ),
        migrations.AlterField(
            model_name="engine",
            name="speed",
            field=models.FloatField(default=0, verbose_name="speed"),
        ),
        migrations.AlterField(
            model_name="engine",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="engines",
                to=settings.AUTH_USER_MODEL,
                verbose_name="user",
            ),
        ),
        migrations.AlterField(
            model_name="generation",
            name="asks",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="asks"),
        ),
        migrations.AlterField(
            model_name="generation",
            name="attempt_count",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="attempt count"),
        ),
        migrations.AlterField(
            model_name="generation",
            name="card_seqs",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                blank=True,
                default=list,
                size=None,
                verbose_name="card seqs",
            ),
        ),
        migrations.AlterField(
            model_name="generation",
            name="cards",
            field=models.JSONField(blank=True, default=list, verbose_name="cards"),
        ),
        migrations.AlterField(
            model_name="generation",
            name="created_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), verbose_name="created at"
            ),
        ),
        migrations.AlterField(
            model_name="generation",
            name="engine",
            field=models.CharField(blank=True, default="", max_length=120, verbose_name="engine"),
        ),
        migrations.AlterField(
            model_name="generation",
            name="engine_name",
            field=models.CharField(
                blank=True, default="", max_length=40, verbose_name="engine name"
            ),
        ),
        migrations.AlterField(
            model_name="generation",
            name="error",
            field=models.CharField(blank=True, default="", max_length=500, verbose_name="error"),
        ),
        migrations.AlterField(
            model_name="generation",
            name="error_code",
            field=models.CharField(
                blank=True, default="", max_length=40, verbose_name="error code"
            ),
        ),
        migrations.AlterField(
            model_name="generation",
            name="finished_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="finished at"),
        ),
        migrations.AlterField(
            model_name="generation",
            name="first_card_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="first card at"),
        ),
        migrations.AlterField(
            model_name="generation",
            name="id",
            field=models.UUIDField(
                default=uuid.uuid4,
                editable=False,
                primary_key=True,
                serialize=False,
                verbose_name="id",
            ),
        ),
        migrations.AlterField(
            model_name="generation",
            name="is_partial",
            field=models.BooleanField(default=False, verbose_name="is partial"),
        ),
        migrations.AlterField(
            model_name="generation",
            name="kind",
            field=models.CharField(max_length=40, verbose_name="kind"),
        ),
        migrations.AlterField(
            model_name="generation",
            name="lease",
            field=models.UUIDField(blank=True, null=True, verbose_name="lease"),
        ),
        migrations.AlterField(
            model_name="generation",
            name="lease_expires_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="lease expires at"),
        ),
        migrations.AlterField(
            model_name="generation",
            name="moved_seq",
            field=models.BigIntegerField(blank=True, null=True, verbose_name="moved seq"),
        ),
        migrations.AlterField(
            model_name="generation",
            name="options",
            field=models.JSONField(verbose_name="options"),
        ),
        migrations.AlterField(
            model_name="generation",
            name="prompt",
            field=models.TextField(verbose_name="prompt"),
        ),
        migrations.AlterField(
            model_name="generation",
            name="prompt_version",
            field=models.CharField(max_length=40, verbose_name="prompt version"),
        ),
        migrations.AlterField(
            model_name="generation",
            name="queued_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), verbose_name="queued at"
            ),
        ),
        migrations.AlterField(
            model_name="generation",
            name="request_id",
            field=models.CharField(
                blank=True, max_length=100, null=True, verbose_name="request id"
            ),
        ),
        migrations.AlterField(
            model_name="generation",
            name="requester",
            field=models.CharField(
                blank=True, default="", max_length=120, verbose_name="requester"
            ),
        ),
        migrations.AlterField(
            model_name="generation",
            name="result_key",
            field=models.CharField(max_length=64, verbose_name="result key"),
        ),
        migrations.AlterField(
            model_name="generation",
            name="seq",
            field=models.BigIntegerField(blank=True, null=True, verbose_name="seq"),
        ),
        migrations.AlterField(
            model_name="generation",
            name="session",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="generations",
                to="sessions_app.webllmsession",
                verbose_name="session",
            ),
        ),
        migrations.AlterField(
            model_name="generation",
            name="slot",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="slot"),
        ),
        migrations.AlterField(
            model_name="generation",
            name="status",
            field=models.CharField(
                choices=[
                    ("queued", "Queued"),
                    ("leased", "Leased"),
                    ("succeeded", "Succeeded"),
                    ("failed", "Failed"),
                    ("cancelled", "Cancelled"),
                ],
                default="queued",
                max_length=12,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="generation",
            name="usage",
            field=models.JSONField(blank=True, default=dict, verbose_name="usage"),
        ),
        migrations.AlterField(
            model_name="generation",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="generations",
                to=settings.AUTH_USER_MODEL,
                verbose_name="user",
            ),
        ),
        migrations.AlterField(
            model_name="hourlystats",
            name="figures",
            field=models.JSONField(verbose_name="figures"),
        ),
        migrations.AlterField(
            model_name="hourlystats",
            name="hour",
            field=models.DateTimeField(primary_key=True, serialize=False, verbose_name="hour"),
        ),
        migrations.AlterField(
            model_name="webllmsession",
            name="close_reason",
            field=models.CharField(
                blank=True, default="", max_length=200, verbose_name="close reason"
            ),
        ),
        migrations.AlterField(
            model_name="webllmsession",
            name="closed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="closed at"),
        ),
        migrations.AlterField(
            model_name="webllmsession",
            name="created_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), verbose_name="created at"
            ),
        ),
        migrations.AlterField(
            model_name="webllmsession",
            name="engine_facts",
            field=models.JSONField(blank=True, default=dict, verbose_name="engine facts"),
        ),
        migrations.AlterField(
            model_name="webllmsession",
            name="id",
            field=models.UUIDField(
                default=uuid.uuid4,
                editable=False,
                primary_key=True,
                serialize=False,
                verbose_name="id",
            ),
        ),
        migrations.AlterField(
            model_name="webllmsession",
            name="is_blanked",
            field=models.BooleanField(
                db_default=False, default=False, editable=False, verbose_name="is blanked"
            ),
        ),
        migrations.AlterField(
            model_name="webllmsession",
            name="last_activity_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(),
                verbose_name="last activity at",
            ),
        ),
        migrations.AlterField(
            model_name="webllmsession",
            name="model_id",
            field=models.CharField(max_length=200, verbose_name="model id"),
        ),
        migrations.AlterField(
            model_name="webllmsession",
            name="seq",
            field=models.BigIntegerField(default=0, verbose_name="seq"),
        ),
        migrations.AlterField(
            model_name="webllmsession",
            name="status",
            field=models.CharField(
                choices=[
                    ("initializing", "Initializing"),
                    ("ready", "Ready"),
                    ("generating", "Generating"),
                    ("error", "Error"),
                    ("closed", "Closed"),
                    ("expired", "Expired"),
                ],
                default="initializing",
                max_length=12,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="webllmsession",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="webllm_sessions",
                to=settings.AUTH_USER_MODEL,
                verbose_name="user",
            ),
        ),
    ]
