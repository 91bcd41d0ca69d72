"""Add indexes for large lists, and remove those whose columns another index starts with.

The indexes are built and dropped concurrently, to avoid blocking writes (docs/decisions/indexes.md).
"""

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

GIVEN_ONCE = models.UniqueConstraint(
    fields=["user", "request_id"], name="generation_request_given_once", condition=Q(request_id__isnull=False)
)
USER = ("user", settings.AUTH_USER_MODEL)
SESSION = ("generation", "session", "sessions_app.webllmsession")
GENERATION = ("attempt", "generation", "sessions_app.generation")


def without_index(model, field, to, related_name, table, name):
    """Return an operation that drops the index of a foreign key, without the SQL of AlterField.

    AlterField would check the foreign key of every row again, and block writes during the check.
    """
    column = f"{field}_id"
    return migrations.SeparateDatabaseAndState(
        database_operations=[
            migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", f"CREATE INDEX CONCURRENTLY {name} ON {table} ({column})")
        ],
        state_operations=[
            migrations.AlterField(
                model,
                field,
                models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name=related_name, to=to),
            )
        ],
    )


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
        without_index(*SESSION, "generations", "sessions_app_generation", "sessions_app_generation_session_id_6f30d549"),
        without_index("generation", *USER, "generations", "sessions_app_generation", "sessions_app_generation_user_id_d1e99d26"),
        without_index(*GENERATION, "attempts", "sessions_app_attempt", "sessions_app_attempt_generation_id_df27b2a3"),
        without_index("webllmsession", *USER, "webllm_sessions", "sessions_app_webllmsession", "sessions_app_webllmsession_user_id_34e5fbc4"),
        without_index("engine", *USER, "engines", "sessions_app_engine", "sessions_app_engine_user_id_da43ca8b"),
    ]
