"""Generations by words of their topic: out of the index of words when few have them, else from the newest row on.

The planner would choose between the two by how many rows it expects; of a word that nobody wrote it expects thousands, and walks all
rows from the newest on to find none. So the index is asked first.
"""

from typing import Any

from django.db.models import Q, QuerySet

from sessions_app.models import ENDED, OPEN, Generation
from sessions_app.models.generations import topic_has

FEW = 2_000


def about(words: str) -> Q:
    """A condition that those meet whose topic has all the words, or words that begin so."""
    having = Generation.objects.filter(topic_has(words))
    found = [*_keys(having.filter(status__in=OPEN)), *_keys(having.filter(status__in=ENDED))]
    return Q(pk__in=found) if len(found) <= FEW else topic_has(words)


def _keys(rows: QuerySet) -> list[Any]:
    return list(rows.order_by().values_list("pk", flat=True)[: FEW + 1])
