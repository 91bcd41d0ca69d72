"""Generations and their attempts."""

import uuid
from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorExact
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KT
from django.db.models.functions import Now


class GenerationStatus(models.TextChoices):
    QUEUED = "queued"
    LEASED = "leased"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (GenerationStatus.QUEUED, GenerationStatus.LEASED)
ENDED = (GenerationStatus.SUCCEEDED, GenerationStatus.FAILED, GenerationStatus.CANCELLED)
# of any language: words as they are, in lower case
TOPIC_WORDS = SearchVector(KT("options__topic"), config="simple")


def topic_has(text: str) -> Q:
    """Each of the words stands in the topic, or a word that begins so; what a word is decides
    PostgreSQL's parser.
    """
    quoted = (word.replace("\\", "\\\\").replace("'", "''") for word in text.split())
    query = SearchQuery(
        " & ".join(f"'{word}':*" for word in quoted), config="simple", search_type="raw"
    )
    return Q(SearchVectorExact(TOPIC_WORDS, query))


class GenerationQuerySet(models.QuerySet["Generation"]):
    def of(self, user: models.Model) -> "GenerationQuerySet":
        return self.filter(user=user)

    def open(self) -> "GenerationQuerySet":
        """Without an outcome yet."""
        return self.filter(status__in=OPEN)

    def leased_by(self, engine: str) -> "GenerationQuerySet":
        """What the engine behind this channel is working on: one generation at most."""
        return self.filter(status=GenerationStatus.LEASED, engine=engine)

    def lapsed(self, now: datetime) -> "GenerationQuerySet":
        """Leased to an engine that has not been heard of in time."""
        return self.filter(status=GenerationStatus.LEASED, lease_expires_at__lte=now)


class Generation(models.Model):
    """One request for cards: queued → leased → succeeded | failed | cancelled.

    `requester` is the channel of the guide's socket that asked, empty when that is gone and for
    whatever asked otherwise; `engine` is the channel of the engine's socket, the last one's while
    it is queued: hints where to send, never proof of anything. `result_key` is the server's own
    name of the result in the cache. `asks` counts how often this attempt's engine was asked for
    more. `seq` is the session's number at which the row last changed, `moved_seq` that at which it
    was last queued or leased, `card_seqs` those at which its cards came; what the guide's dialect
    asks for has none. `first_card_at` is when the first card came. `slot` is its place among the
    MAX_QUEUED_PER_USER that may be open at once.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(
        "sessions_app.WebLLMSession", models.CASCADE, related_name="generations", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="generations", db_index=False
    )
    kind = models.CharField(max_length=40)
    prompt = models.TextField()
    prompt_version = models.CharField(max_length=40)
    options = models.JSONField()
    result_key = models.CharField(max_length=64)
    requester = models.CharField(max_length=120, blank=True, default="")
    status = models.CharField(
        max_length=12, choices=GenerationStatus.choices, default=GenerationStatus.QUEUED
    )
    created_at = models.DateTimeField(db_default=Now())
    queued_at = models.DateTimeField(db_default=Now())
    first_card_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    engine = models.CharField(max_length=120, blank=True, default="")
    engine_name = models.CharField(max_length=40, blank=True, default="")
    lease = models.UUIDField(null=True, blank=True)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    asks = models.PositiveSmallIntegerField(default=0)
    cards = models.JSONField(default=list, blank=True)
    is_partial = models.BooleanField(default=False)
    usage = models.JSONField(default=dict, blank=True)
    error_code = models.CharField(max_length=40, blank=True, default="")
    error = models.CharField(max_length=500, blank=True, default="")
    request_id = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001 - null: none, and the constraint lets many have none
    seq = models.BigIntegerField(null=True, blank=True)
    moved_seq = models.BigIntegerField(null=True, blank=True)
    card_seqs = ArrayField(models.BigIntegerField(), default=list, blank=True)
    slot = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = GenerationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        permissions = [("read_text", "Can read what users and models wrote")]
        constraints = [
            models.CheckConstraint(
                name="generation_leased_has_lease",
                condition=Q(status="leased", lease__isnull=False, lease_expires_at__isnull=False)
                | (~Q(status="leased") & Q(lease=None)),
            ),
            models.CheckConstraint(
                name="generation_finished_has_time",
                condition=Q(status__in=OPEN, finished_at=None)
                | (~Q(status__in=OPEN) & Q(finished_at__isnull=False)),
            ),
            models.UniqueConstraint(
                fields=["engine"], name="one_generation_per_engine", condition=Q(status="leased")
            ),
            models.UniqueConstraint(
                fields=["user", "request_id"],
                name="generation_request_given_once",
                condition=Q(request_id__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["user", "slot"], name="generation_queue", condition=Q(status__in=OPEN)
            ),
        ]
        # Each row is written twice (begun, ended), and each time into every index that holds it:
        # what most rows are not looked up by is indexed for the others alone, and a foreign key is
        # where an index begins with it (docs/decisions/indexes.md).
        indexes = [
            models.Index(
                fields=["lease_expires_at"],
                name="generation_by_lease",
                condition=Q(status="leased"),
            ),
            models.Index(
                fields=["queued_at"], name="generation_waiting", condition=Q(status="queued")
            ),
            models.Index(fields=["user", "-created_at", "-id"], name="generation_of_user"),
            models.Index(fields=["session", "-created_at", "-id"], name="generation_of_session"),
            models.Index(
                fields=["session", "seq"],
                name="generation_numbered",
                condition=Q(seq__isnull=False),
            ),
            models.Index(fields=["-created_at", "-id"], name="generation_newest"),
            models.Index(
                fields=["error_code", "-created_at", "-id"],
                name="generation_failed",
                condition=~Q(error_code=""),
            ),
            GinIndex(TOPIC_WORDS, name="generation_topic", condition=Q(status__in=ENDED)),
        ]

    def __str__(self) -> str:
        return f"generation {self.id}"

    @property
    def is_tracked(self) -> bool:
        """Return whether its changes are numbered.

        Those of the guide's dialect are not, because its clients cannot resume.
        """
        return self.seq is not None

    @property
    def wanted(self) -> int:
        """How many cards are still missing."""
        return max(0, int(self.options["count"]) - len(self.cards))


class Attempt(models.Model):
    """One engine's try at a generation: when it began, when and why it ended, how many cards came
    of it.
    """

    # attempt_number_once
    generation = models.ForeignKey(
        Generation, models.CASCADE, related_name="attempts", db_index=False
    )
    number = models.PositiveSmallIntegerField()
    engine = models.CharField(max_length=120)
    engine_name = models.CharField(max_length=40, blank=True, default="", db_default="")
    started_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=40, blank=True, default="")
    reason = models.CharField(max_length=500, blank=True, default="")
    card_count = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["generation", "number"]
        constraints = [
            models.UniqueConstraint(fields=["generation", "number"], name="attempt_number_once")
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.generation_id}"
