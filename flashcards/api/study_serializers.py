"""Serializers for studying, and functions that build its responses."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from flashcards.api.serializers import CardSerializer
from flashcards.fates import FATES
from flashcards.models import Card, Rating, Review, StudySettings
from flashcards.scheduling import CardSchedule, Plan, interval, parameters, previews, retrievability
from flashcards.services.fates import FateCounts
from flashcards.services.progress import MAX_DAYS, Progress
from flashcards.services.reviews import RATINGS, Outcome
from flashcards.services.study_queue import StudyQueue
from sessions_app.rest.fields import IdField, JSONField, NumberField, TextField, WholeNumberField

EXAMPLE = [
    {
        "id": "a new UUID",  # untranslated: an example of a request
        "cardId": "…",
        "rating": "good",
        "reviewedAt": "2026-01-31T18:30:00Z",
        "seconds": 4,
    }
]


class ReviewDraftSerializer(serializers.Serializer):
    """A review to record.

    `id` is a new UUID that the client creates. `seconds` is how long the answer took.
    """

    id = IdField()
    cardId = IdField()
    rating = serializers.ChoiceField(list(RATINGS))
    reviewedAt = serializers.DateTimeField()
    seconds = NumberField(required=False, min_value=0)


@extend_schema_field(ReviewDraftSerializer(many=True))
class ReviewListField(JSONField):
    """A list of reviews.

    Services record the valid ones and refuse the others individually.
    """


class ReviewsSerializer(serializers.Serializer):
    """A batch of 1 to 500 reviews."""

    reviews = ReviewListField(
        initial=list,
        help_text=str(EXAMPLE).replace("'", '"'),
        style={"base_template": "textarea.html"},
    )


class ReviewSerializer(serializers.ModelSerializer):
    """A recorded review, with the state of its card before the review."""

    cardId = serializers.UUIDField(source="card_id")
    rating = serializers.SerializerMethodField()
    reviewedAt = serializers.DateTimeField(source="reviewed_at")
    recordedAt = serializers.DateTimeField(source="recorded_at")
    undoneAt = serializers.DateTimeField(source="undone_at")

    class Meta:
        model = Review
        fields = [
            "id",
            "cardId",
            "rating",
            "state",
            "reviewedAt",
            "seconds",
            "recordedAt",
            "undoneAt",
        ]

    def get_rating(self, review: Review) -> str:
        return Rating(review.rating).name.lower()


class StudySettingsSerializer(serializers.ModelSerializer):
    """The user's study settings."""

    newPerDay = WholeNumberField(source="new_per_day", min_value=0, max_value=9_999)
    reviewsPerDay = WholeNumberField(source="reviews_per_day", min_value=0, max_value=9_999)
    desiredRetention = NumberField(source="desired_retention", min_value=0.7, max_value=0.97)
    dayBeginsHour = WholeNumberField(source="day_begins_hour", min_value=0, max_value=23)
    timeZone = TextField(source="time_zone", max_length=64)

    class Meta:
        model = StudySettings
        fields = ["newPerDay", "reviewsPerDay", "desiredRetention", "dayBeginsHour", "timeZone"]


class ReviewsQuerySerializer(serializers.Serializer):
    """The query parameters for a list of reviews.

    The `source` of each field is the name of a field lookup.
    """

    cardId = serializers.UUIDField(
        source="card_id", required=False, help_text=gettext_lazy("only those of this card")
    )
    reviewedFrom = serializers.DateTimeField(
        source="reviewed_at__gte", required=False, help_text=gettext_lazy("at this time or later")
    )
    reviewedTo = serializers.DateTimeField(
        source="reviewed_at__lt", required=False, help_text=gettext_lazy("before this time")
    )


class QueueQuerySerializer(serializers.Serializer):
    deck = serializers.UUIDField(required=False, help_text=gettext_lazy("only this deck's cards"))


class ProgressQuerySerializer(serializers.Serializer):
    days = serializers.IntegerField(
        required=False,
        default=30,
        min_value=7,
        max_value=MAX_DAYS,
        help_text=gettext_lazy("how many of the last days"),
    )


def queue_shape(queue: StudyQueue) -> dict[str, Any]:
    """Return the queue with all that a client needs to continue without the server."""
    deck = queue.deck
    return {
        "now": queue.now,
        "deck": deck and {"id": str(deck.pk), "name": deck.name},
        "cards": [_queue_card(card, queue) for card in queue.cards],
        "counts": queue.counts,
        "waiting": queue.waiting,
        "cardCount": queue.card_count,
        "nextDueAt": queue.next_due_at,
        "settings": StudySettingsSerializer(queue.settings).data,
        "scheduling": parameters(queue.plan),
    }


def outcome_shape(outcome: Outcome, plan: Plan) -> dict[str, Any]:
    """Return the outcome of one review, with `code` and `error` if it was refused."""
    if outcome.status == "refused":
        return {
            "id": outcome.id,
            "status": outcome.status,
            "code": outcome.code,
            "error": outcome.error,
        }
    schedule = outcome.schedule and schedule_shape(outcome.schedule, plan)
    return {
        "id": outcome.id,
        "status": outcome.status,
        "cardId": str(outcome.card_id),
        "schedule": schedule,
    }


def schedule_shape(schedule: CardSchedule, plan: Plan) -> dict[str, Any]:
    """Return a card's schedule.

    `intervalSeconds` is the time between its last review and its next one.
    """
    return {
        "state": schedule.state,
        "step": schedule.step,
        "stability": schedule.stability,
        "difficulty": schedule.difficulty,
        "dueAt": schedule.due_at,
        "lastReviewedAt": schedule.last_reviewed_at,
        "intervalSeconds": interval(schedule, plan).total_seconds(),
        "reviewCount": schedule.review_count,
        "lapseCount": schedule.lapse_count,
    }


def progress_shape(progress: Progress, fates: Iterable[FateCounts]) -> dict[str, Any]:
    return {
        "dueNow": progress.due_now,
        "newLeft": progress.new_left,
        "reviewedToday": progress.reviewed_today,
        "learnedToday": progress.learned_today,
        "streakDays": progress.streak_days,
        "retention": progress.retention,
        "days": progress.days,
        "forecast": progress.forecast,
        "generatedCards": [
            {
                "modelId": row.model_id,
                "promptVersion": row.prompt_version,
                "kind": row.kind,
                **{fate: getattr(row, fate) for fate in FATES},
            }
            for row in fates
        ],
    }


def _queue_card(card: Card, queue: StudyQueue) -> dict[str, Any]:
    """Return a card with the interval that each rating would give, in seconds."""
    schedule = card.schedule.as_value() if hasattr(card, "schedule") else None
    after = {
        rating.name.lower(): span.total_seconds()
        for rating, span in previews(schedule, queue.now, queue.plan).items()
    }
    return {
        **CardSerializer(card).data,
        "deckId": str(card.deck_id),
        "deckName": card.deck.name,
        "schedule": schedule and schedule_shape(schedule, queue.plan),
        "retrievability": retrievability(schedule, queue.now, queue.plan) if schedule else None,
        "previews": after,
    }
