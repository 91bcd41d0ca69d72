"""Indexes for lists of millions, built while others write; those that another index begins with go (docs/decisions/indexes.md)."""

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

GIVEN_ONCE = models.UniqueConstraint(
    fields=["user", "request_id"], name="generation_request_given_once", condition=Q(request_id__isnull=False)
)


def unindexed(to, related_name):
    return models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name=related_name, to=to)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("sessions_app", "0007_erasures"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        AddIndexConcurrently("generation", models.Index(fields=["session", "-created_at", "-id"], name="generation_of_session")),
        AddIndexConcurrently(
            "generation", models.Index(fields=["session", "seq"], name="generation_numbered", condition=Q(seq__isnull=False))
        ),
        AddIndexConcurrently("generation", models.Index(fields=["-created_at", "-id"], name="generation_newest")),
        AddIndexConcurrently(
            "generation",
            models.Index(fields=["error_code", "-created_at", "-id"], name="generation_failed", condition=~Q(error_code="")),
        ),
        AddIndexConcurrently("webllmsession", models.Index(fields=["-created_at", "-id"], name="session_newest")),
        AddIndexConcurrently("webllmsession", models.Index(fields=["model_id", "-created_at", "-id"], name="session_of_model")),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "CREATE UNIQUE INDEX CONCURRENTLY generation_request_given_once"
                    " ON sessions_app_generation (user_id, request_id) WHERE request_id IS NOT NULL",
                    "DROP INDEX CONCURRENTLY generation_request_given_once",
                )
            ],
            state_operations=[migrations.AddConstraint("generation", GIVEN_ONCE)],
        ),
        migrations.RemoveConstraint("generation", "generation_request_once"),
        RemoveIndexConcurrently("generation", "generation_history"),
        migrations.AlterField("generation", "session", unindexed("sessions_app.webllmsession", "generations")),
        migrations.AlterField("generation", "user", unindexed(settings.AUTH_USER_MODEL, "generations")),
        migrations.AlterField("attempt", "generation", unindexed("sessions_app.generation", "attempts")),
        migrations.AlterField("webllmsession", "user", unindexed(settings.AUTH_USER_MODEL, "webllm_sessions")),
        migrations.AlterField("engine", "user", unindexed(settings.AUTH_USER_MODEL, "engines")),
    ]
