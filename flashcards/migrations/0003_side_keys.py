import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import flashcards.models.cards
from flashcards.models.cards import side_key

WRITTEN_AT_ONCE = 1_000


def write_keys(apps, schema_editor):
    cards = apps.get_model("flashcards", "Card").objects
    rows = []
    for card in cards.only("front", "back").iterator(WRITTEN_AT_ONCE):
        card.front_key, card.back_key = side_key(card.front), side_key(card.back)
        rows.append(card)
        if len(rows) == WRITTEN_AT_ONCE:
            cards.bulk_update(rows, ["front_key", "back_key"])
            rows = []
    cards.bulk_update(rows, ["front_key", "back_key"])


def key(side, **options):
    return flashcards.models.cards.SideKeyField(editable=False, side=side, **options)


class Migration(migrations.Migration):

    # PostgreSQL cannot alter a table in a transaction that has updated its rows while deferred
    # constraints wait for the end of the transaction.
    atomic = False

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('flashcards', '0002_keeping'),
    ]

    operations = [
        migrations.AddField(model_name='card', name='front_key', field=key("front", null=True)),
        migrations.AddField(model_name='card', name='back_key', field=key("back", null=True)),
        migrations.RunPython(write_keys, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(model_name='card', name='front_key', field=key("front")),
        migrations.AlterField(model_name='card', name='back_key', field=key("back")),
        migrations.AddIndex(
            model_name='card',
            index=models.Index(fields=['deck', 'front_key', 'back_key'], name='card_keys', condition=models.Q(('deleted_at', None))),
        ),
        migrations.CreateModel(
            name='KeptTwins',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('front_key', models.UUIDField()),
                ('count', models.PositiveIntegerField()),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='kept_twins', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'front_key'), name='twins_kept_once')],
            },
        ),
    ]
