"""Add the index of the words in topics, without blocking writes.

It only contains ended generations, so each one is added to it once (docs/decisions/topic-search.md).
"""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.contrib.postgres.search import SearchVector
from django.db import migrations
from django.db.models import Q
from django.db.models.fields.json import KT


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("sessions_app", "0008_indexes")]
    operations = [
        AddIndexConcurrently(
            "generation",
            GinIndex(
                SearchVector(KT("options__topic"), config="simple"),
                name="generation_topic",
                condition=Q(status__in=("succeeded", "failed", "cancelled")),
            ),
        ),
    ]
