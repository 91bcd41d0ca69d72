"""Add the table of the fates of generated cards."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('flashcards', '0009_draft_batch'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CardFates',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('origin_id', models.UUIDField(verbose_name='origin id')),
                ('model_id', models.CharField(blank=True, default='', max_length=200, verbose_name='model id')),
                ('prompt_version', models.CharField(blank=True, default='', max_length=40, verbose_name='prompt version')),
                ('kind', models.CharField(choices=[('basic', 'Question and answer'), ('cloze', 'Cloze'), ('definition', 'Definition')], max_length=12, verbose_name='kind')),
                ('kept', models.PositiveIntegerField(default=0, verbose_name='kept')),
                ('edited', models.PositiveIntegerField(default=0, verbose_name='edited')),
                ('regenerated', models.PositiveIntegerField(default=0, verbose_name='regenerated')),
                ('discarded', models.PositiveIntegerField(default=0, verbose_name='discarded')),
                ('is_saved', models.BooleanField(verbose_name='is saved')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='recorded at')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='card_fates', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'fates of generated cards',
                'verbose_name_plural': 'fates of generated cards',
                'indexes': [models.Index(fields=['recorded_at'], name='card_fates_recorded')],
                'constraints': [models.UniqueConstraint(fields=('user', 'origin_id', 'model_id', 'kind'), name='card_fates_once')],
            },
        ),
    ]
