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
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy


class GenerationStatus(models.TextChoices):
    QUEUED = "queued", gettext_lazy("Queued")
    LEASED = "leased", gettext_lazy("Leased")
    SUCCEEDED = "succeeded", gettext_lazy("Succeeded")
    FAILED = "failed", gettext_lazy("Failed")
    CANCELLED = "cancelled", gettext_lazy("Cancelled")


OPEN = (GenerationStatus.QUEUED, GenerationStatus.LEASED)
ENDED = (GenerationStatus.SUCCEEDED, GenerationStatus.FAILED, GenerationStatus.CANCELLED)
# Topics can be in any language, so words are converted to lower case but not stemmed.
TOPIC_WORDS = SearchVector(KT("options__topic"), config="simple")


def topic_has(text: str) -> Q:
    """Return a Q object for topics that have each word, or a word that starts with it.

    PostgreSQL's parser splits the topic into words.
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
        """Return the generations without an outcome."""
        return self.filter(status__in=OPEN)

    def leased_by(self, engine: str) -> "GenerationQuerySet":
        """Return the generation that the engine behind this channel is working on.

        An engine works on at most one generation.
        """
        return self.filter(status=GenerationStatus.LEASED, engine=engine)

    def lapsed(self, now: datetime) -> "GenerationQuerySet":
        """Return the leased generations whose lease has expired."""
        return self.filter(status=GenerationStatus.LEASED, lease_expires_at__lte=now)


class Generation(models.Model):
    """A request for cards: queued → leased → succeeded | failed | cancelled.

    `requester` is the channel of the guide's socket that sent the request. It is empty for other
    requests, after that socket has closed, and when several sockets share the generation. `engine`
    is the channel of the engine's socket, or of the last engine's socket while the generation is
    queued. Both only show where to send messages, and do not prove who a client is.

    `result_key` is the key of the result in the cache, which only the server uses. `asks` is the
    number of follow-up requests to the engine in the current attempt. `first_card_at` is when the
    first card arrived. `slot` is the generation's place among the MAX_QUEUED_PER_USER that a user
    may have open.

    `seq` is the session's number at which the row last changed, `moved_seq` the one at which it was
    last queued or leased, and `card_seqs` those at which its cards arrived. Generations requested
    in the guide's dialect have no numbers.
    """

    id = models.UUIDField(gettext_lazy("id"), primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(
        "sessions_app.WebLLMSession",
        models.CASCADE,
        related_name="generations",
        db_index=False,
        verbose_name=gettext_lazy("session"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="generations",
        db_index=False,
        verbose_name=gettext_lazy("user"),
    )
    kind = models.CharField(gettext_lazy("kind"), max_length=40)
    prompt = models.TextField(gettext_lazy("prompt"))
    prompt_version = models.CharField(gettext_lazy("prompt version"), max_length=40)
    options = models.JSONField(gettext_lazy("options"))
    result_key = models.CharField(gettext_lazy("result key"), max_length=64)
    requester = models.CharField(gettext_lazy("requester"), max_length=120, blank=True, default="")
    status = models.CharField(
        gettext_lazy("status"),
        max_length=12,
        choices=GenerationStatus.choices,
        default=GenerationStatus.QUEUED,
    )
    created_at = models.DateTimeField(gettext_lazy("created at"), db_default=Now())
    queued_at = models.DateTimeField(gettext_lazy("queued at"), db_default=Now())
    first_card_at = models.DateTimeField(gettext_lazy("first card at"), null=True, blank=True)
    finished_at = models.DateTimeField(gettext_lazy("finished at"), null=True, blank=True)
    engine = models.CharField(gettext_lazy("engine"), max_length=120, blank=True, default="")
    engine_name = models.CharField(
        gettext_lazy("engine name"), max_length=40, blank=True, default=""
    )
    lease = models.UUIDField(gettext_lazy("lease"), null=True, blank=True)
    lease_expires_at = models.DateTimeField(gettext_lazy("lease expires at"), null=True, blank=True)
    attempt_count = models.PositiveSmallIntegerField(gettext_lazy("attempt count"), default=0)
    asks = models.PositiveSmallIntegerField(pgettext_lazy("number of requests", "asks"), default=0)
    cards = models.JSONField(gettext_lazy("cards"), default=list, blank=True)
    is_partial = models.BooleanField(gettext_lazy("is partial"), default=False)
    usage = models.JSONField(gettext_lazy("usage"), default=dict, blank=True)
    error_code = models.CharField(gettext_lazy("error code"), max_length=40, blank=True, default="")
    error = models.CharField(gettext_lazy("error"), max_length=500, blank=True, default="")
    request_id = models.CharField(gettext_lazy("request id"), max_length=100, null=True, blank=True)  # noqa: DJ001 - null means no ID, which the constraint allows for many rows
    seq = models.BigIntegerField(gettext_lazy("seq"), null=True, blank=True)
    moved_seq = models.BigIntegerField(gettext_lazy("moved seq"), null=True, blank=True)
    card_seqs = ArrayField(
        models.BigIntegerField(), default=list, blank=True, verbose_name=gettext_lazy("card seqs")
    )
    slot = models.PositiveSmallIntegerField(gettext_lazy("slot"), null=True, blank=True)

    objects = GenerationQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("generation")
        verbose_name_plural = gettext_lazy("generations")
        ordering = ["-created_at", "-id"]
        permissions = [
            ("read_text", "Can read what users and models wrote"),  # untranslated: stored
        ]
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
        # Each row is written at least twice, when the generation starts and when it ends, and each
        # time to every index that contains the row. So columns by which most rows are never looked
        # up have partial indexes, and a foreign key has no index if another index starts with it
        # (docs/decisions/indexes.md).
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
        return gettext("generation %(id)s") % {"id": self.id}

    @property
    def is_tracked(self) -> bool:
        """True if the changes of the generation are numbered.

        Those of the guide's dialect are not, because its clients cannot resume.
        """
        return self.seq is not None

    @property
    def wanted(self) -> int:
        """The number of cards that are still missing."""
        return max(0, int(self.options["count"]) - len(self.cards))


class Attempt(models.Model):
    """An engine's attempt at a generation.

    It records when the attempt started, and when and why it ended. `card_count` includes the cards
    of earlier attempts, and stays 0 if `finish_generations` ended the attempt.
    """

    # The index of `attempt_number_once` starts with this column.
    generation = models.ForeignKey(
        Generation,
        models.CASCADE,
        related_name="attempts",
        db_index=False,
        verbose_name=gettext_lazy("generation"),
    )
    number = models.PositiveSmallIntegerField(gettext_lazy("number"))
    engine = models.CharField(gettext_lazy("engine"), max_length=120)
    engine_name = models.CharField(
        gettext_lazy("engine name"), max_length=40, blank=True, default="", db_default=""
    )
    started_at = models.DateTimeField(gettext_lazy("started at"), db_default=Now())
    ended_at = models.DateTimeField(gettext_lazy("ended at"), null=True, blank=True)
    outcome = models.CharField(gettext_lazy("outcome"), max_length=40, blank=True, default="")
    reason = models.CharField(gettext_lazy("reason"), max_length=500, blank=True, default="")
    card_count = models.PositiveSmallIntegerField(gettext_lazy("card count"), default=0)

    class Meta:
        verbose_name = gettext_lazy("attempt")
        verbose_name_plural = gettext_lazy("attempts")
        ordering = ["generation", "number"]
        constraints = [
            models.UniqueConstraint(fields=["generation", "number"], name="attempt_number_once")
        ]

    def __str__(self) -> str:
        return gettext("attempt %(number)d of %(generation)s") % {
            "number": self.number,
            "generation": self.generation_id,
        }
