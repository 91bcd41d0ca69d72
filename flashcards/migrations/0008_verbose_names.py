"""Set the verbose names of models and fields, which does not change the database."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import flashcards.models.cards
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("flashcards", "0007_ignored_duplicate"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="card",
            options={
                "ordering": ["deck_id", "position"],
                "verbose_name": "card",
                "verbose_name_plural": "cards",
            },
        ),
        migrations.AlterModelOptions(
            name="deck",
            options={
                "ordering": ["-created_at", "-id"],
                "verbose_name": "deck",
                "verbose_name_plural": "decks",
            },
        ),
        migrations.AlterModelOptions(
            name="ignoredduplicate",
            options={
                "verbose_name": "ignored duplicate",
                "verbose_name_plural": "ignored duplicates",
            },
        ),
        migrations.AlterModelOptions(
            name="review",
            options={
                "ordering": ["-reviewed_at", "-id"],
                "verbose_name": "review",
                "verbose_name_plural": "reviews",
            },
        ),
        migrations.AlterModelOptions(
            name="schedule",
            options={"verbose_name": "schedule", "verbose_name_plural": "schedules"},
        ),
        migrations.AlterField(
            model_name="card",
            name="back",
            field=models.CharField(max_length=2000, verbose_name="back"),
        ),
        migrations.AlterField(
            model_name="card",
            name="back_key",
            field=flashcards.models.cards.SideKeyField(
                editable=False, side="back", verbose_name="back key"
            ),
        ),
        migrations.AlterField(
            model_name="card",
            name="created_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), verbose_name="created at"
            ),
        ),
        migrations.AlterField(
            model_name="card",
            name="deck",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="cards",
                to="flashcards.deck",
                verbose_name="deck",
            ),
        ),
        migrations.AlterField(
            model_name="card",
            name="deleted_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="deleted at"),
        ),
        migrations.AlterField(
            model_name="card",
            name="extras",
            field=models.JSONField(blank=True, default=dict, verbose_name="extras"),
        ),
        migrations.AlterField(
            model_name="card",
            name="front",
            field=models.CharField(max_length=2000, verbose_name="front"),
        ),
        migrations.AlterField(
            model_name="card",
            name="front_key",
            field=flashcards.models.cards.SideKeyField(
                editable=False, side="front", verbose_name="front key"
            ),
        ),
        migrations.AlterField(
            model_name="card",
            name="guid",
            field=models.CharField(blank=True, default="", max_length=64, verbose_name="guid"),
        ),
        migrations.AlterField(
            model_name="card",
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
            model_name="card",
            name="is_found",
            field=models.BooleanField(blank=True, null=True, verbose_name="is found"),
        ),
        migrations.AlterField(
            model_name="card",
            name="kind",
            field=models.CharField(
                choices=[
                    ("basic", "Question and answer"),
                    ("cloze", "Cloze"),
                    ("definition", "Definition"),
                ],
                default="basic",
                max_length=12,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="card",
            name="position",
            field=models.PositiveIntegerField(verbose_name="position"),
        ),
        migrations.AlterField(
            model_name="card",
            name="sentence",
            field=models.TextField(blank=True, default="", verbose_name="sentence"),
        ),
        migrations.AlterField(
            model_name="card",
            name="tags",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=60),
                blank=True,
                default=list,
                size=None,
                verbose_name="tags",
            ),
        ),
        migrations.AlterField(
            model_name="card",
            name="updated_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), verbose_name="updated at"
            ),
        ),
        migrations.AlterField(
            model_name="deck",
            name="created_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), verbose_name="created at"
            ),
        ),
        migrations.AlterField(
            model_name="deck",
            name="deleted_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="deleted at"),
        ),
        migrations.AlterField(
            model_name="deck",
            name="engine",
            field=models.CharField(blank=True, default="", max_length=40, verbose_name="engine"),
        ),
        migrations.AlterField(
            model_name="deck",
            name="generation_id",
            field=models.UUIDField(
                blank=True, editable=False, null=True, verbose_name="generation id"
            ),
        ),
        migrations.AlterField(
            model_name="deck",
            name="generation_ids",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(),
                blank=True,
                default=list,
                editable=False,
                size=None,
                verbose_name="generation ids",
            ),
        ),
        migrations.AlterField(
            model_name="deck",
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
            model_name="deck",
            name="model_id",
            field=models.CharField(blank=True, default="", max_length=200, verbose_name="model id"),
        ),
        migrations.AlterField(
            model_name="deck",
            name="name",
            field=models.CharField(max_length=200, verbose_name="name"),
        ),
        migrations.AlterField(
            model_name="deck",
            name="prompt_version",
            field=models.CharField(
                blank=True, default="", max_length=40, verbose_name="prompt version"
            ),
        ),
        migrations.AlterField(
            model_name="deck",
            name="source",
            field=models.TextField(blank=True, default="", verbose_name="source"),
        ),
        migrations.AlterField(
            model_name="deck",
            name="tags",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=60),
                blank=True,
                default=list,
                size=None,
                verbose_name="tags",
            ),
        ),
        migrations.AlterField(
            model_name="deck",
            name="topic",
            field=models.CharField(blank=True, default="", max_length=200, verbose_name="topic"),
        ),
        migrations.AlterField(
            model_name="deck",
            name="updated_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), verbose_name="updated at"
            ),
        ),
        migrations.AlterField(
            model_name="deck",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="decks",
                to=settings.AUTH_USER_MODEL,
                verbose_name="user",
            ),
        ),
        migrations.AlterField(
            model_name="ignoredduplicate",
            name="count",
            field=models.PositiveIntegerField(verbose_name="count"),
        ),
        migrations.AlterField(
            model_name="ignoredduplicate",
            name="front_key",
            field=models.UUIDField(verbose_name="front key"),
        ),
        migrations.AlterField(
            model_name="ignoredduplicate",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="ignored_duplicates",
                to=settings.AUTH_USER_MODEL,
                verbose_name="user",
            ),
        ),
        migrations.AlterField(
            model_name="review",
            name="before",
            field=models.JSONField(null=True, verbose_name="before"),
        ),
        migrations.AlterField(
            model_name="review",
            name="card",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="reviews",
                to="flashcards.card",
                verbose_name="card",
            ),
        ),
        migrations.AlterField(
            model_name="review",
            name="id",
            field=models.UUIDField(primary_key=True, serialize=False, verbose_name="id"),
        ),
        migrations.AlterField(
            model_name="review",
            name="rating",
            field=models.PositiveSmallIntegerField(
                choices=[(1, "Again"), (2, "Hard"), (3, "Good"), (4, "Easy")], verbose_name="rating"
            ),
        ),
        migrations.AlterField(
            model_name="review",
            name="recorded_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
            ),
        ),
        migrations.AlterField(
            model_name="review",
            name="reviewed_at",
            field=models.DateTimeField(verbose_name="reviewed at"),
        ),
        migrations.AlterField(
            model_name="review",
            name="seconds",
            field=models.FloatField(default=0, verbose_name="seconds"),
        ),
        migrations.AlterField(
            model_name="review",
            name="state",
            field=models.CharField(
                choices=[
                    ("new", "New"),
                    ("learning", "Learning"),
                    ("review", "Review"),
                    ("relearning", "Relearning"),
                ],
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="review",
            name="undone_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="undone at"),
        ),
        migrations.AlterField(
            model_name="review",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="reviews",
                to=settings.AUTH_USER_MODEL,
                verbose_name="user",
            ),
        ),
        migrations.AlterField(
            model_name="schedule",
            name="card",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                primary_key=True,
                related_name="schedule",
                serialize=False,
                to="flashcards.card",
                verbose_name="card",
            ),
        ),
        migrations.AlterField(
            model_name="schedule",
            name="difficulty",
            field=models.FloatField(verbose_name="difficulty"),
        ),
        migrations.AlterField(
            model_name="schedule",
            name="due_at",
            field=models.DateTimeField(verbose_name="due at"),
        ),
        migrations.AlterField(
            model_name="schedule",
            name="lapse_count",
            field=models.PositiveIntegerField(verbose_name="lapse count"),
        ),
        migrations.AlterField(
            model_name="schedule",
            name="last_reviewed_at",
            field=models.DateTimeField(verbose_name="last reviewed at"),
        ),
        migrations.AlterField(
            model_name="schedule",
            name="review_count",
            field=models.PositiveIntegerField(verbose_name="review count"),
        ),
        migrations.AlterField(
            model_name="schedule",
            name="stability",
            field=models.FloatField(verbose_name="stability"),
        ),
        migrations.AlterField(
            model_name="schedule",
            name="state",
            field=models.CharField(
                choices=[
                    ("new", "New"),
                    ("learning", "Learning"),
                    ("review", "Review"),
                    ("relearning", "Relearning"),
                ],
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="schedule",
            name="step",
            field=models.PositiveSmallIntegerField(null=True, verbose_name="step"),
        ),
        migrations.AlterField(
            model_name="schedule",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="user",
            ),
        ),
        migrations.AlterField(
            model_name="studysettings",
            name="day_begins_hour",
            field=models.PositiveSmallIntegerField(
                default=4,
                validators=[django.core.validators.MaxValueValidator(23)],
                verbose_name="day start hour",
            ),
        ),
        migrations.AlterField(
            model_name="studysettings",
            name="desired_retention",
            field=models.FloatField(
                default=0.9,
                validators=[
                    django.core.validators.MinValueValidator(0.7),
                    django.core.validators.MaxValueValidator(0.97),
                ],
                verbose_name="desired retention",
            ),
        ),
        migrations.AlterField(
            model_name="studysettings",
            name="new_per_day",
            field=models.PositiveIntegerField(
                default=20,
                validators=[django.core.validators.MaxValueValidator(9999)],
                verbose_name="new per day",
            ),
        ),
        migrations.AlterField(
            model_name="studysettings",
            name="reviews_per_day",
            field=models.PositiveIntegerField(
                default=200,
                validators=[django.core.validators.MaxValueValidator(9999)],
                verbose_name="reviews per day",
            ),
        ),
        migrations.AlterField(
            model_name="studysettings",
            name="time_zone",
            field=models.CharField(default="UTC", max_length=64, verbose_name="time zone"),
        ),
        migrations.AlterField(
            model_name="studysettings",
            name="user",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                primary_key=True,
                related_name="study_settings",
                serialize=False,
                to=settings.AUTH_USER_MODEL,
                verbose_name="user",
            ),
        ),
    ]
