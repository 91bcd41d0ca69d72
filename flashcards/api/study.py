"""The REST API for studying."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flashcards.api import openapi, study_serializers
from flashcards.api.pagination import ReviewPages
from flashcards.models import Review, StudySettings
from flashcards.services import fates, progress, reviews, study_queue
from sessions_app.rest.fields import validated_query


class QueueView(APIView):
    """The cards to study now.

    Cards in learning steps come first, then due cards and new cards within the daily limits.
    `?deck=` limits the queue to one deck.
    """

    schema = openapi.queue

    def get(self, request: Request) -> Response:
        deck_id = validated_query(study_serializers.QueueQuerySerializer, request).get("deck")
        queue = study_queue.study_queue(user=request.user, now=timezone.now(), deck_id=deck_id)
        return Response(study_serializers.queue_shape(queue))


class ReviewsView(generics.ListAPIView):
    """Your reviews.

    - GET lists reviews that were not undone, newest first.
    - POST `{reviews: [{id, cardId, rating, reviewedAt, seconds?}]}` records a batch. Reviews with
      the same ID are recorded once. An invalid review is refused, and the others are recorded.
    """

    schema = openapi.reviews
    pagination_class = ReviewPages

    def get_serializer_class(self) -> type:
        return (
            study_serializers.ReviewsSerializer
            if self.request.method == "POST"
            else study_serializers.ReviewSerializer
        )

    def get_queryset(self) -> Any:
        filters = validated_query(study_serializers.ReviewsQuerySerializer, self.request)
        return Review.objects.kept().filter(user=self.request.user, **filters)

    def post(self, request: Request) -> Response:
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        outcomes = reviews.reviews_record(
            user=request.user, items=body.validated_data["reviews"], now=timezone.now()
        )
        plan = study_queue.plan_of(study_queue.settings_for_user(user=request.user))
        return Response(
            {"results": [study_serializers.outcome_shape(outcome, plan) for outcome in outcomes]}
        )


class ReviewView(generics.RetrieveDestroyAPIView):
    """One of your reviews.

    - GET returns the review, even if it was undone.
    - DELETE undoes the review and updates the schedule of its card.
    """

    schema = openapi.review
    serializer_class = study_serializers.ReviewSerializer

    def get_object(self) -> Review:
        return reviews.review_for_user(user=self.request.user, review_id=self.kwargs["review_id"])

    def destroy(self, request: Request, review_id: UUID) -> Response:
        reviews.review_undo(user=request.user, review_id=review_id, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class StudySettingsView(generics.RetrieveUpdateAPIView):
    """Your study settings: daily limits, target retention, time zone and start of the day.

    - GET returns the settings.
    - PATCH changes the fields in the request.
    """

    schema = openapi.settings
    serializer_class = study_serializers.StudySettingsSerializer
    http_method_names = ["get", "patch", "head", "options"]

    def get_object(self) -> StudySettings:
        return study_queue.settings_for_user(user=self.request.user)

    def perform_update(self, serializer: Any) -> None:
        serializer.instance = study_queue.settings_change(
            user=self.request.user, fields=serializer.validated_data
        )


class ProgressView(APIView):
    """Your study progress.

    The response contains totals, the last `?days=` days by rating (30 by default), the number of
    cards due on each of the next 30 days, and the fates of generated cards.
    """

    schema = openapi.progress

    def get(self, request: Request) -> Response:
        days = validated_query(study_serializers.ProgressQuerySerializer, request)["days"]
        return Response(
            study_serializers.progress_shape(
                progress.progress_of(user=request.user, now=timezone.now(), days=days),
                fates.fates_for_user(user=request.user),
            )
        )
